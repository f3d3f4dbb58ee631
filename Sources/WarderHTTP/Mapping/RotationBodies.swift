import Rotating
import Scheduling
import SecretRecipes
import WarderCore
import WarderModel
import WarderWire

extension Rotations.Plan {
    /// - Throws: what is wrong, and where.
    init(_ request: RotationRequest) throws(Problem) {
        let rotator: Rotating.Rotator
        do { rotator = try Rotating.Rotator(request.rotator) } catch {
            throw .invalid("rotator is random, exec:NAME or postgres:NAME, with a name of the configuration.")
        }
        var settings: [RotatorSetting: PlainText] = [:]
        for (name, value) in request.settings ?? [:] {
            settings[try Exchange.parse(name, what: "A setting")] = try Exchange.words(value, what: "A setting")
        }
        if let attempts = request.attempts, !(1...100).contains(attempts) {
            throw .invalid("attempts is a number from 1 to 100.")
        }
        if let overlap = request.overlap, !(0...Schedule.longestSeconds).contains(overlap) {
            throw .invalid("overlap is 0 seconds to 5 years.")
        }
        self.init(
            rotator: rotator,
            settings: settings,
            helper: try request.helper.map { name throws(Problem) in try Exchange.parse(name, what: "The helper") },
            timing: try Self.timing(request),
            overlap: request.overlap,
            attempts: request.attempts ?? Rotation.defaultAttempts
        )
        do { _ = try ValueRecipe(settings: recipeSettings) } catch { throw .invalid("The value: \(error).") }
    }

    private static func timing(_ request: RotationRequest) throws(Problem) -> RotationTiming? {
        let schedule: Schedule?
        do throws(ScheduleError) {
            schedule = try request.schedule.map { text throws(ScheduleError) in try Schedule(text) }
        } catch { throw .invalid("schedule: \(error).") }
        let window: DailyWindow?
        do throws(ScheduleError) {
            window = try request.window.map { text throws(ScheduleError) in try DailyWindow(text) }
        } catch { throw .invalid("window: \(error).") }
        guard schedule != nil || request.maximumAge != nil || request.expiryLead != nil else {
            guard window == nil, request.jitter == nil else {
                throw .invalid("A window and a jitter need a schedule, a maximum_age or an expiry_lead.")
            }
            return nil
        }
        do {
            return try RotationTiming(
                schedule: schedule,
                window: window,
                jitterSeconds: request.jitter ?? 0,
                maximumAgeSeconds: request.maximumAge,
                expiryLeadSeconds: request.expiryLead ?? RotationTiming.standardExpiryLeadSeconds
            )
        } catch { throw .invalid("\(error).") }
    }
}

extension RotationRequest {
    init(_ rotation: Rotation) {
        self.init(rotator: rotation.rotator.text)
        settings = Dictionary(uniqueKeysWithValues: rotation.settings.map { ($0.key.text, $0.value.text) })
        helper = rotation.helper?.text
        schedule = rotation.timing?.schedule?.description
        window = rotation.timing?.window?.description
        jitter = rotation.timing?.jitterSeconds
        maximumAge = rotation.timing?.maximumAgeSeconds
        expiryLead = rotation.timing?.expiryLeadSeconds
        overlap = rotation.overlap
        attempts = rotation.attempts
    }
}

extension RotationSummary {
    init(_ overview: Rotations.Overview) {
        let rotation = overview.rotation
        self.init(
            secret: rotation.secret.text,
            plan: RotationRequest(rotation),
            consumers: overview.consumers.map { consumer in
                Consumer(
                    server: consumer.server.text,
                    version: consumer.version,
                    since: consumer.since.description,
                    seen: consumer.lastSeen.description
                )
            },
            orphans: rotation.orphans.map { orphan in
                Orphan(
                    rotation: orphan.rotation.description,
                    kind: orphan.leftover.kind.rawValue,
                    version: orphan.leftover.version,
                    handle: orphan.leftover.handle?.text,
                    since: orphan.since.description
                )
            }
        )
        current = overview.current?.number
        expires = overview.expires?.description
        paused = rotation.pausedSince?.description
        lastDone = rotation.lastDone?.description
        next = overview.next?.at.description
        nextBecause = overview.next?.cause.rawValue
        if rotation.run?.maker ?? .vault == .vault {
            makes = try? ValueRecipe(settings: rotation.recipeSettings).summary
        }
        run = rotation.run.map { Run($0, overview.action, needsWorker: rotation.rotator.needsWorker) }
    }
}

extension RotationSummary.Run {
    init(_ run: RotationRun, _ action: RotationAction, needsWorker: Bool) {
        self.init(
            id: run.id.description,
            cause: run.cause.text,
            phase: run.phase.rawValue,
            course: run.course.rawValue,
            attempt: run.attempt,
            began: run.began.description
        )
        reason = run.cause.reason?.text
        from = run.from
        candidate = run.candidate
        ended = run.ended?.description
        problem = run.problem.map { problem in
            RotationSummary.Problem(
                step: problem.step.rawValue,
                outcome: problem.outcome.rawValue,
                message: problem.message?.text,
                time: problem.time.description
            )
        }
        switch action {
        case .run(let next): (waits, step) = (needsWorker ? "worker" : nil, next.rawValue)
        case .awaitAnswer(let doing): (waits, step) = ("answer", doing.rawValue)
        case .wait(let moment): (waits, until) = ("time", moment.description)
        case .waitForPerson: waits = "person"
        case .promote, .demote, .countAnew, .dropCandidate, .none: break
        }
    }
}
