package import WarderModel

/// What a rotator answered to a step.
package struct StepAnswer: Sendable {
    package var outcome: StepOutcome
    /// One line for people, without any secret.
    package var message: PlainText?
    package var handle: PlainText?
    package var overlaps: Bool?
    package var maker: CredentialMaker?
    /// `false`: trying again is of no use before a person has mended something.
    package var mayRetry: Bool

    package init(
        _ outcome: StepOutcome,
        message: PlainText? = nil,
        handle: PlainText? = nil,
        overlaps: Bool? = nil,
        maker: CredentialMaker? = nil,
        mayRetry: Bool = true
    ) {
        self.outcome = outcome
        self.message = message
        self.handle = handle
        self.overlaps = overlaps
        self.maker = maker
        self.mayRetry = mayRetry
    }

    /// Nobody answered: the worker ended, or took too long.
    package static func lost(_ message: PlainText?) -> StepAnswer { StepAnswer(.unknown, message: message) }
}

/// What bounds a rotation that does not succeed.
package struct RotationLimits: Sendable {
    /// New candidates that are tried before it waits for a person.
    package var attempts: Int
    /// Tries of one step with the same candidate before it is taken back, while nobody knows whether it was done.
    package var tries = 3
    /// Tries of taking back or retiring before it waits for a person.
    package var cleanups = 5
    package var backoff = Backoff()

    package init(attempts: Int) { self.attempts = attempts }
}

extension RotationRun {
    /// Notes that a step is handed out, and by which name. To be on disk before it is.
    package mutating func begin(_ step: RotationStep, as job: RecordID? = nil) {
        doing = step
        self.job = job
        notBefore = nil
        if step == .create { mayExist = true }
    }

    /// Goes on from what the rotator says of the step that was handed out; without such a step, nothing.
    ///
    /// `chance`: 0 to 1, spreads tries of many rotations that failed together.
    package mutating func answered(_ answer: StepAnswer, at now: Timestamp, limits: RotationLimits, chance: Double) {
        guard let step = doing else { return }
        (doing, job) = (nil, nil)
        if let handle = answer.handle { self.handle = handle }
        guard answer.outcome == .done else {
            problem = Problem(step: step, outcome: answer.outcome, message: answer.message, time: now)
            notDone(step, answer, at: now, limits, chance)
            return
        }
        tries = 0
        done(step, answer, at: now)
        if abortAsked, !hasEnded, course == .forward || course == .retrying || course == .failing {
            takeBack(.aborting)
        }
    }

    private mutating func done(_ step: RotationStep, _ answer: StepAnswer, at now: Timestamp) {
        switch step {
        case .preflight:
            overlaps = answer.overlaps ?? false
            maker = answer.maker ?? .vault
            phase = .preflight
        case .create: phase = .created
        case .set: phase = .set
        case .test: phase = .tested
        case .retire:
            // Earlier tries that nobody saw the end of have left nothing behind.
            problem = nil
            end(.retired, now)
        case .discard:
            isTakenBack = true
            // What it was taken back for is what a person has to know.
            if problem?.step == .discard { problem = nil }
            if course == .rollingBack, overlaps { end(.rolledBack, now) }
        }
    }

    private mutating func notDone(
        _ step: RotationStep,
        _ answer: StepAnswer,
        at now: Timestamp,
        _ limits: RotationLimits,
        _ chance: Double
    ) {
        tries += 1
        switch step {
        case .preflight:
            if abortAsked {
                end(.aborted, now)
            } else if answer.outcome == .unknown, answer.mayRetry, tries < limits.tries {
                // Whose end nobody saw has not failed.
                notBefore = limits.backoff.next(after: now, attempt: tries, chance: chance)
            } else if !answer.mayRetry || attempt >= limits.attempts {
                waitsForPerson = true
            } else {
                attempt += 1
                tries = 0
                notBefore = limits.backoff.next(after: now, attempt: attempt, chance: chance)
            }
        case .create, .set, .test:
            if abortAsked {
                takeBack(.aborting)
            } else if answer.outcome == .unknown, answer.mayRetry, tries < limits.tries {
                // The step finds out by itself what the last try came to.
                notBefore = limits.backoff.next(after: now, attempt: tries, chance: chance)
            } else {
                takeBack(answer.mayRetry && attempt < limits.attempts ? .retrying : .failing)
            }
        case .retire, .discard:
            if !answer.mayRetry || tries >= limits.cleanups {
                waitsForPerson = true
            } else {
                notBefore = limits.backoff.next(after: now, attempt: tries, chance: chance)
            }
        }
    }

    // MARK: What the vault has done

    /// The candidate is stored, pending, beside the version that is current now. Before the answer to `create` is taken.
    package mutating func made(_ candidate: UInt32, from current: UInt32?) {
        self.candidate = candidate
        from = current
    }

    /// The candidate is the current version. Both are to be valid for at most `overlap` seconds.
    package mutating func promoted(at now: Timestamp, overlap: Int64) {
        problem = nil
        guard overlaps, from != nil else {
            // Where only one is valid, the new one took the old one's place already.
            end(.retired, now)
            return
        }
        phase = .overlapping
        promoted = now
        overlapEnds = isUrgent ? now : now.adding(seconds: overlap)
    }

    /// The overlap has still the length that it was to have.
    package mutating func clockWentBack(to now: Timestamp) {
        guard let promoted, let ends = overlapEnds else { return }
        overlapEnds = Timestamp(milliseconds: now.milliseconds + (ends.milliseconds - promoted.milliseconds))
        self.promoted = now
    }

    /// Somebody made another version current meanwhile: theirs stays.
    package mutating func overtaken() { takeBack(.aborting) }

    /// The version before is the current one again.
    package mutating func demoted(at now: Timestamp) {
        phase = .tested
        if isTakenBack { end(.rolledBack, now) }
    }

    /// The version before has no value any more. Where both are valid at the upstream, the new one stays; where the old
    /// one took its place, only people can go on.
    package mutating func cannotGoBack(at now: Timestamp) {
        guard !isTakenBack else {
            problem = Problem(step: .discard, outcome: .failed, message: nil, time: now)
            waitsForPerson = true
            return
        }
        course = .forward
    }

    /// The candidate's value is gone.
    package mutating func dropped(at now: Timestamp, limits: RotationLimits, chance: Double) {
        candidate = nil
        mayExist = false
        handle = nil
        isTakenBack = false
        conclude(now, limits, chance)
    }

    // MARK: Turning round

    /// Gives the candidate up.
    mutating func takeBack(_ course: Course) {
        self.course = course
        tries = 0
        notBefore = nil
    }

    private mutating func conclude(_ now: Timestamp, _ limits: RotationLimits, _ chance: Double) {
        switch course {
        case .retrying:
            attempt += 1
            phase = .planned
            course = .forward
            notBefore = limits.backoff.next(after: now, attempt: attempt, chance: chance)
        case .failing:
            phase = .failed
            course = .forward
            waitsForPerson = true
        case .aborting: end(.aborted, now)
        case .forward, .rollingBack: break
        }
    }

    mutating func end(_ phase: RotationPhase, _ now: Timestamp) {
        self.phase = phase
        course = .forward
        (doing, job) = (nil, nil)
        notBefore = nil
        overlapEnds = nil
        waitsForPerson = false
        abortAsked = false
        ended = now
    }
}
