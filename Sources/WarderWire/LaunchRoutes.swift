/// `POST /v1/launches`: the caller starts a server, and stays its launcher for as long as the connection is open.
public struct LaunchRequest: Codable, Sendable {
    /// The server's name.
    public var server: String
    /// Whether what the caller starts speaks for the server; `true` unless said. Else only the caller does.
    public var members: Bool?

    /// A request; the vault checks it.
    public init(server: String, members: Bool? = nil) {
        self.server = server
        self.members = members
    }
}

/// The answer to a launch.
public struct LaunchAnswer: Codable, Sendable {
    /// What the log calls it: `lch_` and 22 letters and digits. Knowing it gives no access.
    public var launch: String
    /// The server.
    public var server: String

    /// Puts the answer together.
    public init(launch: String, server: String) {
        self.launch = launch
        self.server = server
    }
}
