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
    /// moment. `nil` when there are none. Opens nothing.
    ///
    /// - Throws: `sealed`, `auditUnavailable`.
    package func prunable(before: Timestamp) throws(Refusal) -> PrunableEvents? {
        guard keys != nil else { throw .sealed }
        let first = (prunedLog?.through ?? 0) + 1
        let newest = sequence
        guard first <= newest else { return nil }
        do throws(StoreError) {
            let later = before...max(before, Self.always.upperBound)
            let stays = try store.events(in: first...newest, times: later, limit: 1, newestFirst: false).first
            let last = (stays?.sequence ?? newest + 1) - 1
            guard first <= last else { return nil }
            let oldest = try store.events(in: first...last, times: Self.always, limit: 1, newestFirst: false).first
            let youngest = try store.events(in: first...last, times: Self.always, limit: 1, newestFirst: true).first
            guard let oldest, let youngest else { return nil }
            return PrunableEvents(numbers: first...last, first: oldest.time, last: youngest.time)
        } catch { throw Refusal(error) }
    }

    /// Reads all events that would go, and keeps what they say. Blocks for about a second for 100,000 events; never on
    /// an event loop.
    ///
    /// - Parameters:
    ///   - before: Events from this moment on stay.
    ///   - last: No event with a greater number goes.
    ///   - progress: Told after every slice.
    ///   - isCancelled: Asked before every slice.
    /// - Returns: `nil` when nothing would go.
    /// - Throws: `valueDamaged` when one of them is missing or does not open, or is a restore that does not go on from
    ///   the log before it: damage must not be pruned away before somebody has looked at it. `sealed`, also when cancelled; `auditUnavailable`, `memoryNotLocked`.
    package func planPrune(
        before: Timestamp,
        through last: UInt64 = .max,
        progress: (DeepCheck.Progress) -> Void = { _ in },
        isCancelled: () -> Bool = { false }
    ) throws(Refusal) -> PrunePlan? {
        guard let keys else { throw .sealed }
        guard let prunable = try prunable(before: before), last >= prunable.numbers.lowerBound else { return nil }
        let numbers = prunable.numbers.clamped(to: prunable.numbers.lowerBound...last)
        var ledger = try startingLedger(keys)
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
            guard !events.isEmpty else { throw .valueDamaged }
            for event in events {
                let canonical: [UInt8]
                do throws(SealingError) { canonical = try keys.events.open(event) } catch { throw Refusal(error) }
                // The time is bound into what was opened.
                guard event.sequence == next, event.time < before, ledger.take(canonical, sequence: next) else {
                    throw .valueDamaged
                }
                next += 1
            }
            progress(
                DeepCheck.Progress(
                    checked: Int(clamping: next - numbers.lowerBound),
                    total: Int(clamping: numbers.count)
                )
            )
        }
        // A restore that does not begin where the log before it ended: somebody has to look at it.
        guard ledger.misplacedOrigins.isEmpty else { throw .valueDamaged }
        return PrunePlan(
            base: numbers.lowerBound - 1,
            before: before,
            through: numbers.upperBound,
            ledger: ledger.summary
        )
    }

    /// What the events before the mark said.
    private func startingLedger(_ keys: OpenKeys) throws(Refusal) -> LogLedger {
        do throws(DeepCheck.Stop) {
            let (present, mark) = try MarkReader(ring: keys.ring, store: store).read()
            guard mark?.through == prunedLog?.through else { throw .pruned }
            return LogLedger(present: present, from: mark?.ledger)
        } catch {
            switch error {
            case .exhausted: throw .memoryNotLocked
            case .store(let error): throw Refusal(error)
            case .cancelled, .keysChanged, .pruned: throw .checkUnderWay
            }
        }
    }
}
