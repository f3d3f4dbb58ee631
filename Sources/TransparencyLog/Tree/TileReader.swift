/// Gives any perfect subtree's root, computed from the hashes that are kept.
///
/// Reads whole tiles of 256 and remembers the last few: the proofs of neighbouring leaves share nearly all of them.
struct TileReader<Nodes: TreeNodes> {
    private struct Tile: Hashable {
        var level: Int
        var index: UInt64
    }

    private static var remembered: Int { 32 }
    private static var width: UInt64 { 1 << UInt64(TileLevel.height) }

    let nodes: Nodes
    let size: UInt64
    private var tiles: [Tile: [TreeHash]] = [:]

    init(_ nodes: Nodes, size: UInt64) {
        self.nodes = nodes
        self.size = size
    }

    /// Root over the 2^`level` leaves from `index` · 2^`level` on, all of which are in the tree.
    mutating func root(level: Int, index: UInt64) throws -> TreeHash {
        let base = TileLevel.below(level)
        let span = UInt64(level - base)
        let first = index << span
        let tile = try tile(Tile(level: base, index: first / Self.width))
        let start = Int(first % Self.width)
        return try fold(tile, start..<start + (1 << Int(span)), base: base)
    }

    private func fold(_ tile: [TreeHash], _ range: Range<Int>, base: Int) throws -> TreeHash {
        guard range.upperBound <= tile.count else { throw TreeDamage(level: base, index: UInt64(range.lowerBound)) }
        var hashes = Array(tile[range])
        while hashes.count > 1 {
            hashes = stride(from: 0, to: hashes.count, by: 2).map { .node(hashes[$0], hashes[$0 + 1]) }
        }
        return hashes[0]
    }

    private mutating func tile(_ tile: Tile) throws -> [TreeHash] {
        if let known = tiles[tile] { return known }
        let first = tile.index * Self.width
        let end = min(first + Self.width, size >> UInt64(tile.level))
        let hashes = try nodes.hashes(level: tile.level, range: first..<max(first, end))
        guard hashes.count == Int(max(first, end) - first) else { throw TreeDamage(level: tile.level, index: first) }
        if tiles.count >= Self.remembered { tiles.removeAll(keepingCapacity: true) }
        tiles[tile] = hashes
        return hashes
    }
}

extension TileReader: Sendable where Nodes: Sendable {}
