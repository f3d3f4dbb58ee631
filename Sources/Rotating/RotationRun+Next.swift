package import WarderModel

/// What a rotation wants.
package enum RotationAction: Equatable, Sendable {
    /// Write down that this step is handed out (`begin`), then hand it to the rotator.
    case run(RotationStep)
    /// Nothing, until the step that was handed out is answered.
    case awaitAnswer(RotationStep)
    /// Make the candidate the current version; then `promoted`, or `overtaken`.
    case promote
    /// Make the version before the current one again; then `demoted`, or `cannotGoBack`.
    case demote
    /// Count the overlap from now on, because the clock was ahead when it began; then `clockWentBack`.
    case countAnew
    /// Destroy the candidate's value, if it came to one; then `dropped`.
    case dropCandidate
    /// Nothing, until then.
    case wait(until: Timestamp)
    /// Nothing, until somebody resumes, aborts or rolls back.
    case waitForPerson
    /// Nothing ever again.
    case none
}

extension RotationRun {
    /// The same answer for the same value, however often it is asked.
    ///
    /// `moved`: since when no consumer needs the version before; `nil` while one may.
    package func next(at now: Timestamp, moved: Timestamp?) -> RotationAction {
        if hasEnded { return .none }
        if waitsForPerson { return .waitForPerson }
        if let doing { return .awaitAnswer(doing) }
        // A moment further away than any pause was reckoned by a clock that was ahead.
        if let notBefore, notBefore > now, notBefore <= now.adding(seconds: Backoff().longestSeconds) {
            return .wait(until: notBefore)
        }
        return switch course {
        case .forward: nextForward(at: now, moved: moved)
        case .retrying, .failing, .aborting: isTakenBack || !mayExist ? .dropCandidate : .run(.discard)
        case .rollingBack: nextBack
        }
    }

    private func nextForward(at now: Timestamp, moved: Timestamp?) -> RotationAction {
        switch phase {
        case .planned: .run(.preflight)
        case .preflight: .run(.create)
        case .created: .run(.set)
        case .set: .run(.test)
        case .tested: .promote
        case .promoted, .overlapping:
            if let promoted, promoted > now, overlapEnds != nil {
                .countAnew
            } else if let overlapEnds, !isUrgent, case let end = min(overlapEnds, moved ?? overlapEnds), end > now {
                .wait(until: end)
            } else {
                .run(.retire)
            }
        case .failed: .waitForPerson
        case .retired, .aborted, .rolledBack: .none
        }
    }

    /// Where the upstream accepts both, consumers go back before the new one is taken from them; where it accepts one,
    /// they can only follow.
    private var nextBack: RotationAction {
        if overlaps { return isPromoted ? .demote : .run(.discard) }
        return isTakenBack ? .demote : .run(.discard)
    }
}
