import HashTreeCollections
import WarderModel

/// What processes were told that ask the same again and again until something happens. The same answer once more is
/// counted: its event would say nothing that the one before does not.
///
/// Part of the state, so that an answer counts as told only where its event is on disk, and each opening begins anew.
struct AskedAgain: Sendable {
    /// A process that does not ask for this long has stopped, in seconds.
    static let patience: Int64 = 180
    /// Questions that are remembered. Of more than these, every answer has its event.
    static let maximum = 4096

    /// Who asks, as the kernel describes the process, and for what: all that an event says before it comes to the
    /// answer. Whatever differs makes another question.
    private struct Question: Hashable, Sendable {
        private var event: Event

        init(_ event: Event) {
            self.event = event
            self.event.time = .distantPast
            self.event.requestID = nil
            self.event.traceID = nil
            self.event.decision = .allowed
            self.event.reason = nil
            self.event.changes = []
        }
    }

    private struct Told: Sendable {
        let reason: Refusal?
        let changes: [String]
        /// Number of the event that says it.
        let sequence: UInt64
        var until: Moment
        /// How often the same was said since.
        var again: UInt64 = 0
    }

    private var told: TreeDictionary<Question, Told> = [:]

    /// Counts an answer, if it is the one that was told before.
    ///
    /// - Returns: number of the event that says it; `nil` where there is none.
    mutating func count(_ event: Event, at now: Moment) -> UInt64? {
        let question = Question(event)
        guard var before = told[question], now.isBefore(before.until), before.reason == event.reason,
            before.changes == event.changes
        else { return nil }
        before.again &+= 1
        before.until = now.adding(seconds: Self.patience)
        told[question] = before
        return before.sequence
    }

    /// Remembers an answer that has an event.
    ///
    /// - Returns: how often the process was told another one without an event.
    mutating func tell(_ event: Event, sequence: UInt64, at now: Moment) -> UInt64 {
        let again = forget(event)
        if told.count >= Self.maximum { told = told.filter { now.isBefore($0.value.until) } }
        guard told.count < Self.maximum else { return again }
        told[Question(event)] = Told(
            reason: event.reason,
            changes: event.changes,
            sequence: sequence,
            until: now.adding(seconds: Self.patience)
        )
        return again
    }

    /// What a process asked for has happened.
    ///
    /// - Returns: how often it was told without an event that it had not.
    mutating func forget(_ event: Event) -> UInt64 {
        told.removeValue(forKey: Question(event))?.again ?? 0
    }
}

extension Transaction {
    /// Leaves an answer without an event where the same process had the same answer to the same question a moment ago.
    /// For what is asked again and again, and releases no value. Comes last, because all that the event says counts: what
    /// changes a noun is never the same, since the event names its new revision.
    mutating func tellOnce(_ event: inout Event) {
        if let sequence = state.askedAgain.count(event, at: now) {
            saidBefore = sequence
        } else {
            let again = state.askedAgain.tell(event, sequence: lastSequence + 1, at: now)
            event.note(again: again)
        }
    }

    /// The end of asking: what was asked for is there.
    mutating func endAsking(_ event: inout Event) {
        let again = state.askedAgain.forget(event)
        event.note(again: again)
    }
}

extension Event {
    fileprivate mutating func note(again: UInt64) {
        if again > 0 { changes.append("again=\(again)") }
    }
}
