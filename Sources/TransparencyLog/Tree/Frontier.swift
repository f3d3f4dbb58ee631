/// The compact form of a tree: roots of the perfect subtrees that its leaves fill, at most 64.
///
/// Enough to append to the tree and to know its root. A value: a transaction that fails drops its copy.
package struct Frontier: Hashable, Sendable {
    /// Number of leaves.
    package private(set) var size: UInt64 = 0
    /// Roots of the subtrees, the largest first: one for each bit that is set in `size`.
    package private(set) var peaks: [TreeHash] = []

    /// The tree without a leaf.
    package init() {}

    /// The tree of `size` leaves whose perfect subtrees have these roots, the largest first; `nil` for another number
    /// of roots than `size` has bits.
    package init?(size: UInt64, peaks: [TreeHash]) {
        guard peaks.count == size.nonzeroBitCount else { return nil }
        self.size = size
        self.peaks = peaks
    }

    /// Root of the tree (RFC 6962, section 2.1).
    package var root: TreeHash {
        guard var root = peaks.last else { return .empty }
        for peak in peaks.dropLast().reversed() { root = .node(peak, root) }
        return root
    }

    /// Appends a leaf; constant time on average.
    ///
    /// - Returns: the nodes of kept levels above the leaves that are complete with it: none, for 255 of 256 leaves.
    @discardableResult
    package mutating func append(_ leaf: TreeHash) -> [CompletedNode] {
        if peaks.isEmpty { peaks.reserveCapacity(UInt64.bitWidth) }
        return merge(leaf, level: 0)
    }

    /// Appends a perfect subtree of 2^`level` leaves by its root.
    ///
    /// - Returns: whether such a subtree can follow here: the leaves so far fill subtrees of its size or larger.
    mutating func append(subtree root: TreeHash, level: Int) -> Bool {
        guard (0..<63).contains(level), size & ((1 << UInt64(level)) - 1) == 0, size <= UInt64(Int64.max) - (1 << level)
        else { return false }
        _ = merge(root, level: level)
        return true
    }

    private mutating func merge(_ hash: TreeHash, level: Int) -> [CompletedNode] {
        var completed: [CompletedNode] = []
        var hash = hash
        var level = level
        let added: UInt64 = 1 << UInt64(level)
        while size & (1 << UInt64(level)) != 0, let left = peaks.popLast() {
            hash = .node(left, hash)
            level += 1
            if TileLevel.isKept(level) {
                completed.append(CompletedNode(level: level, index: size >> UInt64(level), hash: hash))
            }
        }
        peaks.append(hash)
        size += added
        return completed
    }
}
