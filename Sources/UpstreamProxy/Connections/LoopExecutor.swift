import NIOCore

/// Runs tasks on the thread of one event loop.
///
/// What a connection's task does between two of its reads and writes is short, and each change to another thread and back
/// would take longer.
final class LoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
