/// A header that an MCP server elsewhere is sent, as `NAME: VALUE`; in the value `{NAME}` stands for a variable.
package struct RemoteHeader: Hashable, Sendable {
    /// Why a text is none. Quotes no value.
    package enum Invalid: Error, Hashable, Sendable {
        case notAHeader
        /// What the connection or the protocol says by this header is not for others to say.
        case reserved
        case badVariable
    }

    package let name: String
    /// Its value with the braces in it.
    package let template: String
    private let value: VariableText

    /// - Throws: ``Invalid``.
    package init(_ text: String) throws(Invalid) {
        guard let colon = text.firstIndex(of: ":") else { throw .notAHeader }
        try self.init(name: String(text[..<colon]), value: String(text[text.index(after: colon)...]))
    }

    /// - Throws: ``Invalid``.
    package init(name: String, value: String) throws(Invalid) {
        let value = value.trimmingSpaces
        guard !name.isEmpty, name.utf8.count <= 128, name.utf8.allSatisfy(Self.isOfName),
            !value.isEmpty, value.utf8.count <= 8192, value.utf8.allSatisfy(Self.isOfValue)
        else { throw .notAHeader }
        let lowered = name.lowercased()
        guard !Self.reserved.contains(lowered), !lowered.hasPrefix("mcp-param-") else { throw .reserved }
        self.name = name
        template = value
        do throws(VariableText.Invalid) { self.value = try VariableText(value) } catch { throw .badVariable }
    }

    /// Names of the variables in it.
    package var variables: [String] { value.variables }

    /// Its value with those of its variables.
    ///
    /// - Throws: `VariableText.Unfilled`.
    package func filled(_ value: (String) -> String?) throws(VariableText.Unfilled) -> String {
        try self.value.filled(where: Self.isOfValue, value)
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || (0x30...0x39).contains(byte)
            || "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }

    private static func isOfValue(_ byte: UInt8) -> Bool { (0x20...0x7E).contains(byte) }

    private static let reserved: Set<String> = [
        "accept", "accept-encoding", "connection", "content-length", "content-type", "expect", "host", "keep-alive",
        "last-event-id", "mcp-method", "mcp-name", "mcp-protocol-version", "mcp-session-id", "proxy-connection", "te",
        "trailer", "transfer-encoding", "upgrade",
    ]
}

extension String {
    fileprivate var trimmingSpaces: String {
        let isSpace = { (character: Character) in character == " " || character == "\t" }
        let end = lastIndex { !isSpace($0) }
        return end.map { String(self[...$0].drop(while: isSpace)) } ?? ""
    }
}
