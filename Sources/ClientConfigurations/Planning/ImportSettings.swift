package import WarderModel

/// What an import is told besides the files.
package struct ImportSettings: Sendable {
    /// The launcher, as clients can start it: a name, or a path where the client has no search path.
    package var program: String
    /// Whether secrets in arguments stay. Otherwise a shell puts them together: they are out of the file then, though not
    /// out of the arguments of the running program, which every user of the machine can read.
    package var keepsArguments: Bool
    /// Stands before the name that a client knows a server by; a person with two clients can tell their servers apart.
    package var serverPrefix: String
    /// Names that the vault uses already.
    package var takenServers: Set<ServerName>
    package var takenSecrets: Set<SecretName>
    /// Places, as pointers, whose values are moved although only their look speaks for it.
    package var take: Set<String>
    /// Places, as pointers, whose values stay; a server's place stands for all that is in it.
    package var leave: Set<String>

    package init(
        program: String = "warder",
        keepsArguments: Bool = false,
        serverPrefix: String = "",
        takenServers: Set<ServerName> = [],
        takenSecrets: Set<SecretName> = [],
        take: Set<String> = [],
        leave: Set<String> = []
    ) {
        self.program = program
        self.keepsArguments = keepsArguments
        self.serverPrefix = serverPrefix
        self.takenServers = takenServers
        self.takenSecrets = takenSecrets
        self.take = take
        self.leave = leave
    }

    func takes(_ place: Place) -> Bool { take.contains(place.pointer) }

    func leaves(_ place: Place) -> Bool {
        place.steps.indices.contains { leave.contains(Place(Array(place.steps[...$0])).pointer) }
    }
}
