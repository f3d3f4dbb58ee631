package import ArgumentParser
import Foundation
import Glibc
import Logging
import WarderConfiguration
import WarderLinux
import WarderModel

/// `warderd`: reads the configuration and runs the daemon.
package struct DaemonCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "warderd",
        abstract: "The vault daemon: keeps secrets encrypted and answers on Unix sockets.",
        discussion: """
            Run it as a service, or by hand for one user:

              warderd
              warderd --config /etc/warder/warder.yaml

            It reads its configuration, hardens itself, opens the database and listens; `warder status` shows the rest.
            """,
        version: "warderd \(Release.version)",
        subcommands: [VerifyBackupMode.self, RestoreMode.self, CheckDatabaseMode.self]
    )

    @Option(
        help:
            "The configuration file. Without it: WARDER_CONFIG, /etc/warder/warder.yaml, or ~/.config/warder/warder.yaml."
    )
    package var config: String?

    @Flag(help: "Check the configuration, print nothing if it is right, and exit.")
    package var checkConfig = false

    @Flag(help: "Start warder-worker too, whatever worker.start says.")
    package var withWorker = false

    package init() {}

    package func run() async throws {
        do {
            if !checkConfig { try harden() }
            var configuration = try DaemonConfiguration.load(
                file: config,
                in: ConfigurationSurroundings(environment: ProcessInfo.processInfo.environment)
            )
            if checkConfig { return }
            if withWorker { configuration.worker.isStarted = true }
            let logger = Logger(label: "warderd") { _ in
                DaemonLog(format: configuration.log.format, level: configuration.log.level)
            }
            try await Daemon(configuration, logger: logger).run()
        } catch let error as ConfigurationError {
            Self.say("\(error)")
            throw ExitCode(ConfigurationError.exitStatus)
        } catch let error as StartError {
            Self.say("\(error)")
            throw ExitCode(1)
        }
    }

    private func harden() throws(StartError) {
        do throws(ProcessHardening.Failure) { _ = try ProcessHardening.apply() } catch {
            throw StartError(
                "the process cannot be hardened (\(error.measure.rawValue): \(error.reason))",
                remedy: "Run the daemon on a Linux kernel that allows prctl(2) and setrlimit(2)"
            )
        }
    }

    private static func say(_ text: String) {
        FileHandle.standardError.write(Data("warderd: \(text)\n".utf8))
    }
}

/// The whole program: parses the arguments of this process, runs, and exits.
package func runDaemon() async {
    await DaemonCommand.main()
}
