import TransparencyLog

/// A tree whose kept hashes lie in memory, filled as a store fills its rows.
struct MemoryTree: TreeNodes {
    private(set) var frontier = Frontier()
    private(set) var levels: [Int: [TreeHash]] = [:]
    /// How many hashes each reading asked for.
    let readings = Readings()

    final class Readings {
        var counts: [Int: [Int]] = [:]
    }

    init(_ leaves: some Sequence<TreeHash> = EmptyCollection()) {
        for leaf in leaves { append(leaf) }
    }

    mutating func append(_ leaf: TreeHash) {
        levels[0, default: []].append(leaf)
        for node in frontier.append(leaf) {
            precondition(UInt64(levels[node.level, default: []].count) == node.index, "nodes are complete in order")
            levels[node.level, default: []].append(node.hash)
        }
    }

    mutating func lose(level: Int) { levels[level]?.removeLast() }

    func hashes(level: Int, range: Range<UInt64>) -> [TreeHash] {
        readings.counts[level, default: []].append(range.count)
        let kept = levels[level] ?? []
        return Array(kept[min(Int(range.lowerBound), kept.count)..<min(Int(range.upperBound), kept.count)])
    }
}

/// RFC 6962's definitions word by word, slow and recursive: what the module is compared with.
enum Definition {
    static func root(_ leaves: ArraySlice<TreeHash>) -> TreeHash {
        guard leaves.count > 1 else { return leaves.first ?? .empty }
        let middle = leaves.startIndex + split(leaves.count)
        return .node(root(leaves[..<middle]), root(leaves[middle...]))
    }

    static func path(_ index: Int, _ leaves: ArraySlice<TreeHash>) -> [TreeHash] {
        guard leaves.count > 1 else { return [] }
        let half = split(leaves.count)
        let middle = leaves.startIndex + half
        return index < half
            ? path(index, leaves[..<middle]) + [root(leaves[middle...])]
            : path(index - half, leaves[middle...]) + [root(leaves[..<middle])]
    }

    static func proof(_ old: Int, _ leaves: ArraySlice<TreeHash>, known: Bool = true) -> [TreeHash] {
        if old == leaves.count { return known ? [] : [root(leaves)] }
        let half = split(leaves.count)
        let middle = leaves.startIndex + half
        return old <= half
            ? proof(old, leaves[..<middle], known: known) + [root(leaves[middle...])]
            : proof(old - half, leaves[middle...], known: false) + [root(leaves[..<middle])]
    }

    private static func split(_ count: Int) -> Int {
        var half = 1
        while half * 2 < count { half *= 2 }
        return half
    }
}

func numberedLeaves(_ count: Int) -> [TreeHash] {
    (0..<count).map { TreeHash.leaf(Array("leaf \($0)".utf8)) }
}
