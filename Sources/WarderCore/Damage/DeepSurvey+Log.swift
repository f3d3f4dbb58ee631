import Sealing
import WarderModel

extension DeepSurvey {
    /// A fraction of a millisecond to read: others wait meanwhile.
    private static let slice = 64
    private static let span: Int64 = 1024

    /// Reads the log from where it was left, to its end.
    func readLog() throws(DeepCheck.Stop) {
        let sealer: EventSealer
        do { sealer = try EventSealer(ring) } catch { throw .exhausted }
        let start = nextSequence == 1 ? .min : Int64(clamping: nextSequence - 1)
        try scan(
            .log,
            after: start,
            slice: Self.slice,
            position: \.position,
            read: store.logRows,
            body: { row throws(DeepCheck.Stop) in try take(row, sealer) }
        )
        // A vault begins with an event.
        if nextSequence == 1, list.counts[notThere] == nil { list.add(notThere, .events(1...1)) }
    }

    /// What is said of events that were not read: where rows cannot be read, nobody need have deleted them.
    private var notThere: Damage.Kind { unreadable.contains(.log) ? .eventUnreadable : .eventMissing }

    private func take(_ row: LogRow, _ sealer: EventSealer) throws(DeepCheck.Stop) {
        guard let sequence = UInt64(exactly: row.position), sequence > 0 else {
            return list.add(.eventMisplaced, .events(0...0))
        }
        if sequence > nextSequence {
            list.add(notThere, .events(nextSequence...sequence - 1))
            try grow(by: nil)
        }
        nextSequence = sequence + 1
        if case .there(let leaf) = row.leaf { try grow(by: leaf) } else { try grow(by: nil) }
        switch (row.leaf, row.payload) {
        case (.there, _) where sequence <= prunedThrough && !damagedBefore.contains(sequence):
            good.pruned += 1
            lastUnsound = max(lastUnsound, sequence)
        case (.missing, .missing): break
        case (.missing, _): list.add(.eventLeafMissing, .events(sequence...sequence))
        case (_, .missing):
            try requireUnpruned(sequence)
            lastUnsound = max(lastUnsound, sequence)
            list.add(.eventContentMissing, .events(sequence...sequence))
        case (.malformed, _), (_, .malformed): doubt(sequence)
        case (.there(let leaf), .there(let payload)):
            if sequence > prunedThrough { note(payload.time, of: row.position) }
            try open(
                SealedEvent(
                    sequence: sequence,
                    time: payload.time,
                    leaf: leaf,
                    epoch: payload.epoch,
                    sealed: payload.sealed
                ),
                sealer
            )
        }
    }

    /// The mark may have moved since it was read.
    private func requireUnpruned(_ sequence: UInt64) throws(DeepCheck.Stop) {
        guard !hasLookedForMark, sequence > prunedThrough else { return }
        hasLookedForMark = true
        let mark = try MarkReader(ring: ring, store: store).read().mark
        if let mark, mark.through > prunedThrough, mark.through >= sequence { throw .pruned }
    }

    private func open(_ event: SealedEvent, _ sealer: EventSealer) throws(DeepCheck.Stop) {
        do throws(SealingError) {
            let canonical = try sealer.open(event)
            if isTaken(canonical, event.sequence) { good.events += 1 } else { doubt(event.sequence) }
        } catch .exhausted {
            throw .exhausted
        } catch .unknownEpoch {
            // What was written since is under keys that came since. When it is looked at the next time, it is damage.
            if event.sequence > start { throw .keysChanged }
            doubt(event.sequence)
            list.add(.keyMissing, .key(.log))
        } catch { doubt(event.sequence) }
    }

    private func doubt(_ sequence: UInt64) {
        list.add(.eventUnreadable, .events(sequence...sequence))
        lastUnsound = max(lastUnsound, sequence)
    }

    /// Takes over what an event says; of one before the mark that opens again nothing, because what came after it is known
    /// already.
    private func isTaken(_ canonical: [UInt8], _ sequence: UInt64) -> Bool {
        guard sequence <= prunedThrough else { return ledger.take(canonical, sequence: sequence) }
        var unheeded = LogLedger(present: [])
        return unheeded.take(canonical, sequence: sequence)
    }

    private func note(_ time: Timestamp, of sequence: Int64) {
        let span = (sequence - 1) / Self.span + 1
        guard let times = spans[span] else {
            spans[span] = time...time
            return
        }
        spans[span] = min(times.lowerBound, time)...max(times.upperBound, time)
    }

    /// Whether a search by time finds every event.
    func checkSpans() throws(DeepCheck.Stop) {
        var seen: Int64 = 0
        let complete = Int64(clamping: nextSequence - 1) / Self.span
        try scan(
            .spans,
            slice: Self.slice,
            position: \.position,
            read: store.spanRows,
            body: { row throws(DeepCheck.Stop) in
                guard row.position > 0 else { return list.add(.spanWrong, .span(row.position)) }
                // One that was filled after the log was read here is looked at another time.
                if row.position > complete { return checkTail(row) }
                if row.position != seen + 1 { list.add(.spanWrong, .span(seen + 1)) }
                seen = row.position
                guard let times = row.times else { return list.add(.spanWrong, .span(row.position)) }
                if let events = spans[row.position],
                    !(times.contains(events.lowerBound) && times.contains(events.upperBound))
                {
                    list.add(.spanWrong, .span(row.position))
                }
            }
        )
        if seen < complete { list.add(.spanWrong, .span(seen + 1)) }
        spans = [:]
    }

    /// A span that speaks of events that are not there: the log's end was cut off. Or it has grown meanwhile.
    private func checkTail(_ row: SpanRow) {
        let last = (try? store.lastSequence()) ?? nextSequence - 1
        let (end, overflow) = row.position.multipliedReportingOverflow(by: Self.span)
        guard !overflow, let end = UInt64(exactly: end), last < end else {
            if overflow { list.add(.spanWrong, .span(row.position)) }
            return
        }
        list.add(notThere, .events(last + 1...end))
    }
}
