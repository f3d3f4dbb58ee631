package import WarderModel

/// What became of a list of tools.
package struct ImportedTools: Sendable {
    package enum Outcome: String, Sendable {
        /// Registered, with the class that the rules propose.
        case added
        /// Was registered by hand, and has its definition now.
        case defined
        /// Has another definition than the accepted one, and gets nothing until somebody accepts it.
        case changed
        /// The same as an earlier import found; nobody has accepted it yet.
        case waiting
        /// Its accepted definition is back.
        case returned
        /// Is in the vault, and no longer in the list.
        case gone
        /// As accepted.
        case unchanged
    }

    /// One tool of which there is something to say.
    package struct Line: Sendable {
        package let tool: Tool
        package let outcome: Outcome
    }

    package let server: ServerName
    /// By name.
    package let lines: [Line]
    package let unchanged: Int
    /// Living tokens that ended.
    package let revoked: Int
}
