import ArgumentParser
import Glibc
import SecretMemory
import WarderConfiguration
import WarderModel
import WarderWire

/// `warder-worker test-notice`: tells whoever the configuration names, once and without the daemon.
struct TestNotice: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test-notice",
        abstract: "Sends a notice of the kind test to the program and the webhook of the configuration.",
        discussion: """
            As the worker would, so run it as the worker's user:

              sudo -u warder-worker warder-worker test-notice

            The vault hears nothing of it. Exits with 0 when everybody has it, else with 1 and says what went wrong.
            """
    )

    @ParentCommand var worker: WorkerCommand

    func run() throws {
        try WorkerCommand.explaining {
            try WorkerProcess.harden()
            WorkerProcess.endWithDescendantsWhenTold(status: 128 + SIGTERM)
            let notices = try WorkerEntries(file: worker.config, isOwn: worker.own).load().notices
            let result = NoticeStep(Self.job(at: Timestamp(milliseconds: Int64(time(nil)) * 1000)), notices).perform()
            if let errors = result.stderr { WorkerProcess.say("the program wrote: \(errors)") }
            guard result.outcome == .done else { throw WorkerStartError(result.message ?? "nobody was told") }
            for receiver in notices.receivers { print("told: \(receiver)") }
        }
    }

    /// Each has an id of its own: a receiver that drops what it has seen hears of every one.
    private static func job(at now: Timestamp) -> NoticeJob {
        NoticeJob(
            id: "test",
            timeout: JobSeconds(Int(DaemonConfiguration.Notices.longest.components.seconds)),
            notice: NoticeJob.Notice(
                id: "test.\(Hex.encode(SecureRandom.bytes(count: 8)))",
                kind: "test",
                time: now.description,
                text: "Somebody tries whether notices of the vault arrive.",
                facts: [:]
            )
        )
    }
}
