package import WarderModel

/// What a launcher was told to do.
package struct LaunchPlan {
    package var server: ServerName
    /// The program and its arguments.
    package var command: [String]
    package var secrets: [EnvironmentSecret]
    package var policy: RotationPolicy
    /// Path of the client socket.
    package var socket: String
    /// Variables that the server gets besides.
    package var variables: [String: String]
    /// File mode creation mask of the server.
    package var mask: UInt32
    /// Whether what it starts speaks for the server; otherwise this process alone does.
    var admitsMembers = true

    package init(
        server: ServerName,
        command: [String],
        secrets: [EnvironmentSecret],
        policy: RotationPolicy,
        socket: String,
        variables: [String: String],
        mask: UInt32
    ) {
        self.server = server
        self.command = command
        self.secrets = secrets
        self.policy = policy
        self.socket = socket
        self.variables = variables
        self.mask = mask
    }

    /// Whether somebody has to be told when a value changes.
    var watches: Bool { !secrets.isEmpty && policy != .ignore }
}
