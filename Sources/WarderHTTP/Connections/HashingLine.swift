import Locking
import NIOPosix

/// Executables that wait to be read whole: one after the other, and the users in turn.
///
/// A thread of its own, because a hundred megabytes take a second, and whoever can make the vault read must not hold up
/// searches, exports or backups. Of one user one executable is read before it is another user's turn.
final class HashingLine: Sendable {
    /// Called once; `false` when the line is closed and nothing must be read any more.
    typealias Job = @Sendable (_ isOpen: Bool) -> Void

    private struct Line {
        var jobs: [UInt32: [Job]] = [:]
        /// Users with jobs, next first.
        var turns: [UInt32] = []
        var isRunning = false

        mutating func next() -> Job? {
            guard !turns.isEmpty else { return nil }
            let uid = turns.removeFirst()
            let job = jobs[uid]?.removeFirst()
            if jobs[uid]?.isEmpty ?? true { jobs[uid] = nil } else { turns.append(uid) }
            return job
        }
    }

    private let thread = NIOThreadPool(numberOfThreads: 1)
    private let line = Locked(Line())

    init() { thread.start() }

    /// The number of jobs is bounded by the places of those who wait: each has one.
    func add(of uid: UInt32, _ job: @escaping Job) {
        let mustStart = line.withLock { line in
            if line.jobs[uid, default: []].isEmpty { line.turns.append(uid) }
            line.jobs[uid, default: []].append(job)
            defer { line.isRunning = true }
            return !line.isRunning
        }
        if mustStart { goOn() }
    }

    private func goOn() {
        thread.submit { [self] state in
            guard let job = next() else { return }
            if case .active = state { job(true) } else { job(false) }
            goOn()
        }
    }

    private func next() -> Job? {
        line.withLock { line in
            let job = line.next()
            if job == nil { line.isRunning = false }
            return job
        }
    }

    func stop() async { try? await thread.shutdownGracefully() }
}
