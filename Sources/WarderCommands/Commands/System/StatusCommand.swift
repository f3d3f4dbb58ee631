import ArgumentParser
import WarderWire

/// `warder status`
struct StatusCommand: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show whether the vault is open, and what the daemon says about itself.",
        discussion: """
            The exit status alone says it as well: 0 unsealed, 2 sealed or never set up, 1 any error.

            EXAMPLE
              warder status
              warder status --output json
              until warder status > /dev/null; do sleep 1; done
            """
    )

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let answer: Answer<VaultStatus>
        do throws(CommandFailure) {
            answer = try session.vault().ask(VaultRequest("GET", "/v1/sys/status"))
            try session.output.show(answer) { status throws(CommandFailure) in
                try session.output.print(Self.details(of: status, session))
            }
        } catch {
            // Here 2 means sealed, so that every error is a 1.
            throw CommandFailure(ExitStatus.statusFailed, error.message, hints: error.hints)
        }
        switch answer.value.state {
        case "unsealed": return
        case "sealed":
            throw CommandFailure(.statusSealed, "the vault is sealed", hints: [Self.wayIn(to: answer.value)])
        case "not_initialised":
            throw CommandFailure(.statusSealed, "the vault was never set up", hints: ["Set it up: warder init"])
        default: throw CommandFailure(.statusFailed, "the vault is in a state that this command does not know")
        }
    }

    /// What opens a sealed vault next.
    private static func wayIn(to status: VaultStatus) -> String {
        if status.slots.isEmpty { return "How to go on: docs/operations/disk-damaged.md" }
        return status.unsealing == nil
            ? "Open it: warder unseal" : "The next person brings their share: warder unseal --share"
    }

    private static func words(_ quarantine: QuarantineStatus, _ session: Session) throws(CommandFailure) -> String {
        let what = "servers get nothing until: warder backup review; warder backup release"
        guard let backup = quarantine.backup else { return what }
        return "restored from a backup of \(session.moment.long(backup) ?? backup); \(what)"
    }

    static func details(of status: VaultStatus, _ session: Session) throws(CommandFailure) -> Details {
        var details = Details()
        let stateStyle: Style = status.state == "unsealed" ? .good : .caution
        details.add("State", status.state == "not_initialised" ? "not initialised" : status.state, stateStyle)
        if let quarantine = status.quarantine {
            details.add("Quarantine", try Self.words(quarantine, session), .caution)
        }
        details.add("Vault", status.vault)
        details.add("Profile", status.profile)
        details.add("Secrets", status.secrets.map(String.init))
        details.add("Servers", status.servers.map(String.init))
        details.add("Events", status.events.map(String.init))
        if status.logBroken == true {
            details.add("Log", "broken, not signed any more; what is damaged: warder doctor --deep", .bad)
        }
        details.add("Key slots", Self.slots(of: status), status.slots.isEmpty ? .bad : nil)
        if let unsealing = status.unsealing {
            details.add(
                "Unsealing",
                "\(unsealing.have.count) of \(unsealing.need) shares, attempt \(unsealing.attempt)",
                .caution
            )
        }
        if let enrolling = status.enrolling {
            details.add(
                "Enrolling",
                "\(enrolling.operatorName): \(enrolling.have.count) of \(enrolling.need) shares, attempt \(enrolling.attempt)",
                .caution
            )
        }
        details.add(
            "Memory",
            status.memoryLocked ? "locked" : "not locked: keys may reach the swap",
            status.memoryLocked ? nil : .caution
        )
        if status.confined == false {
            details.add("Confinement", "none: it could execute programs and reach others", .caution)
        }
        if let worker = status.worker, let (words, style) = Self.words(worker) { details.add("Worker", words, style) }
        details.add("Daemon", "warderd \(status.version), pid \(status.pid)")
        details.add("Started", session.moment.long(status.started))
        details.add("Operator socket", try session.vault().socketPath)
        details.add("Client socket", status.clientSocket)
        details.add("Log key", status.logKey)
        return details
    }

    /// `nil` where none asks for work and the daemon starts none: most vaults need none.
    private static func words(_ worker: WorkerStatus) -> (String, Style?)? {
        switch worker.keeper {
        case "ended": return ("what keeps it running has ended: restart warderd", .bad)
        case "missing": return ("not beside warderd: install it there, and restart warderd", .caution)
        case "running" where worker.connections == 0: return ("started by warderd, does not ask for work", .caution)
        case "running": return ("started by warderd, \(worker.connections) steps at a time", nil)
        default: return worker.connections == 0 ? nil : ("\(worker.connections) steps at a time", nil)
        }
    }

    /// `2: passphrase, 2 of 3 shares`; how many shares there are is told to operators of an open vault.
    static func slots(of status: VaultStatus) -> String {
        guard !status.slots.isEmpty else {
            return status.state == "not_initialised"
                ? "" : "0: none, the database is damaged; how to go on: docs/operations/disk-damaged.md"
        }
        var sets = status.shareSets ?? []
        let openers = status.slots.map { kind in
            guard kind == "shares", let set = sets.first else { return kind }
            sets.removeFirst()
            return "\(set.threshold) of \(set.shares) shares"
        }
        return "\(openers.count): " + openers.joined(separator: ", ")
    }
}
