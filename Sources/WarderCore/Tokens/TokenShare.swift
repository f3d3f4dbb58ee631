import HashTreeCollections

/// How many tokens each holder of one kind has, and how many of the holders have all they may.
struct TokenShare<Holder: Hashable & Sendable>: Sendable {
    let limit: Int
    private(set) var counts: TreeDictionary<Holder, Int> = [:]
    /// Holders that have as many as they may.
    private(set) var full = 0

    init(limit: Int) { self.limit = limit }

    func isFull(_ holder: Holder) -> Bool { counts[holder, default: 0] >= limit }

    mutating func add(_ change: Int, to holder: Holder) {
        if isFull(holder) { full -= 1 }
        let count = counts[holder, default: 0] + change
        counts[holder] = count > 0 ? count : nil
        if isFull(holder) { full += 1 }
    }
}
