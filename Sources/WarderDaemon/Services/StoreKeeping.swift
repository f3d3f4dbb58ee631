import Dispatch
import Logging
import ServiceLifecycle
import WarderCore
import WarderStoreSQLite

/// Moves the write-ahead log into the database, on a thread of its own and off the commit path.
struct StoreKeeping: Service {
    private static let atLeastEverySeconds = 300

    let store: SQLiteStore
    let logger: Logger

    func run() async throws {
        await withGracefulShutdownHandler {
            await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
                DispatchQueue(label: "warder.store-keeping").async {
                    store.keep(atLeastEvery: Self.atLeastEverySeconds) { error in
                        logger.error("the database could not be maintained", metadata: ["reason": "\(error)"])
                    }
                    done.resume()
                }
            }
        } onGracefulShutdown: {
            store.stopKeeping()
        }
    }
}
