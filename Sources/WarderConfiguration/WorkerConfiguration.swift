extension DaemonConfiguration {
    /// What `warder-worker` runs and reaches. The daemon only ever names an entry of it.
    package struct Worker: Sendable, Equatable {
        /// Whether the daemon starts it, and nobody else.
        package var isStarted: Bool
        /// Steps that run at the same time.
        package var jobs: Int
        /// Programs by the name of their entry.
        package var hooks: [String: Hook]
        /// Servers by the name of their entry.
        package var postgres: [String: PostgresServer]
    }

    /// A program that rotates one kind of credential.
    package struct Hook: Sendable, Equatable {
        /// Absolute.
        package var program = ""
        /// SHA-256 that the program must have, where it is pinned.
        package var sha256: [UInt8]?
        /// How long one step may take; a job may allow less.
        package var timeout: Duration = .seconds(60)
        /// Whom it runs as; the worker's own user where it is `nil`.
        package var user: Account?
        /// What its environment has besides a search path.
        package var environment: [String: String] = [:]
    }

    /// The program that tells people what they should hear.
    package struct Notices: Sendable, Equatable {
        /// Absolute; `nil`: nobody is told.
        package var program: String?
        /// SHA-256 that the program must have, where it is pinned.
        package var sha256: [UInt8]?
        /// How long it may take.
        package var timeout: Duration = .seconds(30)
        /// Whom it runs as; the worker's own user where it is `nil`.
        package var user: Account?

        package init(
            program: String? = nil,
            sha256: [UInt8]? = nil,
            timeout: Duration = .seconds(30),
            user: Account? = nil
        ) {
            self.program = program
            self.sha256 = sha256
            self.timeout = timeout
            self.user = user
        }

        /// Checked and run as programs that rotate are.
        package var hook: Hook? {
            program.map { Hook(program: $0, sha256: sha256, timeout: timeout, user: user) }
        }
    }

    /// A user of this machine.
    package struct Account: Sendable, Hashable {
        package var name: String
        package var uid: UInt32
        package var gid: UInt32

        package init(name: String, uid: UInt32, gid: UInt32) {
            self.name = name
            self.uid = uid
            self.gid = gid
        }
    }

    /// A PostgreSQL server whose roles get new passwords.
    package struct PostgresServer: Sendable, Equatable {
        package enum TLS: String, Sendable, CaseIterable {
            case verifyFull = "verify-full"
            case disable
        }

        /// A name or an address; with a leading `/`, the directory of its Unix socket.
        package var host = ""
        package var port = 5432
        package var database = ""
        /// Means nothing on a Unix socket.
        package var tls = TLS.verifyFull
        /// Certificates that the server's is checked against.
        package var ca = "/etc/ssl/certs/ca-certificates.crt"

        /// Whether it is reached by a Unix socket.
        package var isLocal: Bool { host.hasPrefix("/") }
    }
}
