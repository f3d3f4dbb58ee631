/// What a PostgreSQL server did not do.
///
/// The server's own words are never taken over: they can hold what the statement held. Its codes say enough
/// (SQLSTATE, PostgreSQL's appendix A).
enum PostgresFault: Error, Hashable {
    /// No connection; what the client's own library says of it, in one line.
    case unreachable(String)
    /// The server refused to log in, with this code.
    case refused(sqlstate: String)
    /// The server did not do a statement, with this code.
    case failed(sqlstate: String)
    /// The connection broke, or time ran out, before the server had answered: it may have done the statement.
    case lost
    /// A text that cannot go to the server: with a NUL, or too long for a name.
    case unusable

    /// Whether a login failed because of who logged in, and not because of how the server is.
    var isRefusedCredential: Bool {
        switch self {
        case .refused("28P01"), .refused("28000"): true
        default: false
        }
    }

    /// Whether the connection ended.
    static func isLoss(_ sqlstate: String) -> Bool {
        sqlstate.hasPrefix("08") || ["57P01", "57P02", "57P03"].contains(sqlstate)
    }
}
