import Foundation
import Glibc
import Logging
import Sealing
import SecretMemory
import ServiceLifecycle
import UnixSignals
import WarderConfiguration
import WarderCore
import WarderHTTP
import WarderLinux
import WarderModel
package import WarderStoreSQLite

/// The daemon, from top to bottom: harden, read the configuration, open the database, listen, serve, stop in order.
///
/// Construction order is dependency order; nothing gets a collaborator later.
package struct Daemon {
    /// What brings databases of earlier versions to this one's schema. Tests add others.
    @TaskLocal package static var migrations = Migration.all

    private let configuration: DaemonConfiguration
    private let logger: Logger

    init(_ configuration: DaemonConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    /// Runs until SIGTERM or SIGINT.
    /// - Throws: `StartError` when the daemon cannot begin.
    package func run() async throws {
        let sockets = try InheritedSockets.takeOrExplain()
        try configureMemory()
        try StartError.explaining(configuration.stateDirectory) { () throws(FileTrustError) in
            try PrivateDirectory.ensure(configuration.stateDirectory)
        }
        let lock = try DatabaseLock.acquireOrExplain(configuration.stateDirectory + "/vault.lock")
        defer { withExtendedLifetime(lock) {} }

        let clock = SystemClock()
        let notification = ServiceNotification(environment: ProcessInfo.processInfo.environment)
        let store = try DatabaseOpening(
            path: configuration.stateDirectory + "/vault.db",
            migrations: Self.migrations,
            logger: logger,
            notification: notification
        ).open()
        let checkpoints = configuration.audit.checkpoints.map { CheckpointFile(directory: $0) }
        let vault = try Vault.openOrExplain(store: store, clock: clock, witness: { checkpoints?.read($0) })
        await recordStart(of: vault, migrated: store.migrated)
        await unsealWithCredential(vault)

        let context = ServerContext(
            vault: vault,
            attestor: Attestor(options: AttestationOptions(sha256: { FileDigest() })),
            limits: ServerLimits(configuration),
            facts: facts(clock),
            logger: logger
        )
        let server = VaultServer(context, eventLoops: configuration.eventLoops)
        let listeners = try Listeners(configuration, inherited: sockets)
        try await server.listen(on: listeners.client, as: .client)
        try await server.listen(on: listeners.operator, as: .operator)

        logger.info(
            "ready",
            metadata: [
                "state": "\(vault.phase.rawValue)", "client": "\(listeners.clientPath)",
                "operator": "\(listeners.operatorPath)",
            ]
        )
        try? notification?.ready(status: "\(vault.phase.rawValue)")
        try await ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(service: StoreKeeping(store: store, logger: logger)),
                    .init(service: Housekeeping(vault: vault, server: server, logger: logger)),
                    .init(service: KeyKeeping(vault: vault, logger: logger)),
                    .init(
                        service: CheckpointKeeping(
                            vault: vault,
                            file: checkpoints,
                            logger: logger
                        )
                    ),
                    .init(service: SinkKeeping(.file, configuration, vault: vault, logger: logger)),
                    .init(service: SinkKeeping(.journal, configuration, vault: vault, logger: logger)),
                    .init(service: Watchdog(notification: notification, vault: vault)),
                    .init(service: Serving(server: server)),
                ],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger
            )
        ).run()
        try? notification?.stopping()
        listeners.remove()
        await recordStop(of: vault)
        store.close()
        logger.info("stopped")
    }

    private func configureMemory() throws {
        do {
            try LockedMemory.configure(
                policy: configuration.memory.lock,
                maximumBytes: configuration.memory.lockedLimit
            )
        } catch {
            throw StartError(
                "memory for keys and values cannot be locked",
                remedy: "Raise LimitMEMLOCK= in the unit (ulimit -l in a shell), or set memory.lock: best-effort"
            )
        }
        // Root may lock what it likes (CAP_IPC_LOCK).
        let limit = geteuid() == 0 ? nil : LockedMemory.status.lockLimitBytes
        if let notice = configuration.lockLimitNotice(lockLimitBytes: limit) {
            logger.warning("\(notice)")
        }
    }

    private func facts(_ clock: SystemClock) -> DaemonFacts {
        DaemonFacts(
            version: Release.version,
            started: clock.now().wall.description,
            clientSocket: configuration.clientSocket,
            profile: configuration.profile.rawValue,
            passphraseCost: (configuration.argon2.passes, configuration.argon2.memoryBytes)
        )
    }

    private func recordStart(of vault: Vault, migrated: FinishedMigration?) async {
        var event = Event(action: .vaultStart, time: vault.clock.now().wall, actor: .vault)
        event.changes = ["version=\(Release.version)"] + (migrated.map { ["schema=\($0.to)"] } ?? [])
        await record(event, in: vault)
    }

    private func recordStop(of vault: Vault) async {
        await record(Event(action: .vaultStop, time: vault.clock.now().wall, actor: .vault), in: vault)
    }

    private func record(_ event: Event, in vault: Vault) async {
        let outcome = await withCheckedContinuation { continuation in
            vault.record(sealed: event) { continuation.resume(returning: $0) }
        }
        if case .failure(let reason) = outcome {
            logger.error(
                "event could not be written",
                metadata: ["type": "\(event.action.rawValue)", "reason": "\(reason)"]
            )
        }
    }

    /// Opens the vault with the credential that the configuration names. Failing to is no reason not to start: a person
    /// can still unseal.
    private func unsealWithCredential(_ vault: Vault) async {
        guard vault.phase == .sealed, let credential = configuration.unseal.credentialFile else { return }
        do {
            let secret = try CredentialReader.read(credential)
            let outcome = await withCheckedContinuation { continuation in
                vault.unseal(with: secret, opener: .credential, by: .vault(requestID: "start")) {
                    continuation.resume(returning: $0)
                }
            }
            try outcome.get()
            logger.info("unsealed with the credential file")
            QuarantineNotice.say(of: vault, to: logger)
        } catch {
            logger.error(
                "the credential file does not open the vault; unseal it by hand: warder unseal",
                metadata: ["file": "\(credential.path)", "reason": "\(error)"]
            )
        }
    }
}
