import Dispatch
import Logging
import ServiceLifecycle
import WarderCore

/// Notices when what keeps the worker running has ended, and ends it with the daemon.
struct WorkerKeeping: Service {
    let worker: KeptWorker
    let vault: Vault
    let logger: Logger

    func run() async throws {
        let (endings, observer) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let source = DispatchSource.makeReadSource(fileDescriptor: worker.ended)
        source.setEventHandler {
            source.cancel()
            observer.yield()
        }
        source.activate()
        await cancelWhenGracefulShutdown {
            for await _ in endings {
                vault.jobs.set(.ended)
                logger.error(
                    "what keeps warder-worker running has ended; secrets of programs and servers are not rotated until this daemon is restarted"
                )
            }
        }
        source.cancel()
        await worker.end()
    }
}
