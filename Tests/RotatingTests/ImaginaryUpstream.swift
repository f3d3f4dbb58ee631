import Rotating
import Scheduling
import WarderModel

/// An upstream and the few rules of a vault around one secret, in memory: credentials are numbers of versions.
struct ImaginaryUpstream {
    let overlaps: Bool
    /// What it accepts.
    private(set) var valid: Set<UInt32> = [1]
    /// What it was ever asked to accept.
    private(set) var wasValid: Set<UInt32> = [1]

    init(overlaps: Bool) { self.overlaps = overlaps }

    /// What a rotator does: finds out what is done already, does the rest, and says so.
    mutating func perform(_ step: RotationStep, of run: RotationRun) -> StepAnswer {
        switch step {
        case .preflight: return StepAnswer(.done, overlaps: overlaps)
        case .create: return StepAnswer(.done)
        case .set:
            guard let candidate = run.candidate else { return StepAnswer(.failed) }
            accept(candidate)
        case .test:
            guard let candidate = run.candidate, valid.contains(candidate) else { return StepAnswer(.failed) }
        case .retire:
            if let from = run.from { valid.remove(from) }
        case .discard:
            if let candidate = run.candidate { valid.remove(candidate) }
            if !overlaps, let from = run.from { accept(from) }
        }
        return StepAnswer(.done)
    }

    private mutating func accept(_ version: UInt32) {
        if overlaps { valid.insert(version) } else { valid = [version] }
        wasValid.insert(version)
    }
}

/// A vault's part in a rotation, and an upstream that it talks to.
struct ImaginaryVault {
    var upstream: ImaginaryUpstream
    var run: RotationRun
    var current: UInt32 = 1
    var now = Timestamp(milliseconds: 1_000_000)
    var moved: Timestamp?
    private(set) var highest: UInt32 = 1
    /// Versions whose values are still there.
    private(set) var kept: Set<UInt32> = [1]
    let limits = RotationLimits(attempts: 3)

    init(overlaps: Bool, cause: RotationCause? = nil) {
        upstream = ImaginaryUpstream(overlaps: overlaps)
        run = RotationRun(
            id: RecordID(high: 1, low: 2),
            cause: cause ?? .due(because: .schedule, slot: now),
            origin: 1,
            at: now
        )
    }

    var next: RotationAction { run.next(at: now, moved: moved) }

    /// Does what is to be done next, with a rotator that answers as told; `nil`: as it found.
    ///
    /// - Returns: `false` when nothing is to be done before somebody or something else moves.
    mutating func advance(answering answer: StepAnswer? = nil, chance: Double = 0.5) -> Bool {
        switch next {
        case .run(let step):
            run.begin(step)
            let honest = upstream.perform(step, of: run)
            take(answer ?? honest, to: step, chance)
        case .awaitAnswer: run.answered(.lost(nil), at: now, limits: limits, chance: chance)
        case .promote:
            if run.from == current, let candidate = run.candidate {
                current = candidate
                run.promoted(at: now, overlap: 3600)
            } else {
                run.overtaken()
            }
        case .demote:
            if let from = run.from { current = from }
            run.demoted(at: now)
        case .countAnew: run.clockWentBack(to: now)
        case .dropCandidate:
            if let candidate = run.candidate { kept.remove(candidate) }
            run.dropped(at: now, limits: limits, chance: chance)
        case .wait(let moment): now = moment
        case .waitForPerson, .none: return false
        }
        return true
    }

    /// Takes a rotator's answer, and stores what it made before that is written down.
    mutating func take(_ answer: StepAnswer, to step: RotationStep, _ chance: Double) {
        if step == .create, answer.outcome == .done {
            highest += 1
            kept.insert(highest)
            run.made(highest, from: current)
        }
        run.answered(answer, at: now, limits: limits, chance: chance)
    }

    /// Somebody stores a version by hand and makes the upstream accept it.
    mutating func replaceByHand() {
        highest += 1
        kept.insert(highest)
        current = highest
    }

    mutating func runToRest() { while advance() {} }
}
