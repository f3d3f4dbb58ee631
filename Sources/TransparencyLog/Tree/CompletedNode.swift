/// A node over a perfect subtree, which no later leaf changes.
package struct CompletedNode: Hashable, Sendable {
    /// Height over the leaves: the node stands for 2^`level` leaves.
    package var level: Int
    /// Place among the nodes of its level, from 0: its first leaf is `index` · 2^`level`.
    package var index: UInt64
    package var hash: TreeHash

    package init(level: Int, index: UInt64, hash: TreeHash) {
        self.level = level
        self.index = index
        self.hash = hash
    }
}

/// Where the levels lie whose hashes are kept; all others are computed from them.
///
/// 256 hashes below one that is kept: the rows of a store grow by 1/255, and no proof reads more than two tiles of
/// 256 hashes for each kept level.
package enum TileLevel {
    /// Distance between two levels that are kept.
    package static let height = 8

    /// Whether the hashes of this level are kept: leaves (0), 8, 16, …
    package static func isKept(_ level: Int) -> Bool { level.isMultiple(of: height) }

    /// The highest kept level that is not above `level`.
    static func below(_ level: Int) -> Int { level - level % height }
}
