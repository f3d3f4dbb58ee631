import Glibc
import Locking
import SecretMemory
import StrictJSON
import WarderLinux
import WarderWire

/// Runs each job in a process of its own: this very program in another mode.
///
/// Whatever happens to that process, the worker goes on; and whatever it leaves behind, the worker finds and ends.
final class JobRunner: Sendable {
    /// Beyond the job's own time limit, which its process keeps by itself.
    private static let grace = Duration.seconds(10)

    private let program: SealedProgram
    private let arguments: [String]
    /// Processes of jobs that are at work. Held while one is started, so that none is taken for something left behind.
    private let running = Locked<Set<Int32>>([])

    init(entries: WorkerEntries) throws(WorkerStartError) {
        do { program = try SealedProgram.own() } catch {
            throw WorkerStartError("the worker cannot open its own program (\(error)); is /proc mounted?")
        }
        arguments = ["warder-worker", StepMode.name] + entries.arguments
    }

    /// - Parameters:
    ///   - job: What to do.
    ///   - connection: Where the job came from; the job ends when it does.
    /// - Returns: The result as JSON; `nil` when nobody waits for it any more.
    func run(_ job: WorkerJob, over connection: Int32) -> SecretBytes? {
        do {
            let text = try job.json()
            let process = try start()
            defer { finish(process) }
            var watch = JobWatch(process, deadline: .now + job.timeout.duration + Self.grace, connection: connection)
            switch watch.run(writing: text) {
            case .abandoned: return nil
            case .timedOut:
                return try Self.lost(job, "did not end in time").json()
            case .ended(let output):
                guard let result = Self.result(output) else {
                    return try Self.lost(job, "ended without a result").json()
                }
                return try result.json()
            }
        } catch {
            let result = JobResult(.failed, message: "no process could be started for the job", retry: true)
            return try? result.json()
        }
    }

    private func start() throws -> ChildProcess {
        try running.withLock { running in
            // Told, not killed: so it can end what its hook has started.
            let process = try ChildProcess(
                program,
                arguments: arguments,
                environment: [:],
                deathSignal: SIGTERM,
                sharesErrors: true
            )
            running.insert(process.pid)
            return process
        }
    }

    private func finish(_ process: ChildProcess) {
        process.signal(SIGKILL)
        process.wait()
        running.withLock { running in
            running.remove(process.pid)
            Descendants.end(sparing: running)
        }
    }

    private static func lost(_ job: WorkerJob, _ what: String) -> JobResult {
        JobResult(job.outcomeWhenLost, message: "the process of the job \(what)", retry: true)
    }

    private static func result(_ output: consuming [UInt8]) -> JobResult? {
        do {
            let document = try JSONDocument(parsing: consume output, limits: JobResult.limits)
            return try JobResult.decode(document)
        } catch {
            return nil
        }
    }
}
