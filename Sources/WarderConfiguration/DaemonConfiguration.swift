package import Logging
package import SecretMemory
package import WarderLinux
package import WarderModel

/// Everything that the daemon can be told, complete and checked: no part of the program looks at files or variables
/// again.
///
/// There are no secret settings. What opens the vault comes from people and from the file that `unseal.credential_file`
/// names.
package struct DaemonConfiguration: Sendable, Equatable {
    /// The file that the settings came from; `nil` when there was none and every setting has its default.
    package var file: String?
    /// Whose vault this is.
    package var owner: VaultPlaces.Owner
    /// Who lives with the vault. Goes into a new vault at `init`; an existing one keeps what it was set up with.
    package var profile: Profile
    /// Database, lock and everything else that must survive. Absolute.
    package var stateDirectory: String
    /// Socket of the MCP servers. Absolute, at most 107 bytes.
    package var clientSocket: String
    /// Socket of the `warder` command. Absolute, at most 107 bytes.
    package var operatorSocket: String
    /// Socket of `warder-worker`. Absolute, at most 107 bytes.
    package var workerSocket: String
    /// Whom the worker runs as; `nil`: nobody is handed steps of rotations.
    package var workerUser: Account?
    /// Group that may open the operator socket; `nil` leaves it to the daemon's own user.
    package var operatorGroup: OperatorGroup?
    package var unseal: Unseal
    package var memory: Memory
    /// What happens where the kernel will not confine the daemon.
    package var confinement = Confinement.required
    package var argon2: Argon2
    package var limits: Limits
    package var deadlines: Deadlines
    /// Threads that serve connections.
    package var eventLoops: Int
    package var audit: Audit
    package var worker: Worker
    package var notices: Notices
    package var governance: Governance
    package var log: Log

    /// Permission bits of the client socket. Everybody may connect, because every peer must match a registered server.
    package static let clientSocketMode: UInt32 = 0o666

    /// Permission bits of the worker socket.
    package static let workerSocketMode: UInt32 = 0o600

    /// Permission bits of the operator socket.
    package var operatorSocketMode: UInt32 { operatorGroup == nil ? 0o600 : 0o660 }
}

extension DaemonConfiguration {
    /// A group that exists on this machine.
    package struct OperatorGroup: Sendable, Hashable {
        package var name: String
        package var id: UInt32
    }

    /// How the vault opens without a person.
    package struct Unseal: Sendable, Equatable {
        package var credentialFile: CredentialFile?
    }

    /// A file whose content opens a key slot.
    package struct CredentialFile: Sendable, Hashable {
        /// Absolute.
        package var path: String
        /// Whether the service manager put it there for this process.
        package var isFromServiceManager: Bool

        /// Permission bits the file may have.
        ///
        /// systemd may give access by a list that shows as a group's right to read, in a directory that nobody else can
        /// enter.
        package var maximumMode: UInt32 { isFromServiceManager ? 0o640 : 0o600 }
    }

    /// Memory of keys and values.
    package struct Memory: Sendable, Equatable {
        /// What happens when the kernel will not lock it.
        package var lock: LockedMemory.Policy
        /// All of it together, in bytes.
        package var lockedLimit: Int
    }

    /// Whether a daemon may run that could still execute programs and reach others.
    package enum Confinement: String, Sendable {
        /// It does not start.
        case required
        /// It starts, and says so.
        case bestEffort
    }

    /// What a new passphrase costs to check. Existing ones keep what they were made with.
    package struct Argon2: Sendable, Equatable {
        /// Within `PasswordHash.Cost.minimum` and `maximum`, like `memoryBytes`.
        package var passes: Int
        /// A multiple of 1024.
        package var memoryBytes: Int
    }

    /// What one peer may take up.
    package struct Limits: Sendable, Equatable {
        package var connectionsPerUID: Int
        package var requestsPerSecondPerUID: Int
        /// Requests that may come at once before the rate counts.
        package var burst: Int
        /// Connections of peers that match no server, all together.
        package var unknownPeerConnections: Int
        /// Connections that only the operator socket can have.
        package var operatorReserve: Int
        /// Largest body of a request, in bytes.
        package var bodyBytes: Int
        /// Largest body of a request that writes a secret, in bytes.
        package var secretBodyBytes: Int
    }

    /// How long a peer may take; whole seconds.
    package struct Deadlines: Sendable, Equatable {
        /// From the connection to the first byte.
        package var firstByte: Duration
        /// From the first byte to the end of the header.
        package var headers: Duration
        /// From the end of the header to the end of the body.
        package var body: Duration
        /// From the first byte to the end of the answer; long polls have their own.
        package var request: Duration
        /// Between two requests of one connection.
        package var idle: Duration
    }

    /// Where else the audit log goes, and how long it keeps the contents of its events.
    package struct Audit: Sendable, Equatable {
        /// Gets every event, a line each. Absolute; `nil` for no file.
        package var file: String?
        /// A directory for the newest signed checkpoint. Absolute; `nil` for none.
        package var checkpoints: String?
        /// Whether the system's journal gets every event.
        package var journal: Bool
        /// Days for which contents stay; 0 keeps them for ever.
        package var keepDays: Int
        /// Whether nothing of the log may go, whoever asks.
        package var legalHold: Bool
    }

    /// What a security review asks of the people around the vault; each in their own words.
    package struct Governance: Sendable, Equatable {
        /// Who is called when something happens.
        package var incidentOwner: String?
        /// Whom they call.
        package var escalation: String?
        /// For how long records are kept, and why.
        package var retention: String?

        package init(incidentOwner: String? = nil, escalation: String? = nil, retention: String? = nil) {
            self.incidentOwner = incidentOwner
            self.escalation = escalation
            self.retention = retention
        }
    }

    /// What the daemon says about itself on standard error. The audit log is something else.
    package struct Log: Sendable, Equatable {
        package enum Format: String, Sendable, CaseIterable {
            case text, json
        }

        package var level: Logger.Level
        package var format: Format
    }
}

extension DaemonConfiguration {
    /// What to tell the operator when the kernel lets this process lock less than `memory.locked_limit`.
    ///
    /// - Parameter lockLimitBytes: The soft `RLIMIT_MEMLOCK`; `nil` where none applies, as for root.
    /// - Returns: One sentence with its remedy; `nil` when it fits.
    package func lockLimitNotice(lockLimitBytes: Int?) -> String? {
        guard let lockLimitBytes, lockLimitBytes < memory.lockedLimit else { return nil }
        let consequence =
            switch memory.lock {
            case .required: "beyond that, secrets are refused"
            case .bestEffort: "what is beyond that may reach the swap"
            }
        let wanted = ByteSize.text(memory.lockedLimit)
        return """
            memory.locked_limit is \(wanted), but this process may lock \(ByteSize.text(lockLimitBytes)) (RLIMIT_MEMLOCK): \
            \(consequence). Raise it (LimitMEMLOCK= in the unit, `ulimit -l \(memory.lockedLimit / 1024)` in a shell), \
            or lower memory.locked_limit
            """
    }
}
