/// A process's part in a launch: a server that `warder run` started, with everything that came of it.
package struct LaunchMembership: Hashable, Sendable {
    package let id: LaunchID
    package let server: ServerName
    /// The server's conditions when the launch began, which the launcher met.
    package let conditions: Selectors
    /// What the process is in it.
    package let part: Part

    package enum Part: Hashable, Sendable {
        /// The process that asked for the launch.
        case launcher
        /// What that started, and speaks for the server.
        case member
        /// What that started, and speaks for nobody, because the launch is the launcher's alone.
        case outsider
    }

    package init(id: LaunchID, server: ServerName, conditions: Selectors, part: Part) {
        self.id = id
        self.server = server
        self.conditions = conditions
        self.part = part
    }
}

/// The name of a launch in the log: `lch_` and 22 base62 characters. Knowing it gives no access.
package struct LaunchID: ParsedName {
    package static let prefix = "lch_"

    package let text: String

    package init(_ text: String) throws(NameError) {
        guard RecordID.isPublicName(text, prefix: Self.prefix) else { throw .badCharacter }
        self.text = text
    }

    package init(random id: RecordID) { text = id.publicName(prefix: Self.prefix) }
}
