/// Shows that a tree begins with all leaves of an older one (RFC 9162, section 2.1.4).
package struct ConsistencyProof: Hashable, Sendable {
    /// Leaves of the older tree; 1 at least, because every tree begins with none.
    package var oldSize: UInt64
    /// Leaves of the newer tree.
    package var newSize: UInt64
    package var path: [TreeHash]

    package init(oldSize: UInt64, newSize: UInt64, path: [TreeHash]) {
        self.oldSize = oldSize
        self.newSize = newSize
        self.path = path
    }

    /// Whether the tree with `newRoot` begins with the leaves of the tree with `oldRoot`. A path with a hash too many
    /// or too few does not show it; one of equal trees has none.
    package func shows(_ oldRoot: TreeHash, in newRoot: TreeHash) -> Bool {
        guard oldSize > 0, oldSize <= newSize else { return false }
        guard oldSize < newSize else { return path.isEmpty && oldRoot == newRoot }
        // A tree that is one perfect subtree is its own first hash.
        var hashes = (oldSize & (oldSize - 1) == 0 ? [oldRoot] : []) + path
        guard !hashes.isEmpty else { return false }
        let first = hashes.removeFirst()
        var node = oldSize - 1
        var last = newSize - 1
        while node & 1 == 1 {
            node >>= 1
            last >>= 1
        }
        var old = first
        var new = first
        for sibling in hashes {
            guard last > 0 else { return false }
            if node & 1 == 1 || node == last {
                old = .node(sibling, old)
                new = .node(sibling, new)
                while node & 1 == 0, node != 0 {
                    node >>= 1
                    last >>= 1
                }
            } else {
                new = .node(new, sibling)
            }
            node >>= 1
            last >>= 1
        }
        return last == 0 && old == oldRoot && new == newRoot
    }
}
