import Foundation
import PostgresTesting

/// Roles of a real PostgreSQL server: one, or two that take turns.
final class DatabaseRoles: RotatedUpstream {
    let rotator = "postgres:main"
    let settings: [String: String]
    let helper: [String: String]?
    let overlaps: Bool
    let first: [String: String]
    let server: PostgresServer
    private let roles: [String]
    private var held: HeldSession?

    var configuration: String {
        "  postgres:\n    main: {host: \(server.folder), port: \(server.port), database: postgres, tls: disable}"
    }

    /// `create` and `test` change nothing at the server: there is no middle in them.
    var stoppable: [String] { overlaps ? ["preflight", "set", "retire", "discard"] : ["preflight", "set", "discard"] }

    /// `alternating`: two roles, changed by an administrator; otherwise one that changes itself.
    /// `password`: the first one's; `administrator`: the password of another administrator than the server's own.
    init(
        _ server: PostgresServer,
        name: String,
        alternating: Bool,
        password: String = "first-password",
        administrator: String? = nil
    ) throws {
        self.server = server
        overlaps = alternating
        roles = alternating ? ["\(name)_a", "\(name)_b"] : [name]
        settings = alternating ? ["roles": roles.joined(separator: ",")] : ["role": name]
        let login = administrator.map { ["username": "\(name)_admin", "password": $0] }
        helper = alternating ? login ?? ["username": "postgres", "password": PostgresServer.password] : nil
        first = ["username": roles[0], "password": password]
        // By its input and not its arguments, and not into the log: what is looked for there must be nobody's fault.
        var statements = ["SET log_statement = none", "SET log_min_messages = error"]
        statements += roles.map { "CREATE ROLE \($0) LOGIN" } + ["ALTER ROLE \(roles[0]) PASSWORD '\(password)'"]
        if let administrator {
            statements.append("CREATE ROLE \(name)_admin SUPERUSER LOGIN PASSWORD '\(administrator)'")
        }
        try server.sql(statements.joined(separator: "; "))
    }

    /// Lets nobody log in with these roles, or everybody again who has the password.
    func close(_ isClosed: Bool) throws {
        try server.sql(
            roles.map { "ALTER ROLE \($0) CONNECTION LIMIT \(isClosed ? 0 : -1)" }.joined(separator: "; ")
        )
    }

    func accepts(_ values: [String: String]) throws -> Bool {
        try server.accepts(values["username"] ?? "", values["password"] ?? "")
    }

    func credentials() throws -> [String] { try server.rolesWithPassword(among: roles) }
    func credential(of values: [String: String]) -> String { values["username"] ?? "" }

    func stop(within step: String) throws {
        held = try server.hold("BEGIN; " + roles.map { "ALTER ROLE \($0) CONNECTION LIMIT -1" }.joined(separator: "; "))
    }

    func waitUntilStopped() throws { _ = try server.waitingBackend() }

    func goOn() throws {
        held?.release()
        held = nil
    }
}
