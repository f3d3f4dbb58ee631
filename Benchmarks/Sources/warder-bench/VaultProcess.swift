import Foundation

/// A vault of its own: the daemon as it would be installed, with a directory and sockets that nobody else uses.
final class VaultProcess {
    static let hashPasses = 2
    static let hashMemoryBytes = 19 << 20

    let clientSocket: String
    let operatorSocket: String
    let workerSocket: String
    let stateDirectory: String
    private let programs: Programs
    private let scratch: Scratch
    private let configuration: String
    private let name: String
    private var process: ChildProcess?

    /// Prepares a vault; its name tells it apart from others of the run.
    ///
    /// `settings`: further lines of its configuration. `isInMemory`: whether its files lie where a sync costs nothing.
    init(
        _ name: String,
        programs: Programs,
        scratch: Scratch,
        eventLoops: Int,
        settings: String = "",
        isInMemory: Bool = false
    ) throws {
        self.name = name
        self.programs = programs
        self.scratch = scratch
        clientSocket = scratch.sockets + "/\(name)-client.sock"
        operatorSocket = scratch.sockets + "/\(name)-operator.sock"
        workerSocket = scratch.sockets + "/\(name)-worker.sock"
        stateDirectory = (isInMemory ? scratch.memory : scratch.disk) + "/\(name)"
        configuration = scratch.disk + "/\(name).yaml"
        // Limits are those of a big installation: a limit that bites would be measured instead of the vault.
        let text = """
            profile: team
            state_directory: \(stateDirectory)
            client_socket: \(clientSocket)
            operator_socket: \(operatorSocket)
            worker_socket: \(workerSocket)
            worker_user: \(geteuid())
            event_loops: \(eventLoops)
            argon2: {passes: \(Self.hashPasses), memory: \(Self.hashMemoryBytes >> 20)MiB}
            memory: {lock: best-effort}
            limits: {connections_per_uid: 1024, requests_per_second_per_uid: 1000000, burst: 1000000}
            \(settings)

            """
        try Data(text.utf8).write(to: URL(fileURLWithPath: configuration))
    }

    /// The running daemon's process.
    /// - Throws: `Failure` while it does not run.
    var id: Int32 {
        get throws {
            guard let process else { throw Failure("the vault does not run") }
            return process.id
        }
    }

    /// Starts the daemon.
    /// - Returns: how long it took until the operator socket took connections.
    @discardableResult
    func start() async throws -> Duration {
        let clock = ContinuousClock()
        let begin = clock.now
        let process = try ChildProcess(programs.warderd, ["--config", configuration], name: name, in: scratch)
        self.process = process
        try await process.waitForSocket(operatorSocket)
        return clock.now - begin
    }

    func stop() {
        process?.stop()
        process = nil
    }
}
