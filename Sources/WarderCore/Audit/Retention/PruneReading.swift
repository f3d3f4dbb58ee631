import WarderModel

/// What is gathered of the events that are to go, in the order of their numbers.
struct PruneReading {
    private(set) var ledger: LogLedger
    /// The last event that opened; `nil` while there is none.
    private(set) var through: UInt64?
    /// Runs of events that are missing or do not open, all of them before `through`.
    private(set) var damaged: [ClosedRange<UInt64>] = []
    /// The next number of which nothing is known.
    private var next: UInt64

    init(from first: UInt64, _ ledger: LogLedger) {
        next = first
        self.ledger = ledger
    }

    /// Takes over what one event says; `canonical` is `nil` for one that does not open. Numbers that are passed over are
    /// of events that are missing.
    ///
    /// - Throws: `valueDamaged` where there would be more than `mostRuns` runs of damaged ones.
    mutating func take(_ canonical: [UInt8]?, _ number: UInt64, mostRuns: Int) throws(Refusal) {
        guard let canonical, ledger.take(canonical, sequence: number) else { return }
        if next < number {
            guard damaged.count < mostRuns else { throw .valueDamaged }
            damaged.append(next...number - 1)
        }
        through = number
        next = number + 1
    }
}
