package import UpstreamAddresses

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

    /// What tells people what they should hear: a program, a webhook, or both.
    package struct Notices: Sendable, Equatable {
        /// How long telling one may take, by all ways together.
        package static let longest = Duration.seconds(60)

        /// Absolute; `nil` for none.
        package var program: String?
        /// SHA-256 that the program must have, where it is pinned.
        package var sha256: [UInt8]?
        /// How long it may take.
        package var timeout: Duration = .seconds(30)
        /// Whom it runs as; the worker's own user where it is `nil`.
        package var user: Account?
        package var webhook: Webhook

        package init(
            program: String? = nil,
            sha256: [UInt8]? = nil,
            timeout: Duration = .seconds(30),
            user: Account? = nil,
            webhook: Webhook = Webhook()
        ) {
            self.program = program
            self.sha256 = sha256
            self.timeout = timeout
            self.user = user
            self.webhook = webhook
        }

        /// Who is told, for people; empty: nobody.
        package var receivers: [String] { [program, webhook.address?.text].compactMap(\.self) }

        /// Checked and run as programs that rotate are.
        package var hook: Hook? {
            program.map { Hook(program: $0, sha256: sha256, timeout: timeout, user: user) }
        }
    }

    /// Where notices are posted.
    package struct Webhook: Sendable, Equatable {
        /// `nil`: nowhere.
        package var address: WebhookAddress?
        /// The file of the key that they are signed with. Absolute; there is one wherever there is an address.
        package var key: String?
        /// Certificates that alone are trusted, in a file; `nil` for those that the system trusts. Absolute.
        package var ca: String?
        /// From connecting to the end of the answer.
        package var timeout: Duration = .seconds(10)

        package init(
            address: WebhookAddress? = nil,
            key: String? = nil,
            ca: String? = nil,
            timeout: Duration = .seconds(10)
        ) {
            self.address = address
            self.key = key
            self.ca = ca
            self.timeout = timeout
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
