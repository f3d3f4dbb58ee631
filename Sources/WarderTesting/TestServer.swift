import Glibc
import Locking
package import Logging
package import WarderCore
import WarderCrypto
package import WarderHTTP
import WarderLinux
package import WarderModel

/// The real server on sockets in the vault's directory. This process is the peer, and the kernel says so.
package final class TestServer: Sendable {
    package let kit: TestVault
    package let clientSocket: String
    package let operatorSocket: String
    package let workerSocket: String
    /// What its connections share.
    package let context: ServerContext
    private let server: VaultServer
    private let isStopped = Locked(false)

    /// Serves a vault whose first operator is this process's user.
    private init(_ kit: TestVault, limits: ServerLimits, workers: WorkerRule, logger: Logger) async throws {
        self.kit = kit
        clientSocket = kit.directory.file("c.sock")
        operatorSocket = kit.directory.file("o.sock")
        workerSocket = kit.directory.file("w.sock")
        let facts = DaemonFacts(
            version: "0.0.0",
            started: ManualClock.start.wall.description,
            clientSocket: clientSocket,
            profile: (kit.vault.foundation?.profile ?? .singleUser).rawValue,
            passphraseCost: (PasswordHash.Cost.minimum.passes, PasswordHash.Cost.minimum.memoryBytes)
        )
        // The peer is the program of all tests, which is larger than any server.
        let options = AttestationOptions(maximumExecutableSize: 4 << 30, sha256: { Digest() })
        let attestor = Attestor(options: options)
        context = ServerContext(
            vault: kit.vault,
            attestor: attestor,
            limits: limits,
            workers: workers,
            facts: facts,
            logger: logger
        )
        server = VaultServer(context, eventLoops: 1)
        try await server.listen(on: try SocketFile.bind(path: clientSocket, mode: 0o600), as: .client)
        try await server.listen(on: try SocketFile.bind(path: operatorSocket, mode: 0o600), as: .operator)
        try await server.listen(on: try SocketFile.bind(path: workerSocket, mode: 0o600), as: .worker)
    }

    /// Starts a server, lets `body` ask it, and stops it whatever happens.
    ///
    /// `kit`: The vault; a new one of a team with this process's user as `ada`, unless told otherwise.
    /// `limits`: What one peer may take up.
    /// `workers`: Who may ask for steps of rotations.
    /// `logger`: Where the server writes.
    /// `body`: Asks.
    /// - Returns: what `body` returns.
    package static func with<Result>(
        _ kit: TestVault? = nil,
        limits: ServerLimits = .unhurried,
        workers: WorkerRule = .user(geteuid()),
        logger: Logger = .silent,
        _ body: (TestServer) async throws -> Result
    ) async throws -> Result {
        let vault: TestVault
        if let kit { vault = kit } else { vault = try await TestVault(uid: geteuid()) }
        let server = try await TestServer(vault, limits: limits, workers: workers, logger: logger)
        do {
            let result = try await body(server)
            await server.stop()
            return result
        } catch {
            await server.stop()
            throw error
        }
    }

    /// Stops accepting, lets requests under way finish, and closes. A second time it does nothing.
    package func stop() async {
        let wasStopped = isStopped.withLock { isStopped in
            defer { isStopped = true }
            return isStopped
        }
        if wasStopped { return }
        await server.shutDown()
    }

    /// Registers this process as the server `notes`, with all that `TestVault.mustSetUpNotes` sets up.
    package func mustBeNotes() async throws {
        try await kit.mustPut("notes/api")
        try await kit.mustAddServer("notes", Selectors(uid: geteuid()))
        try await kit.mustAddTool("notes/search")
        try await kit.mustGrant("notes/search", "notes/api")
    }

    /// A new connection to a socket.
    package func connect(_ door: Caller.Door) throws -> RawClient {
        let path =
            switch door {
            case .operator: operatorSocket
            case .worker: workerSocket
            case .client, .inside: clientSocket
            }
        return try RawClient(path: path)
    }

    /// Counts of those turned away since the last call.
    package func turnedAway() -> [TurnedAway] { server.takeTurnedAway() }

    /// Writes those counts down, as the daemon does once a minute; why something is not on disk.
    package func writeDownTurnedAway(atTheEnd: Bool = false) async -> Refusal? {
        await server.writeDownTurnedAway(atTheEnd: atTheEnd)
    }

    private struct Digest: StreamingDigest {
        private var digest = SHA256Digest()

        mutating func update(_ bytes: RawSpan) { digest.update(bytes) }
        mutating func finish() -> [UInt8] { digest.digest() }
    }
}

extension Logger {
    /// Writes nothing.
    package static var silent: Logger { Logger(label: "warder.test") { _ in SwiftLogNoOpLogHandler() } }
}

extension ServerLimits {
    /// For tests: nothing runs out of time while the machine does something else. What is tested of deadlines sets its own.
    package static var unhurried: ServerLimits {
        var limits = ServerLimits()
        limits.firstByteSeconds = 600
        limits.headerSeconds = 600
        limits.bodySeconds = 600
        limits.requestSeconds = 600
        limits.idleSeconds = 600
        return limits
    }
}
