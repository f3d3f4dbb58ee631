import Sealing
package import WarderModel

/// Working out what a prune takes, without holding anybody up.
extension Vault {
    /// Events that are opened at a time.
    private static let slice = 512
    private static let always = EventFilter().times

    /// The mark that the vault goes by; `nil` while nothing was pruned, or sealed.
    package var prunedLog: PrunedLog? { state?.prunedLog }

    /// Which events a prune would take: those behind the mark, up to the first one that did not happen before the
    /// moment. `nil` when there are none. Opens nothing but what would hold others back; damaged events among them are
    /// counted, and will stay.
    /// `most`: damaged events that are opened in vain; for those who only look, somebody else waits.
    ///
    /// - Throws: `sealed`, `auditUnavailable`; `valueDamaged` where too many are damaged.
    package func prunable(before: Timestamp, lookingPast most: Int = .max) throws(Refusal) -> PrunableEvents? {
        guard let keys else { throw .sealed }
        let first = (prunedLog?.through ?? 0) + 1
        let newest = sequence
        guard first <= newest else { return nil }
        let last = try firstStaying(in: first...newest, before, keys, most).map { $0 - 1 } ?? newest
        guard first <= last else { return nil }
        do throws(StoreError) {
            let oldest = try store.events(in: first...last, times: Self.always, limit: 1, newestFirst: false).first
            let youngest = try store.events(in: first...last, times: Self.always, limit: 1, newestFirst: true).first
            guard let oldest, let youngest else { return nil }
            return PrunableEvents(numbers: first...last, first: oldest.time, last: youngest.time)
        } catch { throw Refusal(error) }
    }

    /// Number of the first event that did not happen before a moment. The time of one that does not open is nobody's
    /// word, and holds nothing back.
    private func firstStaying(
        in numbers: ClosedRange<UInt64>,
        _ before: Timestamp,
        _ keys: OpenKeys,
        _ most: Int
    ) throws(Refusal) -> UInt64? {
        let later = before...max(before, Self.always.upperBound)
        var next = numbers.lowerBound
        // Every one that is passed over begins a run of its own, or goes on with one.
        var (runs, last, passed): (Int, UInt64, Int) = (0, 0, 0)
        while next <= numbers.upperBound {
            let event: SealedEvent?
            do throws(StoreError) {
                event = try store.events(
                    in: next...numbers.upperBound,
                    times: later,
                    limit: 1,
                    newestFirst: false
                ).first
            } catch { throw Refusal(error) }
            guard let event else { return nil }
            // In a broken tree the engine can find others than it was asked for.
            guard event.sequence >= next else { throw .valueDamaged }
            if try contents(of: event, keys) != nil { return event.sequence }
            if event.sequence != last + 1 { runs += 1 }
            passed += 1
            guard runs <= PrunedLog.mostDamagedRuns, passed <= most else { throw .valueDamaged }
            last = event.sequence
            next = last + 1
        }
        return nil
    }

    /// Reads all events that would go, and keeps what they say. Blocks for about a second for 100,000 events; never on
    /// an event loop.
    ///
    /// Events that are missing or do not open are passed over: what lies there of them stays, and the mark names them.
    /// The last event that goes is one that opens, since nobody knows when a damaged one happened.
    ///
    /// - Parameters:
    ///   - before: Events from this moment on stay.
    ///   - last: No event with a greater number goes.
    ///   - progress: Told after every slice.
    ///   - isCancelled: Asked before every slice.
    /// - Returns: `nil` when nothing would go.
    /// - Throws: `valueDamaged` when one of them is a restore that does not go on from the log before it, because somebody
    ///   has to look at that first; when more runs of them are damaged than a mark names; when the store cannot be read.
    ///   `sealed`, also when cancelled; `auditUnavailable`, `memoryNotLocked`.
    package func planPrune(
        before: Timestamp,
        through last: UInt64 = .max,
        progress: (DeepCheck.Progress) -> Void = { _ in },
        isCancelled: () -> Bool = { false }
    ) throws(Refusal) -> PrunePlan? {
        guard let keys else { throw .sealed }
        guard let prunable = try prunable(before: before), last >= prunable.numbers.lowerBound else { return nil }
        let numbers = prunable.numbers.clamped(to: prunable.numbers.lowerBound...last)
        var reading = PruneReading(from: numbers.lowerBound, try startingLedger(keys))
        let most = PrunedLog.mostDamagedRuns - (prunedLog?.damaged.count ?? 0)
        var next = numbers.lowerBound
        while next <= numbers.upperBound {
            if isCancelled() || self.keys == nil { throw .sealed }
            let events: [SealedEvent]
            do throws(StoreError) {
                events = try store.events(
                    in: next...numbers.upperBound,
                    times: Self.always,
                    limit: Self.slice,
                    newestFirst: false
                )
            } catch { throw Refusal(error) }
            // The rest is missing, and stays behind the mark.
            guard !events.isEmpty else { break }
            for event in events {
                guard event.sequence >= next, event.sequence <= numbers.upperBound else { throw .valueDamaged }
                next = event.sequence + 1
                // The time is bound into what was opened.
                let canonical = event.time < before ? try contents(of: event, keys) : nil
                try reading.take(canonical, event.sequence, mostRuns: most)
            }
            progress(
                DeepCheck.Progress(
                    checked: Int(clamping: next - numbers.lowerBound),
                    total: Int(clamping: numbers.count)
                )
            )
        }
        // A restore that does not begin where the log before it ended: somebody has to look at it.
        guard reading.ledger.misplacedOrigins.isEmpty else { throw .valueDamaged }
        guard let through = reading.through else { return nil }
        return PrunePlan(
            base: numbers.lowerBound - 1,
            before: before,
            through: through,
            ledger: reading.ledger.summary,
            damaged: reading.damaged
        )
    }

    /// `nil` for an event that does not open.
    private func contents(of event: SealedEvent, _ keys: OpenKeys) throws(Refusal) -> [UInt8]? {
        do throws(SealingError) { return try keys.events.open(event) } catch .exhausted {
            throw .memoryNotLocked
        } catch { return nil }
    }

    /// What the events before the mark said.
    private func startingLedger(_ keys: OpenKeys) throws(Refusal) -> LogLedger {
        do throws(DeepCheck.Stop) {
            let (present, mark) = try MarkReader(ring: keys.ring, store: store).read()
            guard mark?.through == prunedLog?.through else { throw .pruned }
            return LogLedger(present: present, from: mark?.ledger)
        } catch { throw Refusal(error) }
    }
}
