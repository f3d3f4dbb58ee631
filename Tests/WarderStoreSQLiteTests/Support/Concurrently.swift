import Dispatch
import Foundation
import Locking

/// Runs each part on a thread of its own, and returns when all have ended; throws what the first failing one threw.
///
/// Threads and not a queue: parts that wait for each other must all have begun, however busy the machine is.
func concurrently(_ parts: @Sendable () throws -> Void...) throws {
    let failure = Failure()
    let group = DispatchGroup()
    for part in parts {
        group.enter()
        let thread = Thread {
            do { try part() } catch { failure.first.withLock { $0 = $0 ?? error } }
            group.leave()
        }
        thread.start()
    }
    group.wait()
    if let error = failure.first.withLock({ $0 }) { throw error }
}

private final class Failure: Sendable {
    let first = Locked<(any Error)?>(nil)
}
