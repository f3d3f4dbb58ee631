import Glibc
import Locking
import SystemPackage
import WarderConfiguration
import WarderLinux

/// The worker of a daemon that has no service manager to start one: `warder-worker keep`, which starts the worker, and
/// starts it again when it has ended.
///
/// Made while nothing secret is in memory, because a new process begins as a copy of this one; it stays the only one that
/// the daemon ever starts. It ends when the pipe to it does, and so with the daemon however that ends.
final class KeptWorker: Sendable {
    private static let program = "warder-worker"
    /// From the closed pipe to the killing.
    private static let patience = Duration.seconds(7)

    /// Nobody else's for as long as this object lives: it is waited for when that ends.
    let pid: Int32
    /// Readable once it has ended.
    let ended: Int32
    private let process: Locked<ChildProcess>

    /// - Throws: what the kernel said, such as that there is no such program beside this one.
    init(socket: String, configuration: DaemonConfiguration) throws(Errno) {
        var arguments = [Self.program, "keep", "--at", socket]
        if let file = configuration.file { arguments += ["--entries", file] }
        if case .user = configuration.owner { arguments.append("--users") }
        let process = try ChildProcess(
            SealedProgram.beside(Self.program),
            arguments: arguments,
            environment: [:],
            // The thread that runs this may end long before the daemon does.
            deathSignal: nil,
            sharesErrors: true
        )
        pid = process.pid
        ended = process.ended
        self.process = Locked(process)
    }

    /// Where the program has to be.
    static var path: String { (try? SealedProgram.path(beside: program)) ?? program }

    /// Lets it end the worker, and then itself; what takes too long is killed with the object.
    func end() async {
        process.withLock { $0.input.close() }
        let deadline = ContinuousClock.now + Self.patience
        while !hasEnded, ContinuousClock.now < deadline { try? await Task.sleep(for: .milliseconds(20)) }
    }

    private var hasEnded: Bool {
        var entry = pollfd(fd: ended, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&entry, 1, 0) > 0
    }
}
