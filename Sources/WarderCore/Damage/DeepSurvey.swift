import Sealing
import TransparencyLog
import WarderModel

/// One run of a deep check: what it has seen so far. Used by one thread.
final class DeepSurvey {
    let check: DeepCheck
    private let progress: (DeepCheck.Progress) -> Void
    let isCancelled: () -> Bool
    var list = DamageList()
    var good = DeepCheckReport.Good()
    var ledger = LogLedger(present: [])
    /// Number of the newest event when the keys were read that everything is opened with; beyond all numbers where
    /// nobody changes keys meanwhile.
    private(set) var start: UInt64 = 0
    /// Number of the next event.
    var nextSequence: UInt64 = 1
    /// Number of the last event whose contents need not be there.
    var prunedThrough: UInt64 = 0
    /// Events up to there that were damaged already when the others went.
    var damagedBefore = RangeSet<UInt64>()
    /// Whether it was read again because contents were missing.
    var hasLookedForMark = false
    /// Times of the events of the span that is being read, and those of the spans before.
    var spans: [Int64: ClosedRange<Timestamp>] = [:]
    /// Tables with rows that the store cannot read: what is not seen there need not be gone.
    var unreadable: Set<Damage.Table> = []
    /// The tree of the leaves that were read; `nil` from the first one on that was not there.
    var tree: Frontier? = Frontier()
    /// Hashes that the store should have of it.
    var hashes = 0
    /// What was signed of the log beyond what was read of it, the smallest last.
    var signed: [SignedRoot] = []
    /// Events up to there are those that were signed.
    var newestSigned: UInt64 = 0
    /// Number of the last event that does not open or is not there: nothing but a signature says that its leaf is right.
    var lastUnsound: UInt64 = 0
    /// Whether all that was signed could be held against the log.
    var isSignatureKnown = false
    /// What the log says, where it had to be asked before it was read.
    var told: LogLedger?
    /// Restores whose records can be read.
    var recordedOrigins: [LogOrigin] = []
    var mending = LogMending()
    private var checked = 0
    private var total = 0

    init(
        _ check: DeepCheck,
        progress: @escaping (DeepCheck.Progress) -> Void,
        isCancelled: @escaping () -> Bool
    ) {
        self.check = check
        self.progress = progress
        self.isCancelled = isCancelled
    }

    var ring: KeyRing { check.ring }
    var store: any VaultStore { check.store }

    /// How often rows are compared with a log that goes on growing.
    private static let rounds = 4

    func run(checksStructure: Bool) throws(DeepCheck.Stop) -> DeepCheckReport {
        try count()
        start = check.start ?? .max
        if checksStructure { try checkStructure() }
        let (present, mark) = try MarkReader(ring: ring, store: store).read()
        prunedThrough = mark?.through ?? 0
        for run in mark.map(PrunedLog.init)?.damaged ?? [] {
            damagedBefore.insert(contentsOf: run.lowerBound..<run.upperBound + 1)
        }
        ledger = LogLedger(present: present, from: mark?.ledger)
        try readSigned()
        try readLog()
        for sequence in ledger.misplacedOrigins { list.add(.originBroken, .events(sequence...sequence)) }
        try checkSpans()
        for damage in try differences() { list.add(damage.kind, damage.subject, name: damage.name) }
        try checkInbox()
        try checkFoundation()
        let hashes = try countHashes()
        // What lies there now was held against keys of before: that others took their place meanwhile is no damage.
        try readLog()
        if let change = ledger.newestKeyChange, change > start { throw .keysChanged }
        try concludeSigned(hashes: hashes)
        return DeepCheckReport(
            findings: list.findings,
            counts: list.counts,
            good: good,
            mending: mending,
            lastSequence: nextSequence - 1
        )
    }

    /// What does not fit together. Something that was changed between two looks differs once; what is wrong differs
    /// every time.
    private func differences() throws(DeepCheck.Stop) -> Set<Damage> {
        var generation = ledger.generation
        let content = try readContent()
        try readLog()
        var differences = compare(content)
        for _ in 1..<Self.rounds where !differences.isEmpty && ledger.generation != generation {
            generation = ledger.generation
            let content = try readContent(isFirst: false)
            try readLog()
            differences.formIntersection(compare(content))
        }
        return differences
    }

    private func count() throws(DeepCheck.Stop) {
        do throws(StoreError) {
            let counts = try store.rowCounts()
            total =
                counts.records + counts.values + max(counts.leaves, counts.payloads) + counts.spans + counts.inbox
                + counts.slots
        } catch .unavailable(let code) {
            throw .store(.unavailable(code: code))
        } catch { list.add(.structureBroken, .database) }
    }

    private func checkStructure() throws(DeepCheck.Stop) {
        do throws(StoreError) {
            if try store.structuralFaults(limit: 1) > 0 { list.add(.structureBroken, .database) }
        } catch .unavailable(let code) {
            throw .store(.unavailable(code: code))
        } catch { list.add(.structureBroken, .database) }
    }

    // MARK: Slices

    /// Reads a table from a position to its end, a slice at a time.
    ///
    /// `isCounted`: whether it counts as progress.
    func scan<Row>(
        _ table: Damage.Table,
        after start: Int64 = .min,
        slice: Int,
        isCounted: Bool = true,
        position: @escaping (Row) -> Int64,
        read: @escaping (Int64, Int) throws(StoreError) -> [Row],
        body: (Row) throws(DeepCheck.Stop) -> Void
    ) throws(DeepCheck.Stop) {
        if isCancelled() { throw .cancelled }
        let rows = RowScan(slice: slice, position: position, read: read)
        try rows.run(
            after: start,
            unreadable: { position throws(DeepCheck.Stop) in
                unreadable.insert(table)
                list.add(.rowsUnreadable, .rows(table, after: position))
            },
            body: { rows throws(DeepCheck.Stop) in
                for row in rows {
                    try body(row)
                    // Who is asked may take a rest.
                    if isCancelled() { throw .cancelled }
                }
                if isCounted {
                    checked += rows.count
                    progress(DeepCheck.Progress(checked: min(checked, total), total: total))
                }
            }
        )
    }
}
