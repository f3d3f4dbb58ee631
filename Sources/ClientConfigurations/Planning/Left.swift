/// A secret that an import leaves where it is, and why.
package struct Left: Hashable, Sendable {
    /// Number of the file, in the order in which the files were given.
    package let file: Int
    /// The value; `nil` in a comment. No steps where a name on the way to it would show it.
    package let place: Place?
    package let position: SourcePosition
    /// Why it is taken for a secret; `nil` where it is a copy of one that is moved.
    package let evidence: Evidence?
    package let reason: Reason

    package enum Reason: Hashable, Sendable {
        /// What stands before it in its argument would mean something to the shell that says it.
        case argument
        case argumentByChoice
        /// It stands among what a shell is told, and only the words before it speak for it.
        case shellText
        /// The client calls the server itself, and `warder mcp connect` cannot do that in its place.
        case remote(RemoteObstacle, ClientFormat)
        /// The command is a whole line.
        case commandLine
        /// Part of the value is replaced by the client.
        case mixed
        case variableName
        /// The server gets the variable from the vault already, or twice.
        case variableTwice
        case otherMember
        case unclear(String)
        case unclearLaunch
        case doubtful
        case byChoice
        case comment
        case copy
        case outsideServers
        /// The client gives it to what it starts, and not to one server.
        case clientEnvironment
        /// The client offers it as an answer.
        case inputDefault
    }
}

extension Left.Reason {
    /// Why it stays.
    package var sentence: String {
        switch self {
        case .argument: "a shell would misread what stands before it in its argument"
        case .argumentByChoice: "you said so; every user of the machine can read it while the program runs"
        case .shellText: "it stands within what a shell is told, which would have to go as a whole"
        case .remote(let obstacle, _): obstacle.sentence
        case .commandLine: "the command is a whole line, which clients cut into words in different ways"
        case .mixed: "the client replaces a part of the value, which it cannot do in the vault"
        case .variableName: "warder run gives no program a variable of this name"
        case .variableTwice: "the server gets this variable from another place as well"
        case .otherMember: "it is not known what the client does with this member"
        case .unclear(let sentence): sentence
        case .unclearLaunch: "its command calls warder, and not as warder run --server NAME ... -- COMMAND"
        case .doubtful: "nothing but its look speaks for it"
        case .byChoice: "you said so"
        case .comment: "it stands in a comment"
        case .copy: "it is a copy of a secret that is moved"
        case .outsideServers: "it does not belong to an MCP server"
        case .clientEnvironment: "the client gives it to programs that it starts, and not to one server"
        case .inputDefault: "the client offers it as the answer when it asks for this input"
        }
    }

    /// What to do about it.
    package var remedy: String {
        switch self {
        case .argument:
            "write it as an argument of its own, or below env if the program takes it from a variable, and import again"
        case .argumentByChoice: "import again without --keep-arguments to move it out of the file"
        case .shellText:
            "write \"$NAME\" in its place, the value below env as NAME, and import again; or import with --take and this place"
        case .remote(let obstacle, let format): obstacle.remedy ?? format.remoteRemedy
        case .commandLine: "write the program alone as command, and its words as args, and import again"
        case .mixed: "write the whole value, or give the parts as variables of their own, and import again"
        case .variableName: "rename the variable, if the program allows that"
        case .variableTwice: "keep one of the two, and import again"
        case .otherMember: "store it with warder secret put, and write what the client documents for references"
        case .unclear: "mend the entry, and import again"
        case .unclearLaunch: "write it so, and import again"
        case .doubtful: "if it is a secret, import again with --take and this place"
        case .byChoice: "import again without --leave to move it"
        case .comment, .copy: "take it out by hand"
        case .clientEnvironment: "write it below env of the server that needs it, and import again"
        case .inputDefault: "take the default out: the client asks once and keeps the answer encrypted"
        case .outsideServers: "look whether the client can keep it elsewhere"
        }
    }
}

/// A value under a secret's name that is none.
package struct PassedOver: Hashable, Sendable {
    package let file: Int
    package let place: Place
    package let position: SourcePosition
    package let why: Innocence
}
