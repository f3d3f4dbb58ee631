import Reviewing
import TransparencyLog
import WarderModel

/// A whole rehearsal: misuse that is played on two isolated vaults, as a single user has one and as a team has one, and
/// judged by what each vault answered and wrote down.
enum Rehearsal {
    /// What is played on one vault.
    private struct Act {
        let profile: Profile
        /// Before there is anything in the vault.
        let prologue: [Scene]
        let scenes: [Scene]
    }

    private static var acts: [Act] {
        [
            Act(
                profile: .singleUser,
                prologue: [.unregistered],
                scenes: [
                    .honestCall, .wrongTool, .wrongProcess, .otherUser, .replay, .changedDefinition, .injectedNames,
                    .approvalReuse, .changedArguments, .selfApproval, .quarantined, .burst, .sealed,
                ]
            ), Act(profile: .team, prologue: [], scenes: [.ownApproval]),
        ]
    }

    /// Every step of a rehearsal, in order.
    static var steps: [String] {
        acts.flatMap { act in
            (act.prologue + act.scenes).map(\.name) + [logStep(act.profile), decoyStep(act.profile)]
        }
    }

    /// Plays everything, and leaves nothing behind.
    static func perform(in session: Session) throws(CommandFailure) -> RehearsalRecord {
        let time = session.context.now()
        let leftovers = Leftovers()
        let interruption = Interruption { leftovers.clearBeforeSignal() }
        defer { interruption.end() }
        var steps: [RehearsalRecord.Step] = []
        for act in acts { steps += try perform(act, in: session, leftovers) }
        return RehearsalRecord(version: Release.version, time: time, steps: steps)
    }

    private static func perform(
        _ act: Act,
        in session: Session,
        _ leftovers: Leftovers
    ) throws(CommandFailure) -> [RehearsalRecord.Step] {
        let stage = try Stage(act.profile, in: session, leftovers)
        defer { stage.close() }
        try stage.initialise()
        var played: [(scene: Scene, what: Scene.Played)] = []
        for scene in act.prologue { played.append((scene, try scene.play(stage))) }
        try stage.furnish()
        for scene in act.scenes { played.append((scene, try scene.play(stage))) }
        let log = try StageLog(of: stage.vault)
        try stage.stop()

        var judge = Judge(events: log.events, decoys: Array(stage.decoys.values))
        var steps: [RehearsalRecord.Step] = []
        for (scene, what) in played { steps.append(step(of: scene, what, &judge)) }
        return steps + [try logStep(log, stage), decoyStep(log, stage)]
    }

    // MARK: Steps

    private static func step(
        of scene: Scene,
        _ played: Scene.Played,
        _ judge: inout Judge
    ) -> RehearsalRecord.Step {
        switch played {
        case .notEvaluated(let reason):
            return .init(name: scene.name, title: scene.title, outcome: .notEvaluated, evidence: reason)
        case .attempts(let attempts):
            var entries: [RehearsalRecord.Attempt] = []
            for attempt in attempts { entries.append(RehearsalRecord.Attempt(attempt, by: &judge)) }
            let fault = entries.lazy.compactMap { entry in entry.fault.map { "\(entry.tried): \($0)" } }.first
            return .init(
                name: scene.name,
                title: scene.title,
                // A scene without attempts has shown nothing.
                outcome: fault == nil && !entries.isEmpty ? .passed : .failed,
                evidence: fault ?? (entries.isEmpty ? "nothing was tried" : "\(entries.count) tried"),
                attempts: entries
            )
        }
    }

    private static func logStep(_ profile: Profile) -> String { "log-\(profile.rawValue)" }
    private static func decoyStep(_ profile: Profile) -> String { "decoys-\(profile.rawValue)" }

    private static func logStep(_ log: StageLog, _ stage: Stage) throws(CommandFailure) -> RehearsalRecord.Step {
        let verdict = try log.verdict(by: stage.logKey)
        let last = log.events.last?.number ?? 0
        let isWhole = verdict.isSound && last > 0 && verdict.provenUpTo == UInt64(last)
        return .init(
            name: logStep(stage.profile),
            title: "the log of all this verifies without the vault",
            outcome: isWhole ? .passed : .failed,
            evidence: isWhole
                ? "\(last) events, proven by the log's key"
                : verdict.faults.first?.description ?? "not every event is proven"
        )
    }

    private static func decoyStep(_ log: StageLog, _ stage: Stage) -> RehearsalRecord.Step {
        let found: [String]
        if DecoyScan.findsWhatIsPlanted(in: stage.folder.path) {
            found = DecoyScan(stage.guarded).findings(
                in: stage.folder.path,
                [("what the daemon said", stage.words), ("the log", log.export)]
            )
        } else {
            found = ["the search does not find what was planted for it"]
        }
        return .init(
            name: decoyStep(stage.profile),
            title: "no value, token, passphrase or hostile name lies in a file or the log",
            outcome: found.isEmpty ? .passed : .failed,
            evidence: found.first ?? "\(stage.guarded.count) texts searched for, and one that was planted found"
        )
    }
}

extension RehearsalRecord.Attempt {
    fileprivate init(_ attempt: Attempt, by judge: inout Judge) {
        var answers: [String] = []
        for words in attempt.replies.map(\.words) where !answers.contains(words) { answers.append(words) }
        var (event, fault): (Int64?, String?) = (nil, nil)
        do throws(Judge.Fault) { event = try judge.judge(attempt) } catch { fault = error.words }
        self.init(
            tried: attempt.tried,
            answer: answers.joined(separator: ", "),
            event: event,
            record: attempt.record.words,
            fault: fault
        )
    }
}

extension RightRecord {
    /// What the log has to say, for people.
    fileprivate var words: String {
        switch self {
        case .event(let pattern): pattern.action.rawValue + " " + (pattern.refusal?.rawValue ?? "allowed")
        case .counted(let action, _, _): "\(action.rawValue), counted"
        case .malformed: "\(Action.peerMalformed.rawValue), counted"
        }
    }
}
