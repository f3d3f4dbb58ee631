extension ServerEntry {
    static let addressNames = ["url", "serverUrl", "httpUrl"]

    init(key: String, place: Place, node: SyntaxNode) {
        self.key = key
        self.place = place
        self.node = node
        do throws(ReadingFault) {
            kind = try Self.read(node)
        } catch {
            kind = .unclear(error.why)
        }
    }

    private struct ReadingFault: Error {
        let why: Unclear
    }

    private static func read(_ node: SyntaxNode) throws(ReadingFault) -> Kind {
        guard node.kind == .object else { throw ReadingFault(why: .notAnObject) }
        let members = node.members
        let command = members.first { $0.name == "command" }
        let address = members.first { addressNames.contains($0.name ?? "") }
        switch (command, address) {
        case (nil, nil): throw ReadingFault(why: .neitherProgramNorAddress)
        case (_?, _?): throw ReadingFault(why: .bothProgramAndAddress)
        case (let command?, nil): return .program(try readProgram(command, in: node))
        case (nil, let address?):
            guard address.value.kind == .text else { throw ReadingFault(why: .neitherProgramNorAddress) }
            _ = try text(of: address.value)
            return .remote(Remote(url: address, headers: try readVariables(node["headers"])))
        }
    }

    private static func readProgram(_ command: SyntaxMember, in node: SyntaxNode) throws(ReadingFault) -> Program {
        guard command.value.kind == .text else { throw ReadingFault(why: .commandIsNoText) }
        guard try !text(of: command.value).isEmpty else { throw ReadingFault(why: .commandIsNoText) }
        let arguments = node["args"]
        var texts: [Argument] = []
        if let arguments {
            guard arguments.kind == .array else { throw ReadingFault(why: .argumentsAreNoTexts) }
            for element in arguments.elements {
                guard element.kind == .text else { throw ReadingFault(why: .argumentsAreNoTexts) }
                texts.append(Argument(text: try text(of: element), node: element))
            }
        }
        let environment = node["env"]
        return Program(
            command: command,
            arguments: texts,
            argumentsNode: arguments,
            variables: try readVariables(environment),
            environmentNode: environment
        )
    }

    private static func readVariables(_ node: SyntaxNode?) throws(ReadingFault) -> [Variable] {
        guard let node else { return [] }
        guard node.kind == .object else { throw ReadingFault(why: .environmentIsNoObject) }
        var variables: [Variable] = []
        for (index, member) in node.members.enumerated() {
            let name = try text(of: member.key)
            switch member.value.kind {
            case .text:
                let value = try text(of: member.value)
                variables.append(Variable(name: name, value: value, node: member.value, index: index))
            case .number:
                let spelling = String(decoding: node.tree.source[member.value.range], as: UTF8.self)
                variables.append(Variable(name: name, value: spelling, node: member.value, index: index))
            // No secret is one of two words, or nothing.
            case .bool, .null: continue
            case .object, .array: throw ReadingFault(why: .environmentIsNoObject)
            }
        }
        return variables
    }

    /// A text that a program can be given.
    private static func text(of node: SyntaxNode) throws(ReadingFault) -> String {
        guard let text = node.text, !text.utf8.contains(0) else { throw ReadingFault(why: .badText) }
        return text
    }
}

extension ServerEntry.Unclear {
    var sentence: String {
        switch self {
        case .notAnObject: "its entry is no object"
        case .neitherProgramNorAddress: "its entry names neither a command nor a url"
        case .bothProgramAndAddress: "its entry names a command and a url, and only the client knows which one it takes"
        case .commandIsNoText: "its command is no text"
        case .argumentsAreNoTexts: "its args are not a list of texts"
        case .environmentIsNoObject: "its env or headers are not names with values"
        case .badText: "one of its texts has half a character, or a NUL, and no program can be given that"
        }
    }
}
