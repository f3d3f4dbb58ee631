import Alerting
import Logging
import ServiceLifecycle
import WarderCore
import WarderModel

/// Writes down what the rules found and have found before, says new alerts in the daemon's own log, and keeps now and
/// then what is usual for servers.
struct AlertKeeping: Service {
    private static let rhythm = Duration.seconds(5)
    /// Looks between two times that habits are kept: an hour.
    private static let looksPerKeep = 720

    let vault: Vault
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var said: Set<RecordID> = []
            var looks = 0
            while !Task.isCancelled {
                vault.raiseAlerts()
                let open = vault.currentAlerts
                for alert in open where !said.contains(alert.id) && !alert.isMuted { say(alert) }
                said = Set(open.map(\.id))
                looks += 1
                if looks.isMultiple(of: Self.looksPerKeep) { vault.keepHabits() }
                try? await Task.sleep(for: Self.rhythm)
            }
        }
        vault.keepHabits()
        await vault.heartbeat()
    }

    /// A decoy has no use: whoever asks for it is where they should not be.
    private func say(_ alert: Alert) {
        logger.log(
            level: alert.rule == .honeytoken ? .critical : .error,
            "\(alert.text?.text ?? "a rule found something")",
            metadata: [
                "alert": "\(alert.id)", "rule": "\(alert.rule.rawValue)", "subject": "\(alert.subject)",
                "events": "\((alert.firstEvents + alert.lastEvents).map(String.init).joined(separator: ","))",
            ]
        )
    }
}
