/// Where the hashes of a tree lie: leaves and the nodes of levels 8, 16, …
package protocol TreeNodes {
    /// Hashes of the nodes `range` of a kept level, in order. Asked only for nodes over perfect subtrees of the tree,
    /// at most 256 at a time.
    ///
    /// - Throws: what reading throws. Fewer or more hashes than asked for are an error of the tree
    ///   (``TreeDamage``).
    func hashes(level: Int, range: Range<UInt64>) throws -> [TreeHash]
}

/// A tree whose hashes are not all there.
package struct TreeDamage: Error, Hashable, Sendable {
    /// The level that was read.
    package var level: Int
    /// The first node that was asked for.
    package var index: UInt64
}
