import Foundation
import WarderModel
import WarderWire

/// Looks at a rotation again and again, and says what has changed.
struct RotationWatch {
    private static let rhythm = 0.3
    /// How long a step may wait for a worker before that is said, in seconds.
    private static let patience = 5.0

    private let session: Session
    private let name: SecretName

    init(_ session: Session, _ name: SecretName) {
        self.session = session
        self.name = name
    }

    /// Until servers have the new value, or nothing more happens by itself.
    ///
    /// - Throws: `rotationNeedsAttention` where a person must act, and where it ended without a new value.
    func follow() throws(CommandFailure) {
        let vault = try session.vault()
        var said: String?
        var waitedForWorker = 0.0
        while true {
            let answer: Answer<RotationList> = try vault.ask(VaultRequest("GET", "/v1/rotations/\(name.text)"))
            guard let summary = answer.value.rotations.first, let run = summary.run else { throw .malformedAnswer }
            let line = RotationWords.state(run, session.moment)
            if line != said, session.output.format == .table { try session.console.print(line) }
            said = line
            if run.isServed || run.ended != nil || run.waits == "person" || run.waits == "time" {
                return try end(answer, run)
            }
            waitedForWorker = run.waits == "worker" ? waitedForWorker + Self.rhythm : 0
            if waitedForWorker > Self.patience {
                throw try withoutWorker(vault)
            }
            Thread.sleep(forTimeInterval: Self.rhythm)
        }
    }

    private func withoutWorker(_ vault: Vault) throws(CommandFailure) -> CommandFailure {
        let status: Answer<VaultStatus> = try vault.ask(VaultRequest("GET", "/v1/sys/status"))
        let start =
            switch status.value.worker?.keeper {
            case "missing": "There is none beside warderd: install it there, restart warderd, and then: warder unseal"
            case "ended": "What kept it running has ended: restart warderd, and then: warder unseal"
            case "running": "warderd has started it; see why it does not come in the messages of warderd"
            default: "Start it: systemctl start warder-worker"
            }
        return CommandFailure(
            .rotationNeedsAttention,
            "the next step waits for warder-worker, and none asks for work",
            hints: [start, "The rotation then goes on by itself"]
        )
    }

    private func end(_ answer: Answer<RotationList>, _ run: RotationSummary.Run) throws(CommandFailure) {
        if session.output.format != .table { try session.output.show(answer) { _ in } }
        if run.isServed { return }
        let problem = run.problem?.message.map { ": \(TerminalText.escaped($0))" } ?? ""
        let step = run.problem.map { " in \(TerminalText.escaped($0.step))" } ?? ""
        switch run.waits {
        case "time":
            throw CommandFailure(
                .rotationNeedsAttention,
                "a try failed\(step)\(problem); the next one comes \(session.moment.short(run.until))",
                hints: ["Do not wait: warder rotate resume \(name.text)", "Give up: warder rotate abort \(name.text)"]
            )
        case "person":
            throw CommandFailure(
                .rotationNeedsAttention,
                "the rotation failed\(step)\(problem)",
                hints: [
                    "Servers still get version \(run.from.map(String.init) ?? "that they had").",
                    "When it is mended: warder rotate resume \(name.text); or give up: warder rotate abort \(name.text)",
                ]
            )
        default:
            throw CommandFailure(
                .rotationNeedsAttention,
                "the rotation ended without a new value",
                hints: ["See why: warder rotate history \(name.text)"]
            )
        }
    }
}

extension RotationSummary.Run {
    /// Whether servers get the new value.
    var isServed: Bool { course == "forward" && ["promoted", "overlapping", "retired"].contains(phase) }
}

/// What a rotation is at, in words for people.
enum RotationWords {
    /// One line, without the secret's name.
    static func state(_ run: RotationSummary.Run, _ moment: Moment) -> String {
        let version = run.candidate.map { "v\($0)" } ?? "the new value"
        let step = run.step.map(doing) ?? ""
        switch run.waits {
        case "answer": return "\(TerminalText.escaped(step)) \(version)…"
        case "worker": return "waits for warder-worker (\(TerminalText.escaped(run.step ?? "")))"
        case "person": return "stands still since \(TerminalText.escaped(run.problem?.step ?? run.phase)) failed"
        case "time" where run.phase == "overlapping":
            return "servers get \(version); the old value ends \(moment.short(run.until))"
        case "time": return "tries again \(moment.short(run.until)) (attempt \(run.attempt))"
        default: break
        }
        switch run.phase {
        case "planned": return "begins"
        case "retired": return "done: servers get \(version)"
        case "aborted": return "aborted"
        case "rolled-back": return "rolled back to v\(run.from.map(String.init) ?? "?")"
        default: return TerminalText.escaped(run.phase)
        }
    }

    private static func doing(_ step: String) -> String {
        switch step {
        case "preflight": "checks what is needed for"
        case "create": "makes"
        case "set": "installs"
        case "test": "tests"
        case "retire": "ends the value before"
        case "discard": "takes back"
        default: step
        }
    }
}
