/// How often something happened, when first and when last.
struct Occurrences: Encodable {
    var count = 0
    /// RFC 3339, as in the log.
    var first: String?
    var last: String?

    mutating func add(_ event: EventLine) {
        let time = event.text("time")
        count += 1
        if first == nil { first = time }
        last = time
    }
}

/// Counts by what they are about.
///
/// Some of the words in an event are a peer's own, which could think of a new one for each request: beyond a limit all
/// others are counted together.
struct Tally<Key: Hashable, Count> {
    /// Keys that are counted apart.
    let limit: Int
    private let zero: Count
    private(set) var counts: [Key: Count] = [:]
    /// What came too late for a key of its own; `nil` where nothing did.
    private(set) var others: Count?

    init(limit: Int = 10_000, _ zero: Count) {
        self.limit = limit
        self.zero = zero
    }

    mutating func add(_ key: Key, _ change: (inout Count) -> Void) {
        let zero = zero
        if counts[key] != nil || counts.count < limit {
            change(&counts[key, default: zero])
        } else {
            var count = others ?? zero
            change(&count)
            others = count
        }
    }
}
