import SecretMemory

/// A statement, made of words of this program and of what was quoted by the server's rules.
struct PostgresStatement {
    let text: String

    private init(_ text: String) { self.text = text }

    static let begin = PostgresStatement("BEGIN")
    static let rollback = PostgresStatement("ROLLBACK")
    static let one = PostgresStatement("SELECT 1")
    /// `t` for a role that can log in; the name is its one parameter.
    ///
    /// The operator is the server's own by its name, too: what stands between us and the server may drop the search path
    /// that the connection asks for.
    static let canLogIn = PostgresStatement(
        "SELECT rolcanlogin FROM pg_catalog.pg_roles WHERE rolname OPERATOR(pg_catalog.=) $1"
    )

    static func setPassword(
        of role: String,
        to password: SecretBytes,
        over connection: PostgresConnection
    ) throws(PostgresFault) -> PostgresStatement {
        let name = try connection.quoted(name: role)
        return PostgresStatement(
            "ALTER ROLE \(name) PASSWORD \(try connection.quotedVerifier(of: password, role: role))"
        )
    }

    static func takePassword(
        of role: String,
        over connection: PostgresConnection
    ) throws(PostgresFault) -> PostgresStatement {
        PostgresStatement("ALTER ROLE \(try connection.quoted(name: role)) PASSWORD NULL")
    }
}
