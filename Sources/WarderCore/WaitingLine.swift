import Locking
import WarderModel

/// Work that waits for the writer's thread.
final class WaitingLine: Sendable {
    /// A piece of work, and how to answer it.
    enum Job: Sendable {
        /// Joins others in a transaction.
        case command(CommandJob)
        /// Has the vault for itself, as what opens it does.
        case alone(@Sendable () -> Void)
    }

    struct CommandJob: Sendable {
        /// Decides, and returns how to answer: with `nil` once the transaction is on disk, or with the reason why it is
        /// not.
        let decide: @Sendable (inout Transaction) -> @Sendable (Refusal?) -> Void
        /// Answers without deciding.
        let refuse: @Sendable (Refusal) -> Void
    }

    private struct Line {
        var jobs: [Job] = []
        var isServed = false
    }

    private let line = Locked(Line())

    /// - Returns: whether nobody serves the line, so that the caller has to send somebody.
    func enqueue(_ job: Job) -> Bool {
        line.withLock { line in
            line.jobs.append(job)
            defer { line.isServed = true }
            return !line.isServed
        }
    }

    /// Everything that waits. With nothing left, whoever served the line may go: the next `enqueue` sends somebody
    /// again.
    func takeAll() -> [Job] {
        line.withLock { line in
            defer { line.jobs = [] }
            line.isServed = !line.jobs.isEmpty
            return line.jobs
        }
    }
}
