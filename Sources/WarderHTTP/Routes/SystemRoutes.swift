import Glibc
import HashTreeCollections
import NIOHTTP1
import SecretMemory
import Sealing
import StrictJSON
import WarderCore
import WarderCrypto
import WarderModel
import WarderWire

/// The vault itself: state, keys, findings, metrics.
extension RouteTable {
    static let system: [Route] = [
        Route(.GET, "/v1/sys/status") { exchange in .done(.json(exchange.status())) },
        Route(.POST, "/v1/sys/init", action: .vaultInit, body: .small) { exchange throws(Problem) in
            try exchange.initialise()
        },
        Route(.POST, "/v1/sys/unseal", action: .vaultUnseal, body: .small) { exchange throws(Problem) in
            try exchange.unseal()
        },
        Route(.POST, "/v1/sys/seal", action: .vaultSeal, body: .small) { exchange throws(Problem) in
            try exchange.expectNoBody()
            return .decision(.vaultSeal) { finish in
                exchange.vault.submit(Vault.seal(by: exchange.caller)) { outcome in
                    exchange.note(outcome, done: "sealed", refused: "sealing was refused")
                    finish { outcome.map { .json(exchange.status()) } }
                }
            }
        },
        Route(.GET, "/v1/sys/findings", action: .doctorRead) { exchange in
            exchange.ask(Doctor.read(exchange.vault.jobs.presence, by: exchange.caller)) {
                .json(Findings($0 + exchange.daemonFindings()))
            }
        },
        Route(.GET, "/v1/metrics") { exchange throws(Problem) in try exchange.metrics() },
    ]
}

extension Exchange {
    /// Shortest passphrase in bytes. Argon2id makes guessing slow; only length makes it hopeless.
    static let shortestPassphrase = 12

    static let longestPassphrase = 1024

    static func checkStrength(_ passphrase: SecretBytes) throws(Problem) {
        try checkLength(passphrase)
        guard passphrase.count >= shortestPassphrase else {
            throw .invalid("A passphrase has at least \(shortestPassphrase) bytes; four random words are a good one.")
        }
    }

    /// Before anything is computed from it, or kept while it waits.
    static func checkLength(_ passphrase: SecretBytes?) throws(Problem) {
        guard (passphrase?.count ?? 0) <= longestPassphrase else {
            throw .invalid("A passphrase has at most \(longestPassphrase) bytes.")
        }
    }

    func passphraseCost() throws(Refusal) -> PasswordHash.Cost {
        let cost = context.facts.passphraseCost
        do { return try PasswordHash.Cost(passes: cost.passes, memoryBytes: cost.memoryBytes) } catch {
            throw .memoryNotLocked
        }
    }

    fileprivate func initialise() throws(Problem) -> Work {
        let request = try decode(SecretBodies.Initialise.self)
        let name: OperatorName = try Exchange.parse(request.operatorName, what: "The operator")
        guard let peer = caller.peer else { throw .forOperator(.notAnOperator) }
        guard vault.phase == .notInitialised else { throw .forOperator(.alreadyInitialised) }
        guard (request.passphrase == nil) != (request.credentialBase64 == nil) else {
            throw .invalid("Give a passphrase or a credential, and not both.")
        }
        if let passphrase = request.passphrase { try Exchange.checkStrength(passphrase.bytes) }
        if let presence = request.presence { try Exchange.checkStrength(presence.bytes) }
        let credential = try request.credentialBase64?.decodedBase64()
        if let credential, credential.count < KeySlot.minimumCredentialBytes {
            throw .invalid("A credential has at least \(KeySlot.minimumCredentialBytes) random bytes.")
        }
        let profile = Profile(rawValue: context.facts.profile) ?? .team
        guard let own = request.presence?.bytes ?? request.passphrase?.bytes else {
            throw .invalid("The vault needs a passphrase of yours: nobody could give you one later.")
        }
        return .passphrase { finish in
            do throws(Refusal) {
                let cost = try passphraseCost()
                let opener: SlotOpener
                if let passphrase = request.passphrase?.bytes {
                    opener = .passphrase(passphrase, cost)
                } else if let credential {
                    opener = .credential(credential)
                } else {
                    throw .wrongKey
                }
                let initialisation = try Initialisation(
                    profile: profile,
                    opener: opener,
                    operatorName: name,
                    uid: peer.uid,
                    presence: try PresenceVerifier(passphrase: own, cost: cost),
                    at: vault.clock.now().wall
                )
                vault.open(initialisation, by: caller) { outcome in
                    finish {
                        outcome.map {
                            .json(
                                InitAnswer(
                                    vault: initialisation.foundation.vault.description,
                                    logKey: initialisation.foundation.logKeyText(nil),
                                    operatorName: name.text,
                                    roles: initialisation.firstOperator.roles.sorted().map(\.rawValue)
                                ),
                                .created
                            )
                        }
                    }
                }
            } catch {
                finish { .failure(error) }
            }
        }
    }

    fileprivate func unseal() throws(Problem) -> Work {
        let request = try decode(SecretBodies.Unseal.self)
        try Exchange.checkLength(request.passphrase?.bytes)
        guard (request.passphrase == nil) != (request.credentialBase64 == nil) else {
            throw .invalid("Give a passphrase or a credential, and not both.")
        }
        if vault.phase == .unsealed { return ask(Vault.alreadyOpen(by: caller)) { .json(status()) } }
        let credential = try request.credentialBase64?.decodedBase64()
        return .passphrase { finish in
            guard let secret = request.passphrase?.bytes ?? credential else { return finish { .failure(.wrongKey) } }
            vault.unseal(with: secret, opener: request.passphrase == nil ? .credential : .passphrase, by: caller) {
                outcome in
                note(outcome, done: "unsealed", refused: "unsealing failed")
                finish { outcome.map { .json(status()) } }
            }
        }
    }

    /// How much there is in the vault is for its operators; whoever else comes to this socket sees what it takes to
    /// open it.
    func status() -> VaultStatus {
        let foundation = vault.foundation
        let state = vault.state.flatMap { state in
            caller.peer.flatMap { state.operators[$0.uid] == nil ? nil : state }
        }
        let memory = LockedMemory.status
        let gathering = vault.gathering.progress(at: vault.clock.now())
        return VaultStatus(
            state: vault.phase.rawValue,
            vault: foundation?.vault.description,
            profile: foundation?.profile.rawValue ?? context.facts.profile,
            version: context.facts.version,
            pid: getpid(),
            started: context.facts.started,
            slots: foundation?.slots.map(\.kindName) ?? [],
            shareSets: state == nil ? nil : foundation?.slots.compactMap(ShareSetSummary.init),
            unsealing: gathering.flatMap(UnsealingProgress.init),
            enrolling: state == nil ? nil : gathering.flatMap(EnrolmentProgress.init),
            secrets: state?.secrets.count,
            servers: state?.servers.count,
            events: state == nil ? nil : Int64(vault.sequence),
            memoryLocked: memory.unlockedBytes == 0,
            confined: context.facts.isConfined,
            // Under which name, a sealed vault cannot tell: a restore gives the log another one.
            logKey: vault.state.flatMap { foundation?.logKeyText($0) },
            logBroken: state == nil ? nil : vault.isLogBroken,
            clientSocket: context.facts.clientSocket,
            worker: state == nil ? nil : WorkerStatus(vault.jobs.presence),
            quarantine: vault.state.flatMap(QuarantineStatus.init)
        )
    }

    fileprivate func daemonFindings() -> [Diagnosis] {
        var findings: [Diagnosis] = []
        if vault.isLogBroken {
            findings.append(
                Diagnosis(
                    .error,
                    "log_broken",
                    "What lies in the log contradicts what was signed before: nothing is signed any more, and no export has a proof.",
                    remedy: "See what is damaged, and how it is mended: warder doctor --deep"
                )
            )
        }
        if LockedMemory.status.unlockedBytes > 0 {
            findings.append(
                Diagnosis(
                    .warning,
                    "memory_not_locked",
                    "Keys and values can reach the swap: memory could not be locked.",
                    remedy: "Raise LimitMEMLOCK (systemd) or ulimit -l, then restart warderd."
                )
            )
        }
        return findings
    }
}

extension WorkerStatus {
    init(_ presence: WorkerPresence) {
        self.init(connections: presence.connections, keeper: presence.keeper?.rawValue)
    }
}

extension Findings {
    init(_ findings: [Diagnosis]) {
        self.init(
            findings: findings.sorted { $0.severity < $1.severity }.map {
                Findings.Finding(
                    severity: $0.severity.rawValue,
                    code: $0.code,
                    message: $0.message,
                    remedy: $0.remedy
                )
            }
        )
    }
}
