import Foundation
import Glibc
import Locking

/// One long work on a thread of its own that has a processor only when nobody else wants it.
enum PatientThread {
    /// The greatest there is (setpriority(2)).
    private static let niceness: Int32 = 19

    /// Blocks until the work is done, and hands on what it returns or throws.
    static func run<Outcome: Sendable>(_ work: @escaping @Sendable () throws -> Outcome) throws -> Outcome {
        let outcome = Locked<Result<Outcome, any Error>?>(nil)
        let done = DispatchSemaphore(value: 0)
        let thread = Thread {
            // Of this thread alone, and for good: without a privilege none gets a better one back. Where it is forbidden the work
            // takes its share as others do.
            _ = setpriority(Int32(PRIO_PROCESS.rawValue), 0, niceness)
            let result = Result { try work() }
            outcome.withLock { $0 = result }
            done.signal()
        }
        thread.start()
        done.wait()
        guard let result = outcome.withLock({ $0 }) else { preconditionFailure("the work says when it is done") }
        return try result.get()
    }
}
