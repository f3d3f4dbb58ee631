/// Makes proofs about a tree from the hashes that are kept.
///
/// A proof reads at most two tiles of 256 hashes for each kept level. Proofs of neighbouring leaves by one prover read
/// them once.
package struct TreeProver<Nodes: TreeNodes> {
    /// Leaves of the tree.
    package var size: UInt64 { reader.size }
    private var reader: TileReader<Nodes>

    /// Proofs about the tree of the first `size` leaves, which may be fewer than there are by now.
    package init(_ nodes: Nodes, size: UInt64) {
        reader = TileReader(nodes, size: size)
    }

    /// - Throws: what reading throws; ``TreeDamage``.
    package mutating func root() throws -> TreeHash {
        size == 0 ? .empty : try root(0..<size)
    }

    /// Proof for the leaf at `index`; `nil` for one beyond the tree.
    ///
    /// - Throws: what reading throws; ``TreeDamage``.
    package mutating func inclusion(of index: UInt64) throws -> InclusionProof? {
        guard index < size else { return nil }
        var path: [TreeHash] = []
        var range = 0..<size
        while range.count > 1 {
            let middle = range.lowerBound + SubtreeShape.split(UInt64(range.count))
            if index < middle {
                path.append(try root(middle..<range.upperBound))
                range = range.lowerBound..<middle
            } else {
                path.append(try root(range.lowerBound..<middle))
                range = middle..<range.upperBound
            }
        }
        return InclusionProof(index: index, size: size, path: path.reversed())
    }

    /// Proof that the tree begins with the older one of `oldSize` leaves; `nil` for none, and for more than there are.
    ///
    /// - Throws: what reading throws; ``TreeDamage``.
    package mutating func consistency(with oldSize: UInt64) throws -> ConsistencyProof? {
        guard oldSize > 0, oldSize <= size else { return nil }
        var path: [TreeHash] = []
        var range = 0..<size
        while range.upperBound > oldSize {
            let middle = range.lowerBound + SubtreeShape.split(UInt64(range.count))
            if oldSize <= middle {
                path.append(try root(middle..<range.upperBound))
                range = range.lowerBound..<middle
            } else {
                path.append(try root(range.lowerBound..<middle))
                range = middle..<range.upperBound
            }
        }
        // What is left ends where the old tree ends. The verifier has it only if it is all of the old tree.
        if range.lowerBound > 0 { path.append(try root(range)) }
        return ConsistencyProof(oldSize: oldSize, newSize: size, path: path.reversed())
    }

    /// The perfect subtrees over the leaves `range`, in order: what an export shows of events that it leaves out.
    ///
    /// - Throws: what reading throws; ``TreeDamage``.
    package mutating func subtrees(over range: Range<UInt64>) throws -> [CompletedNode] {
        try SubtreeShape.perfect(range.clamped(to: 0..<size)).map { part in
            let hash = try reader.root(level: part.level, index: part.index)
            return CompletedNode(level: part.level, index: part.index, hash: hash)
        }
    }

    private mutating func root(_ range: Range<UInt64>) throws -> TreeHash {
        let peaks = try subtrees(over: range).map(\.hash)
        guard var root = peaks.last else { throw TreeDamage(level: 0, index: range.lowerBound) }
        for peak in peaks.dropLast().reversed() { root = .node(peak, root) }
        return root
    }
}

extension TreeProver: Sendable where Nodes: Sendable {}
