import NIOHTTP1
import WarderModel

@testable import WarderCommands
@testable import WarderConfiguration
@testable import WarderHTTP

extension Harness {
    /// Names, moments, durations, sizes and other short texts that people write.
    static let name = Harness("name") { input in
        guard let text = String(exactly: input) else { return }
        try readName(text, as: SecretName.self, path: "/v1/secrets/", parameter: "name")
        try readName(text, as: ServerName.self, path: "/v1/servers/", parameter: "server")
        try readName(text, as: ToolID.self, path: "/v1/tools/", parameter: nil)
        try readName(text, as: OperatorName.self, path: "/v1/operators/", parameter: "operator")
        try readName(text, as: FieldName.self, path: nil, parameter: nil)
        try readName(text, as: ToolName.self, path: nil, parameter: nil)
        try readQuantities(text)
        try readText(text)
    }

    private static func readName<Name: ParsedName>(
        _ text: String,
        as type: Name.Type,
        path: String?,
        parameter: String?
    ) throws {
        guard let name = try? Name(text) else { return }
        try hold(name.text.utf8.elementsEqual(text.utf8), "a name is its text")
        try hold(text.utf8.allSatisfy { $0 > 32 && $0 < 127 }, "a name is plain ASCII")
        guard let path else { return }
        guard let target = RequestTarget(path + text) else { throw Broken(property: "every name fits into a path") }
        let match = try RouteTable.operator.find(.DELETE, target)
        if let parameter { try hold(match.parameters[parameter] == text, "a path gives the name back") }
    }

    private static func readQuantities(_ text: String) throws {
        if let moment = Timestamp(rfc3339: text) {
            try hold(Timestamp(rfc3339: moment.description) == moment, "a moment is read as it was written")
        }
        if let seconds = DurationText.seconds(text) {
            try hold(
                DurationText.seconds(DurationText.text(seconds)) == seconds,
                "a duration is read as it was written"
            )
        }
        if let bytes = ByteSize.bytes(text), bytes > 0 {
            try hold(ByteSize.bytes(ByteSize.text(bytes)) == bytes, "a size is read as it was written")
        }
        if let span = TimeSpan.duration(text) {
            try hold(TimeSpan.duration(TimeSpan.text(span)) == span, "a time is read as it was written")
        }
        for direction in [MomentText.Direction.past, .future] {
            let resolved = try? MomentText.resolve(text, direction, option: "--since", now: FixedKeys.time)
            if let resolved {
                try hold(Timestamp(rfc3339: resolved) != nil, "the vault can read what the command sends")
            }
        }
        if let pair = try? KeyValue.parse(text) {
            try hold("\(pair.key)=\(pair.value)".utf8.elementsEqual(text.utf8), "a pair is its two sides")
        }
    }

    private static func readText(_ text: String) throws {
        let escaped = TerminalText.escaped(text)
        try hold(!escaped.unicodeScalars.contains { HiddenCharacter.contains($0) }, "nothing drives a terminal")
        for limit in [0, 1, 7] {
            try hold(TerminalText.width(TerminalText.truncated(escaped, to: limit)) <= limit, "a cell keeps its width")
        }
        if let plain = try? PlainText(text) {
            try hold(TerminalText.escaped(plain.text) == plain.text, "plain text needs no escape")
        }
        if let name = Accounts.operatorName(from: text) {
            try hold((try OperatorName(name.text)) == name, "an operator's name is one")
        }
        _ = Suggestion.nearest(to: text, among: ["client_socket", "limits", ""])
        if let bytes = Hex.decode(text) { try hold(Hex.encode(bytes) == text, "no bytes have two spellings") }
    }
}
