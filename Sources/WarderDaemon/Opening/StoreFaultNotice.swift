import Locking
import Logging
import WarderCore

/// Says in the daemon's log what the storage engine answered where something could not be written or read: who asked hears
/// only what it means for them. The same answer again is said once a minute.
final class StoreFaultNotice: Sendable {
    private static let pause = Duration.seconds(60)

    private let logger: Logger
    /// What was said in the last minute, and when.
    private let said = Locked<[StoreError: ContinuousClock.Instant]>([:])

    init(_ logger: Logger) { self.logger = logger }

    func say(_ fault: StoreError) {
        let now = ContinuousClock.now
        let isNews = said.withLock { said in
            said = said.filter { now - $0.value < Self.pause }
            guard said[fault] == nil else { return false }
            said[fault] = now
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
