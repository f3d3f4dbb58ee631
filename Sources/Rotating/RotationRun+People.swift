package import WarderModel

/// Why a person cannot have what they ask of a rotation.
package enum RotationObstacle: Error, Sendable, Equatable {
    /// It has come to its end.
    case ended
    /// Nothing holds it up.
    case notWaiting
    /// Consumers have the new value already: `rollback` goes back, `abort` does not.
    case promoted
    /// Consumers have not got the new value: there is nothing to go back from.
    case notPromoted
    /// The upstream does not accept the old value any more.
    case retired
    /// It does not go forward: it takes back what it made, or waits for a person.
    case busy
}

extension RotationRun {
    /// Lets it go on that waited, with all its tries again.
    package mutating func resume() throws(RotationObstacle) {
        guard !hasEnded else { throw .ended }
        guard waitsForPerson || notBefore != nil else { throw .notWaiting }
        if phase == .failed {
            phase = .planned
            attempt = 1
        }
        if phase == .planned { attempt = 1 }
        waitsForPerson = false
        notBefore = nil
        tries = 0
    }

    /// Takes the candidate back and ends. Asked once more where that does not succeed: ends and leaves `leftover`.
    package mutating func abort(at now: Timestamp) throws(RotationObstacle) {
        guard !hasEnded else { throw .ended }
        if leftover != nil, waitsForPerson {
            end(isPromoted ? .retired : course == .rollingBack ? .rolledBack : .aborted, now)
            return
        }
        guard !isPromoted, course != .rollingBack else { throw .promoted }
        waitsForPerson = false
        abortAsked = true
        if doing == nil { takeBack(.aborting) }
    }

    /// Makes the version before current again.
    ///
    /// `restorable`: whether the old value can be made valid again after the end, because the upstream takes any value,
    /// or because there is no upstream.
    package mutating func rollback(at now: Timestamp, restorable: Bool) throws(RotationObstacle) {
        guard isPromoted, candidate != nil else { throw hasEnded ? .ended : .notPromoted }
        guard from != nil else { throw .notPromoted }
        if phase == .retired {
            guard restorable else { throw .retired }
            phase = .promoted
            ended = nil
        }
        // Once it was asked to end the old value, nobody knows whether it still is valid.
        guard doing == nil, problem?.step != .retire else { throw .retired }
        course = .rollingBack
        isTakenBack = false
        tries = 0
        notBefore = nil
        overlapEnds = nil
        waitsForPerson = false
        isUrgent = false
    }

    /// The old value must go at once: no overlap from now on.
    package mutating func hasten() throws(RotationObstacle) {
        guard !hasEnded else { throw .ended }
        guard course == .forward || course == .retrying, !waitsForPerson, !abortAsked else { throw .busy }
        isUrgent = true
        notBefore = nil
    }

    /// A restored vault knows nothing of what the upstream has seen since its backup: a person decides.
    package mutating func holdAfterRestore() {
        guard !hasEnded else { return }
        waitsForPerson = true
    }
}
