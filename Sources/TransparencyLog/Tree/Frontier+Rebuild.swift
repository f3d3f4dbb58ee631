extension Frontier {
    /// Rebuilds the tree of `size` leaves from the hashes that are kept: at most 255 of each kept level are read.
    ///
    /// - Throws: what reading throws; ``TreeDamage``.
    package init(size: UInt64, from nodes: some TreeNodes) throws {
        var reader = TileReader(nodes, size: size)
        var peaks: [TreeHash] = []
        peaks.reserveCapacity(UInt64.bitWidth)
        for part in SubtreeShape.perfect(0..<size) {
            peaks.append(try reader.root(level: part.level, index: part.index))
        }
        guard let frontier = Frontier(size: size, peaks: peaks) else { throw TreeDamage(level: 0, index: size) }
        self = frontier
    }
}
