import Glibc
import Logging
import SecretMemory
import WarderCrypto
import WarderLinux
import WarderModel

extension DaemonConfiguration {
    /// Group of the operators where the installation made it.
    private static let usualOperatorGroup = "warder"
    /// User of the worker, likewise.
    private static let usualWorkerUser = "warder-worker"
    private static let usualCheckpoints = "warder-checkpoints"
    /// Name under which systemd passes the credential.
    private static let usualCredential = "warder-unseal"

    /// What holds where neither file nor environment says otherwise.
    static func defaults(
        for owner: VaultPlaces.Owner,
        in surroundings: ConfigurationSurroundings
    ) throws(ConfigurationError) -> DaemonConfiguration {
        let places = try surroundings.places(of: owner)
        let isSystem = owner == .system
        return DaemonConfiguration(
            file: nil,
            owner: owner,
            profile: isSystem ? .team : .singleUser,
            stateDirectory: places.dataDirectory,
            clientSocket: places.clientSocket,
            operatorSocket: places.operatorSocket,
            workerSocket: places.workerSocket,
            workerUser: isSystem ? surroundings.account(usualWorkerUser) : nil,
            operatorGroup: isSystem
                ? surroundings.groupID(usualOperatorGroup).map { OperatorGroup(name: usualOperatorGroup, id: $0) }
                : nil,
            unseal: Unseal(credentialFile: passedCredential(surroundings)),
            memory: Memory(lock: .required, lockedLimit: 32 << 20),
            argon2: Argon2(
                passes: PasswordHash.Cost.standard.passes,
                memoryBytes: PasswordHash.Cost.standard.memoryBytes
            ),
            limits: Limits(
                connectionsPerUID: 64,
                requestsPerSecondPerUID: 1000,
                burst: 2000,
                unknownPeerConnections: 8,
                operatorReserve: 16,
                bodyBytes: 64 << 10,
                secretBodyBytes: 2 << 20
            ),
            deadlines: Deadlines(
                firstByte: .seconds(5),
                headers: .seconds(5),
                body: .seconds(10),
                request: .seconds(30),
                idle: .seconds(60)
            ),
            eventLoops: 1,
            audit: Audit(
                file: nil,
                checkpoints: isSystem ? checkpointDirectory(surroundings) : nil,
                journal: false,
                keepDays: 0,
                legalHold: false
            ),
            worker: Worker(isStarted: !isSystem, jobs: 4, hooks: [:], postgres: [:]),
            notices: Notices(),
            governance: Governance(),
            log: Log(level: .info, format: .text)
        )
    }

    /// The directory that the installation makes, where it is there.
    private static func checkpointDirectory(_ surroundings: ConfigurationSurroundings) -> String? {
        let path = surroundings.roots.state + "/" + usualCheckpoints
        return unsafe access(path, F_OK) == 0 ? path : nil
    }

    /// The file that systemd put into the service's own credentials directory, where there is one.
    private static func passedCredential(_ surroundings: ConfigurationSurroundings) -> CredentialFile? {
        guard let directory = surroundings.variable("CREDENTIALS_DIRECTORY"), directory.hasPrefix("/") else {
            return nil
        }
        let path = directory + "/" + usualCredential
        guard unsafe access(path, F_OK) == 0 else { return nil }
        return CredentialFile(path: path, isFromServiceManager: true)
    }
}
