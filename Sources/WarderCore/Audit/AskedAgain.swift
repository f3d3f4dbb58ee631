import HashTreeCollections
import WarderModel

/// What processes were told that ask the same again and again until something happens. The same answer once more is
/// counted: its event would say nothing that the one before does not.
///
/// Part of the state, so that an answer counts as told only where its event is on disk, and each opening begins anew.
struct AskedAgain: Sendable {
    /// A process that does not ask for this long has stopped, in seconds.
    static let patience: Int64 = 180
    /// For so long an answer is counted at most before it has an event again, in seconds: a log in which somebody looks all
    /// day says so each hour.
    static let longest: Int64 = 3600
    /// Questions that are remembered. Of more than these, every answer has its event.
    static let maximum = 4096
    /// Seconds between two looks through a full table for who has stopped: a flood pays for one, and not each of its
    /// requests.
    private static let rest: Int64 = 1

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
        /// When the answer has an event again, however often it is asked for.
        let end: Moment
        /// When who asks has stopped.
        var until: Moment
        /// How often the same was said since.
        var again: UInt64 = 0
    }

    private var told: TreeDictionary<Question, Told> = [:]
    /// When a full table was looked through last.
    private var swept: Moment?

    /// Counts an answer, if it is the one that was told before.
    ///
    /// - Returns: number of the event that says it; `nil` where there is none.
    mutating func count(_ event: Event, at now: Moment) -> UInt64? {
        let question = Question(event)
        guard var before = told[question], now.isBefore(before.until), now.isBefore(before.end),
            before.reason == event.reason, before.changes == event.changes
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
        guard hasRoom(at: now) else { return again }
        told[Question(event)] = Told(
            reason: event.reason,
            changes: event.changes,
            sequence: sequence,
            end: now.adding(seconds: Self.longest),
            until: now.adding(seconds: Self.patience)
        )
        return again
    }

    /// Whether another question can be remembered. Of a full table those are forgotten who have stopped.
    private mutating func hasRoom(at now: Moment) -> Bool {
        guard told.count >= Self.maximum else { return true }
        if let swept, now.isBefore(swept.adding(seconds: Self.rest)) { return false }
        swept = now
        told = told.filter { now.isBefore($0.value.until) }
        return told.count < Self.maximum
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
