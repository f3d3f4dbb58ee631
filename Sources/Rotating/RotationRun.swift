package import Scheduling
package import WarderModel

/// One rotation of one secret, from its plan to its end: a value that is written down before each side effect.
///
/// It knows nothing of clocks, stores or workers. What happens goes in (`RotationRun+Results`, `RotationRun+People`),
/// and what is to be done next comes out (`next`); the same value always gives the same answer, so that a crash anywhere
/// resumes by asking again.
package struct RotationRun: Sendable, Codable, Equatable {
    /// The same in every step and repetition, so that a rotator recognises its own earlier work.
    package let id: RecordID
    package let cause: RotationCause
    package let began: Timestamp
    /// The origin of the log in which it began. A restored vault does not go on with the rotations of the one that was
    /// backed up: the upstream may be far ahead.
    package let origin: UInt32

    package internal(set) var phase = RotationPhase.planned
    package internal(set) var course = Course.forward
    /// The step that was handed out and has not been answered. Written down before it is handed out.
    package internal(set) var doing: RotationStep?
    /// Names the try that was handed out, so that a late answer to an earlier one is not taken for it.
    package internal(set) var job: RecordID?
    /// How many new candidates were begun, this one included.
    package internal(set) var attempt = 1
    /// How often the present step was tried without a `done`.
    package internal(set) var tries = 0
    /// Not before then.
    package internal(set) var notBefore: Timestamp?

    /// The version that was current when the candidate was made.
    package internal(set) var from: UInt32?
    /// The version that waits to be promoted.
    package internal(set) var candidate: UInt32?
    /// The rotator may have made something at the upstream, whether it answered or not.
    package internal(set) var mayExist = false
    /// The rotator took the candidate back; the vault has still to follow.
    package internal(set) var isTakenBack = false
    /// The upstream's own name of the candidate.
    package internal(set) var handle: PlainText?
    /// Whether the upstream accepts two credentials at once, as its rotator declared.
    package internal(set) var overlaps = false
    package internal(set) var maker = CredentialMaker.vault
    /// When consumers got the candidate; later than now after a clock was ahead.
    package internal(set) var promoted: Timestamp?
    package internal(set) var overlapEnds: Timestamp?
    /// The old value must not stay valid any longer than it takes.
    package internal(set) var isUrgent: Bool
    /// Somebody wants it to end; honoured when the step under way is answered.
    package internal(set) var abortAsked = false
    /// What went wrong last.
    package internal(set) var problem: Problem?
    /// Nothing happens until a person says so.
    package internal(set) var waitsForPerson = false
    package internal(set) var ended: Timestamp?

    /// Which way it goes.
    package enum Course: String, Sendable, Codable {
        case forward
        /// Takes the candidate back, to begin anew with another.
        case retrying
        /// Takes the candidate back, and waits for a person.
        case failing
        /// Takes the candidate back, for good.
        case aborting
        /// Goes back to the version before, after the promotion.
        case rollingBack = "rolling-back"
    }

    /// Why a step was not done, as the worker says it, redacted.
    package struct Problem: Sendable, Codable, Equatable {
        package let step: RotationStep
        package let outcome: StepOutcome
        package let message: PlainText?
        package let time: Timestamp

        package init(step: RotationStep, outcome: StepOutcome, message: PlainText?, time: Timestamp) {
            self.step = step
            self.outcome = outcome
            self.message = message
            self.time = time
        }
    }

    package init(id: RecordID, cause: RotationCause, origin: UInt32, at time: Timestamp) {
        self.id = id
        self.cause = cause
        self.origin = origin
        began = time
        isUrgent = cause.isCompromise
    }

    package var hasEnded: Bool { phase.isEnd }
    /// Whether consumers get the candidate.
    package var isPromoted: Bool { phase == .promoted || phase == .overlapping || phase == .retired }

    /// Whether an upstream that accepts one value at a time is being given another, so that nobody can say which one it
    /// accepts now.
    package var isChangingOver: Bool {
        guard !overlaps, !hasEnded, !waitsForPerson, notBefore == nil else { return false }
        return switch course {
        case .forward: doing == .set || phase == .set || phase == .tested
        case .retrying, .failing, .aborting: doing == .discard || (phase == .set && !isTakenBack)
        case .rollingBack: doing == .discard
        }
    }

    /// What is at the upstream and should not be, as far as anybody knows: to be listed when nobody works on it any
    /// more.
    package var leftover: Leftover? {
        guard let problem, problem.step == .discard || problem.step == .retire else { return nil }
        return switch problem.step {
        // Going back was given up: servers have the new one, and nobody knows whether the old one is valid instead.
        case .discard where isPromoted: Leftover(version: from, handle: nil, kind: .replaced)
        case .discard: Leftover(version: candidate, handle: handle, kind: .candidate)
        default: Leftover(version: from, handle: nil, kind: .replaced)
        }
    }

    /// A credential that may still be valid at the upstream.
    package struct Leftover: Sendable, Codable, Equatable {
        package enum Kind: String, Sendable, Codable {
            /// Made for a rotation that did not come to its end.
            case candidate
            /// The one that a rotation replaced.
            case replaced
        }

        /// `nil` where its value never reached the vault.
        package let version: UInt32?
        package let handle: PlainText?
        package let kind: Kind

        package init(version: UInt32?, handle: PlainText?, kind: Kind) {
            self.version = version
            self.handle = handle
            self.kind = kind
        }
    }
}

/// Why a rotation began.
package enum RotationCause: Sendable, Codable, Equatable {
    /// It was due.
    case due(because: DueTime.Cause, slot: Timestamp)
    case person(by: OperatorName, reason: PlainText?)
    /// The value is known to somebody who should not know it.
    case compromise(by: OperatorName, reason: PlainText?)

    package var isCompromise: Bool {
        if case .compromise = self { true } else { false }
    }

    /// `schedule`, `maximum-age`, `operator:ada`, `compromise:ada`.
    package var text: String {
        switch self {
        case .due(let cause, _): cause.rawValue
        case .person(let name, _): "operator:\(name)"
        case .compromise(let name, _): "compromise:\(name)"
        }
    }

    package var reason: PlainText? {
        switch self {
        case .due: nil
        case .person(_, let reason), .compromise(_, let reason): reason
        }
    }
}
