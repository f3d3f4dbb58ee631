import Dispatch
import Synchronization

/// Runs each part on a thread of its own, and returns when all have ended; throws what the first failing one threw.
func concurrently(_ parts: @Sendable () throws -> Void...) throws {
    let failure = Mutex<(any Error)?>(nil)
    DispatchQueue.concurrentPerform(iterations: parts.count) { index in
        do { try parts[index]() } catch { failure.withLock { $0 = $0 ?? error } }
    }
    if let error = failure.withLock({ $0 }) { throw error }
}
