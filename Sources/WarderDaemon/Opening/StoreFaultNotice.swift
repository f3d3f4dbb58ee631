import Locking
import Logging
import WarderCore

/// Says in the daemon's log what the storage engine answered where something could not be written or read: who asked hears
/// only what it means for them. The same answer again is said once a minute.
final class StoreFaultNotice: Sendable {
    private static let pause = Duration.seconds(60)

    private struct Said {
        var fault: StoreError
        var at: ContinuousClock.Instant
    }

    private let logger: Logger
    private let said = Locked<Said?>(nil)

    init(_ logger: Logger) { self.logger = logger }

    func say(_ fault: StoreError) {
        let now = ContinuousClock.now
        let isNews = said.withLock { said in
            if let said, said.fault == fault, now - said.at < Self.pause { return false }
            said = Said(fault: fault, at: now)
            return true
        }
        guard isNews else { return }
        switch fault {
        case .unavailable(let code):
            logger.error("the database cannot be written or read now", metadata: ["sqlite": "\(code)"])
        case .damaged(let code):
            logger.error(
                "the database is damaged; see docs/operations/disk-damaged.md",
                metadata: ["sqlite": "\(code)"]
            )
        case .rejected(let code):
            logger.error("the database does not take a change", metadata: ["sqlite": "\(code)"])
        case .newer(let found, let known):
            logger.error(
                "the database has rows of a later version",
                metadata: ["schema": "\(found)", "known": "\(known)"]
            )
        }
    }
}
