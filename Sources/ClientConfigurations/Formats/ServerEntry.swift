/// One server in a file, as its client starts or calls it.
struct ServerEntry {
    /// The name that the client calls it by.
    let key: String
    let place: Place
    let node: SyntaxNode
    /// The members of the entry that were understood.
    let kind: Kind

    enum Kind {
        case program(Program)
        case remote(Remote)
        case unclear(Unclear)
    }

    /// A server that the client starts.
    struct Program {
        let command: SyntaxMember
        let arguments: [Argument]
        /// The array of arguments; `nil` where the entry has none.
        let argumentsNode: SyntaxNode?
        let variables: [Variable]
        let environmentNode: SyntaxNode?

        var commandText: String { command.value.text ?? "" }
        /// The program's name without its folder.
        var commandName: String { commandText.split(separator: "/").last.map(String.init) ?? commandText }
    }

    struct Argument {
        let text: String
        let node: SyntaxNode
    }

    /// A variable of the environment or a header; numbers are taken as their spelling.
    struct Variable {
        let name: String
        let value: String
        let node: SyntaxNode
        /// Which member of its object it is.
        let index: Int
    }

    /// A server that the client calls.
    struct Remote {
        let url: SyntaxMember
        let headers: [Variable]
    }

    /// Why an entry was not understood.
    enum Unclear: Hashable, Sendable {
        case notAnObject
        case neitherProgramNorAddress
        case bothProgramAndAddress
        case commandIsNoText
        case argumentsAreNoTexts
        case environmentIsNoObject
        /// A name or value with half a surrogate pair, or with U+0000.
        case badText
    }
}
