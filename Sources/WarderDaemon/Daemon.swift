import Foundation
import Glibc
import Logging
import Sealing
import SecretMemory
import ServiceLifecycle
import SystemPackage
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
        try resumeRestore(at: clock.now().wall)
        let notification = ServiceNotification(environment: ProcessInfo.processInfo.environment)
        let store = try DatabaseOpening(
            path: configuration.stateDirectory + "/vault.db",
            migrations: Self.migrations,
            logger: logger,
            notification: notification
        ).open()
        let reach = SinkReach()
        let checkpoints = configuration.audit.checkpoints.map { CheckpointFile(directory: $0) }
        let vault = try Vault.openOrExplain(
            store: store,
            clock: clock,
            retention: RetentionPolicy(
                keepDays: configuration.audit.keepDays,
                legalHold: configuration.audit.legalHold
            ),
            witness: { [logger] () throws(Refusal) in try checkpoints?.witness(logger) ?? [:] },
            faults: StoreFaultNotice(logger).say
        )
        await recordStart(of: vault, migrated: store.migrated)
        let listeners = try Listeners(configuration, inherited: sockets)
        // Nothing secret is in memory yet; from here on nothing is started any more.
        let worker = startWorker(of: vault)
        let isConfined = try confine()
        await unsealWithCredential(vault)

        let context = ServerContext(
            vault: vault,
            attestor: Attestor(options: AttestationOptions(sha256: { FileDigest() })),
            limits: ServerLimits(configuration),
            workers: workerRule(worker),
            facts: facts(clock, isConfined: isConfined),
            logger: logger
        )
        let server = VaultServer(context, eventLoops: configuration.eventLoops)
        try await server.listen(on: listeners.client, as: .client)
        try await server.listen(on: listeners.operator, as: .operator)
        try await server.listen(on: listeners.worker, as: .worker)

        let sayReady: @Sendable () -> Void = { [logger] in
            logger.info(
                "ready",
                metadata: [
                    "state": "\(vault.phase.rawValue)", "client": "\(listeners.clientPath)",
                    "operator": "\(listeners.operatorPath)",
                ]
            )
            try? notification?.ready(status: "\(vault.phase.rawValue)")
        }
        try await ServiceGroup(
            configuration: ServiceGroupConfiguration(
                // Ended in the opposite order.
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
                    .init(service: SinkKeeping(.file, configuration, vault: vault, reach: reach, logger: logger)),
                    .init(service: AlertKeeping(vault: vault, logger: logger)),
                    .init(service: SinkKeeping(.journal, configuration, vault: vault, reach: reach, logger: logger)),
                    .init(
                        service: RotationKeeping(vault: vault, limit: configuration.worker.jobs, logger: logger)
                    ),
                    .init(service: LogPruning(vault: vault, reach: reach, logger: logger)),
                    .init(service: Watchdog(notification: notification, vault: vault)),
                    .init(service: Serving(server: server, whenReady: sayReady)),
                ] + whereSet(worker, vault),
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

    /// Before anything looks at the database: a restore can have been ended between two of its steps.
    private func resumeRestore(at time: Timestamp) throws(StartError) {
        let target = RestoreTarget(database: configuration.stateDirectory + "/vault.db")
        let resumed: RestoreTarget.Resumed?
        do throws(BackupStop) { resumed = try target.resume(at: time) } catch {
            throw StartError(error.message, remedy: error.remedy)
        }
        guard let resumed else { return }
        var metadata: Logger.Metadata = ["database": "\(target.database)"]
        if let kept = resumed.kept { metadata["kept"] = "\(kept)" }
        logger.notice("a restore that was ended on its way is finished", metadata: metadata)
    }

    /// What a unit forbids as well where there is one; the vault of one user starts its worker, whose right to networks is
    /// none of the daemon's.
    ///
    /// - Returns: whether it is so.
    private func confine() throws(StartError) -> Bool {
        let reason: Errno
        do throws(ProcessHardening.Failure) {
            try ProcessHardening.confine()
            return true
        } catch { reason = error.reason }
        let problem = "the daemon cannot give up executing programs and reaching others: \(reason)"
        let remedy = "Let the container, or SystemCallFilter= of the unit, allow seccomp(2)"
        guard configuration.confinement == .bestEffort else {
            throw StartError(problem, remedy: remedy + ", or set confinement: best-effort")
        }
        logger.warning("\(problem)", metadata: ["remedy": "\(remedy)"])
        return false
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

    /// Starts the worker where the configuration says so. Without one the vault does everything else.
    private func startWorker(of vault: Vault) -> KeptWorker? {
        guard configuration.worker.isStarted else { return nil }
        do throws(Errno) {
            let worker = try KeptWorker(socket: configuration.workerSocket, configuration: configuration)
            vault.jobs.set(.running)
            return worker
        } catch {
            vault.jobs.set(.missing)
            logger.warning(
                "warder-worker cannot be started; secrets of programs and servers are not rotated",
                metadata: ["program": "\(KeptWorker.path)", "reason": "\(error)"]
            )
            return nil
        }
    }

    /// Services that not every daemon has; the worker's is the first to end.
    private func whereSet(_ worker: KeptWorker?, _ vault: Vault) -> [ServiceGroupConfiguration.ServiceConfiguration] {
        var services: [ServiceGroupConfiguration.ServiceConfiguration] = []
        if !configuration.notices.receivers.isEmpty { services.append(.init(service: NoticeKeeping(vault: vault))) }
        if let worker { services.append(.init(service: WorkerKeeping(worker: worker, vault: vault, logger: logger))) }
        return services
    }

    private func workerRule(_ worker: KeptWorker?) -> WorkerRule {
        if let worker { return .children(of: worker.pid) }
        guard !configuration.worker.isStarted, let user = configuration.workerUser else { return .nobody }
        return .user(user.uid)
    }

    private func facts(_ clock: SystemClock, isConfined: Bool) -> DaemonFacts {
        var facts = DaemonFacts(
            version: Release.version,
            started: clock.now().wall.description,
            clientSocket: configuration.clientSocket,
            profile: configuration.profile.rawValue,
            passphraseCost: (configuration.argon2.passes, configuration.argon2.memoryBytes)
        )
        facts.isConfined = isConfined
        facts.governance.incidentOwner = configuration.governance.incidentOwner
        facts.governance.escalation = configuration.governance.escalation
        facts.governance.retention = configuration.governance.retention
        facts.governance.checkpoints = [configuration.audit.checkpoints].compactMap(\.self)
        facts.governance.notices = configuration.notices.receivers
        facts.governance.copies =
            [configuration.audit.file].compactMap(\.self) + (configuration.audit.journal ? ["the journal"] : [])
        return facts
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
            LossNotice.say(of: vault, to: logger)
        } catch {
            logger.error(
                Self.words(error),
                metadata: ["file": "\(credential.path)", "reason": "\(error)"]
            )
        }
    }

    /// The file may be good, and no passphrase better than it.
    private static func words(_ error: any Error) -> Logger.Message {
        switch error as? Refusal {
        case .logContradicted:
            "the vault stays sealed, whatever it is opened with: a checkpoint outside says that the database was set back, or altered; how to go on: docs/operations/older-database.md"
        case .checkpointUnreadable:
            "the vault stays sealed, whatever it is opened with: a checkpoint outside, named above, cannot be read; how to go on: docs/operations/older-database.md"
        default: "the credential file does not open the vault; unseal it by hand: warder unseal"
        }
    }
}
