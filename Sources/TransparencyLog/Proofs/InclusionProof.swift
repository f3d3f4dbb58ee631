/// Shows that a leaf stands at one place of a tree (RFC 9162, section 2.1.3).
package struct InclusionProof: Hashable, Sendable {
    /// Place of the leaf, from 0.
    package var index: UInt64
    /// Leaves of the tree.
    package var size: UInt64
    /// Hashes of the siblings on the way from the leaf to the root.
    package var path: [TreeHash]

    package init(index: UInt64, size: UInt64, path: [TreeHash]) {
        self.index = index
        self.size = size
        self.path = path
    }

    /// Whether the tree with this root has `leaf` at `index`. A path with a hash too many or too few does not show it.
    package func shows(_ leaf: TreeHash, in root: TreeHash) -> Bool {
        guard index < size else { return false }
        var node = index
        var last = size - 1
        var hash = leaf
        for sibling in path {
            guard last > 0 else { return false }
            if node & 1 == 1 || node == last {
                hash = .node(sibling, hash)
                while node & 1 == 0, node != 0 {
                    node >>= 1
                    last >>= 1
                }
            } else {
                hash = .node(hash, sibling)
            }
            node >>= 1
            last >>= 1
        }
        return last == 0 && hash == root
    }
}
