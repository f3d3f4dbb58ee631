import Sealing
import WarderModel

/// What the log says of records, for a vault that lost some: what a damaged row was, and what should be there.
///
/// Read at an unsealing, and only where something does not open: it takes about a second for 100,000 events.
struct LogAccount {
    private static let slice = 512

    /// What the events say that could be read, and the mark of those that were pruned.
    let ledger: LogLedger
    /// Number of the last event of which nobody can say any more what it said; 0 where there is none.
    let lastGap: UInt64
    /// Whether the mark of earlier prunes is there: there is one at most.
    private let hasMark: Bool

    /// `isCancelled`: asked before each event; may take a rest.
    ///
    /// - Throws: `cancelled`; `exhausted`; `store` for a store that cannot answer now.
    init(
        of store: any VaultStore,
        with ring: KeyRing,
        isCancelled: () -> Bool = { false }
    ) throws(DeepCheck.Stop) {
        let sealer: EventSealer
        do { sealer = try EventSealer(ring) } catch { throw .exhausted }
        let mark = try MarkReader(ring: ring, store: store).read().mark
        let through = mark?.through ?? 0
        var ledger = LogLedger(present: [], from: mark?.ledger)
        var gap = mark.map(PrunedLog.init)?.damaged.last?.upperBound ?? 0
        var next = through + 1
        try RowScan(slice: Self.slice, position: \.position, read: store.logRows).run(
            after: Int64(clamping: through),
            // The numbers tell.
            unreadable: { _ throws(DeepCheck.Stop) in },
            body: { rows throws(DeepCheck.Stop) in
                for row in rows {
                    if isCancelled() { throw .cancelled }
                    guard let sequence = UInt64(exactly: row.position), sequence >= next else { continue }
                    if sequence > next { gap = sequence - 1 }
                    next = sequence + 1
                    let canonical = try Self.contents(of: row, sequence, sealer)
                    if canonical.map({ ledger.take($0, sequence: sequence) }) != true { gap = sequence }
                }
            }
        )
        let last: UInt64
        do throws(StoreError) { last = try store.lastSequence() } catch { throw .store(error) }
        if next <= last { gap = last }
        self.ledger = ledger
        lastGap = gap
        hasMark = mark != nil
    }

    /// Whether nothing that concerns a kind can have stood where the log cannot be read: everything can be, or somebody
    /// has said since what holds.
    func isWhole(for kind: RecordKind) -> Bool {
        kind == .retention && hasMark || lastGap <= ledger.settled[kind] ?? 0
    }

    /// `nil` for an event that does not open.
    private static func contents(
        of row: LogRow,
        _ sequence: UInt64,
        _ sealer: EventSealer
    ) throws(DeepCheck.Stop) -> [UInt8]? {
        guard case .there(let leaf) = row.leaf, case .there(let payload) = row.payload else { return nil }
        let event = SealedEvent(
            sequence: sequence,
            time: payload.time,
            leaf: leaf,
            epoch: payload.epoch,
            sealed: payload.sealed
        )
        do throws(SealingError) { return try sealer.open(event) } catch .exhausted { throw .exhausted } catch {
            return nil
        }
    }
}
