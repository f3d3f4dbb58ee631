import ArgumentParser
import SecretMemory
import StrictJSON
import WarderModel
import WarderWire

/// `warder secret get`
struct GetSecret: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Print a value.",
        discussion: """
            Prints the bytes of the value and nothing else; on a terminal it ends with a line break. The log records it. \
            MCP servers do not need this: they ask for a value at the moment of a call.

            --output json or yaml prints the value with its version; WARDER_OUTPUT does not change what this command \
            prints.

            EXAMPLE
              warder secret get github/pat
              warder secret get shop/tls --field key --version 2 > old.key
            """
    )

    @Argument(help: "Name of the secret.", transform: NameArgument.secret)
    var name: SecretName

    @Option(help: ArgumentHelp("Which field. (default: value)", valueName: "name"), transform: NameArgument.field)
    var field: FieldName?

    @Option(help: ArgumentHelp("Which version. (default: the current one)", valueName: "number"))
    var version: UInt32?

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let request = VersionRequest(version: version, field: field?.text)
        let document = try session.vault().askForSecret(
            VaultRequest("POST", "/v1/reveal/\(name.text)", body: JSONBody.encode(request))
        )
        defer { document.wipe() }
        switch global.output {
        case .json: return try session.console.write(IndentedJSON.bytes(document.root))
        case .yaml: return try session.console.write(Self.yaml(document.root))
        case .table, nil: break
        }
        let value = try SecretJSON.read("value", of: document.root)
        try write(value, to: session.console)
    }

    /// A line a member, with the value as JSON has it: that is YAML as well, whatever bytes a value holds.
    private static func yaml(_ node: JSONNode) throws(CommandFailure) -> [UInt8] {
        var bytes: [UInt8] = []
        for member in node.members {
            guard let key = try? member.key.string(), (try? FieldName(key)) != nil else { throw .malformedAnswer }
            bytes += Array("\(key): ".utf8) + IndentedJSON.line(member.value)
        }
        return bytes
    }

    private func write(_ value: SecretBytes, to console: Console) throws(CommandFailure) {
        guard console.outputWidth != nil else { return try console.write(value) }
        guard Self.isHarmless(value) else {
            throw .usage(
                "the value holds bytes that could take your terminal over, so it was not printed",
                hints: ["Send it to a file, or look at it through a filter: warder secret get \(name.text) | cat -v"]
            )
        }
        try console.write(value)
        let endsLine = unsafe value.withUnsafeBytes { unsafe $0.last == UInt8(ascii: "\n") }
        if !endsLine { try console.write([UInt8(ascii: "\n")]) }
    }

    /// Whether the value is text that a terminal only shows: line breaks and tabs are fine, other control characters
    /// are not.
    private static func isHarmless(_ value: SecretBytes) -> Bool {
        guard SecretJSON.isText(value) else { return false }
        return unsafe value.withUnsafeBytes { bytes in
            var scalars = Unicode.UTF8.ForwardParser()
            var iterator = unsafe bytes.makeIterator()
            while case .valid(let encoded) = unsafe scalars.parseScalar(from: &iterator) {
                let scalar = Unicode.UTF8.decode(encoded)
                if HiddenCharacter.contains(scalar), scalar != "\n", scalar != "\t" { return false }
            }
            return true
        }
    }
}
