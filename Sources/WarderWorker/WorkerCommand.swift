package import ArgumentParser
import Foundation
import Glibc
import WarderConfiguration
import WarderLinux
import WarderModel

/// `warder-worker`: takes jobs from the daemon and runs each in a process of its own.
package struct WorkerCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "warder-worker",
        abstract: "Does for the vault what the daemon may not: starts programs, and connects to servers.",
        discussion: """
            Run it as a service beside warderd; it needs no keys, keeps nothing on disk, and can be stopped at any time:

              warder-worker
              warder-worker --socket /run/warder/worker.sock --config /etc/warder/warder.yaml

            What it may run and reach stands in the sections worker and notices of the configuration, and nowhere else.
            """,
        version: "warder-worker \(Release.version)",
        subcommands: [StepMode.self, KeepMode.self, TestNotice.self]
    )

    @Option(help: "The daemon's worker socket. Without it: the one in the configuration, beside the operator socket.")
    package var socket: String?

    @Option(
        help:
            "The configuration file. Without it: WARDER_CONFIG, /etc/warder/warder.yaml, or ~/.config/warder/warder.yaml."
    )
    package var config: String?

    @Flag(help: "The vault of this user, although the machine has one.")
    package var own = false

    @Option(
        name: .customLong("descriptor"),
        help: "A connection to the daemon that is open already; one job at a time on each. Ends when all are closed."
    )
    package var descriptors: [Int32] = []

    package init() {}

    package func run() throws {
        try Self.explaining {
            try WorkerProcess.harden()
            // In order: a service that is stopped has not failed.
            WorkerProcess.endWithDescendantsWhenTold(status: 0)
            let configuration = try WorkerEntries(file: config, isOwn: own).load()
            // Steps have neither this environment nor this directory.
            let runner = try JobRunner(entries: WorkerEntries(file: configuration.file, isOwn: own))
            let links: [DaemonLink.Address] =
                descriptors.isEmpty
                ? Array(repeating: .path(socket ?? configuration.workerSocket), count: configuration.worker.jobs)
                : descriptors.map { .connected($0) }
            JobTaker.serve(links, runner: runner)
        }
    }

    /// Does something, and says why it cannot go on: on standard error, and by the status that it exits with.
    static func explaining(_ body: () throws -> Void) throws {
        do { try body() } catch let error as ConfigurationError {
            WorkerProcess.say("\(error)")
            throw ExitCode(ConfigurationError.exitStatus)
        } catch let error as WorkerStartError {
            WorkerProcess.say("\(error)")
            throw ExitCode(1)
        }
    }
}

/// The whole program: parses the arguments of this process, runs, and exits.
package func runWorker() {
    WorkerCommand.main()
}
