import Logging
import Synchronization
import WarderLinux
import WarderStoreSQLite

/// Says in the log what goes on while the database is opened, and lets the service manager wait for it: a migration may
/// take longer than a start usually does, and must not be killed for that.
final class OpeningNarrator: Sendable {
    /// Between two lines of progress, and between two words to the service manager.
    private static let linesEvery = Duration.seconds(1)
    private static let wordsEvery = Duration.seconds(5)
    /// For how long each word holds: no single call of the disk should take longer.
    private static let patience = Duration.seconds(300)

    private let logger: Logger
    private let notification: ServiceNotification?
    private let beginning = ContinuousClock.now
    /// Milliseconds since the beginning.
    private let lastLine = Atomic<Int64>(.min)
    private let lastWord = Atomic<Int64>(.min)

    init(logger: Logger, notification: ServiceNotification?) {
        self.logger = logger
        self.notification = notification
    }

    func tell(_ step: OpeningStep) {
        switch step {
        case .copying(let bytes):
            logger.notice("the database will be migrated; copying it first", metadata: ["bytes": "\(bytes)"])
        case .copied(let path, true):
            logger.notice("the database is copied, and the copy looked through", metadata: ["copy": "\(path)"])
        case .copied(let path, false):
            logger.notice("the copy of an earlier attempt holds what the database holds", metadata: ["copy": "\(path)"])
        case .migrating(let schema, let purpose):
            logger.notice("migrating the database", metadata: ["schema": "\(schema)", "purpose": "\(purpose)"])
        case .rows(let rows):
            guard rows.done == rows.total || isTime(lastLine, every: Self.linesEvery) else { break }
            logger.notice(
                "migrating rows",
                metadata: [
                    "schema": "\(rows.migration)", "table": "\(rows.table)", "done": "\(rows.done)",
                    "total": "\(rows.total)",
                ]
            )
        case .checking: logger.notice("looking through the migrated database")
        case .migrated(let migration):
            logger.notice(
                "the database is migrated",
                metadata: ["from": "\(migration.from)", "to": "\(migration.to)", "copy": "\(migration.copy)"]
            )
        case .working: break
        }
        if isTime(lastWord, every: Self.wordsEvery) {
            try? notification?.starting(status: "migrating the database", patience: Self.patience)
        }
    }

    private func isTime(_ last: borrowing Atomic<Int64>, every interval: Duration) -> Bool {
        let now = Self.milliseconds(ContinuousClock.now - beginning)
        let then = last.load(ordering: .relaxed)
        guard then == .min || now - then >= Self.milliseconds(interval) else { return false }
        return last.compareExchange(expected: then, desired: now, ordering: .relaxed).exchanged
    }

    private static func milliseconds(_ duration: Duration) -> Int64 { Int64(duration / .milliseconds(1)) }
}
