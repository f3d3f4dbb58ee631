/// Why a name was refused. Carries no part of the input: what a peer sent is never quoted.
package enum NameError: Error, Equatable, Sendable {
    case empty
    case tooLong(limit: Int)
    case badCharacter
    case badSegment
    case tooManySegments(limit: Int)
    case missingPart
}

/// A name that was checked once, on creation, and is compared byte by byte from then on.
///
/// Every conforming type accepts ASCII only, so that no two spellings of one name exist (no Unicode normalisation, no
/// case folding, no percent escapes) and a rule cannot be passed by a second spelling.
package protocol ParsedName: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    var text: String { get }
    /// Checks and takes a name.
    /// - Throws: `NameError` with the rule that was broken.
    init(_ text: String) throws(NameError)
}

extension ParsedName {
    package var description: String { text }

    package static func < (left: Self, right: Self) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }

    package init(from decoder: any Decoder) throws {
        try self.init(String(from: decoder))
    }

    package func encode(to encoder: any Encoder) throws {
        try text.encode(to: encoder)
    }
}

/// `github/pat`: one to eight segments `[a-z0-9][a-z0-9._-]{0,62}` joined by `/`, at most 200 bytes.
package struct SecretName: ParsedName {
    package static let maximumBytes = 200
    package static let maximumSegments = 8

    package let text: String

    package init(_ text: String) throws(NameError) {
        try Grammar.bounded(text, limit: Self.maximumBytes)
        let slash = UInt8(ascii: "/")
        guard text.utf8.count(where: { $0 == slash }) < Self.maximumSegments else {
            throw .tooManySegments(limit: Self.maximumSegments)
        }
        var rest = text.utf8[...]
        while let end = rest.firstIndex(of: slash) {
            try Grammar.segment(rest[..<end])
            rest = rest[rest.index(after: end)...]
        }
        try Grammar.segment(rest)
        self.text = text
    }
}

/// A registered MCP server: one segment of a secret name.
package struct ServerName: ParsedName {
    package let text: String

    package init(_ text: String) throws(NameError) {
        try Grammar.bounded(text, limit: 63)
        try Grammar.segment(text.utf8[...])
        self.text = text
    }
}

/// A tool as MCP names it: `[A-Za-z0-9_.-]{1,128}`, case-sensitive; `@launch` stands for what a server needs just to
/// run.
package struct ToolName: ParsedName {
    package static let launch = ToolName(unchecked: "@launch")

    package let text: String

    package init(_ text: String) throws(NameError) {
        if text == Self.launch.text {
            self = .launch
            return
        }
        try Grammar.bounded(text, limit: 128)
        // MCP allows them; no path can spell them.
        guard text != ".", text != ".." else { throw .badSegment }
        guard text.utf8.allSatisfy({ Grammar.isAlphanumeric($0) || $0 == UInt8(ascii: "_") || Grammar.isDotOrDash($0) })
        else { throw .badCharacter }
        self.text = text
    }

    private init(unchecked text: String) { self.text = text }
}

/// `server/tool`: the whole name of a tool.
package struct ToolID: ParsedName {
    package let server: ServerName
    package let tool: ToolName

    package var text: String { "\(server.text)/\(tool.text)" }

    package init(server: ServerName, tool: ToolName) {
        self.server = server
        self.tool = tool
    }

    package init(_ text: String) throws(NameError) {
        guard let slash = text.utf8.firstIndex(of: UInt8(ascii: "/")) else { throw .missingPart }
        server = try ServerName(String(text[..<slash]))
        tool = try ToolName(String(text[text.utf8.index(after: slash)...]))
    }
}

/// A part of a secret, such as `value` or `private_key`: `[A-Za-z0-9_][A-Za-z0-9._-]{0,62}`.
package struct FieldName: ParsedName {
    /// The field that a secret has when nobody names one.
    package static let value = FieldName(unchecked: "value")
    /// The field beside `username` in a secret that is a login.
    package static let password = FieldName(unchecked: "password")

    package let text: String

    package init(_ text: String) throws(NameError) {
        try Grammar.bounded(text, limit: 63)
        var bytes = text.utf8[...]
        guard let first = bytes.popFirst(), Grammar.isAlphanumeric(first) || first == UInt8(ascii: "_") else {
            throw .badCharacter
        }
        guard bytes.allSatisfy({ Grammar.isAlphanumeric($0) || $0 == UInt8(ascii: "_") || Grammar.isDotOrDash($0) })
        else { throw .badCharacter }
        self.text = text
    }

    private init(unchecked text: String) { self.text = text }
}

/// A person who operates the vault, by the name the log shows: `[a-z_][a-z0-9._-]{0,62}`.
package struct OperatorName: ParsedName {
    package let text: String

    package init(_ text: String) throws(NameError) {
        try Grammar.bounded(text, limit: 63)
        guard let first = text.utf8.first, Grammar.isLowercase(first) || first == UInt8(ascii: "_") else {
            throw .badCharacter
        }
        guard text.utf8.allSatisfy({ Grammar.isSegmentByte($0) }) else { throw .badCharacter }
        self.text = text
    }
}

/// The rules that several names share.
private enum Grammar {
    static func bounded(_ text: String, limit: Int) throws(NameError) {
        guard !text.utf8.isEmpty else { throw .empty }
        guard text.utf8.count <= limit else { throw .tooLong(limit: limit) }
    }

    /// `[a-z0-9][a-z0-9._-]{0,62}`: a first letter or digit rules out `.` and `..`.
    static func segment(_ bytes: Substring.UTF8View.SubSequence) throws(NameError) {
        guard let first = bytes.first else { throw .badSegment }
        guard isLowercase(first) || isDigit(first) else { throw isSegmentByte(first) ? .badSegment : .badCharacter }
        guard bytes.count <= 63 else { throw .tooLong(limit: 63) }
        guard bytes.allSatisfy({ isSegmentByte($0) }) else { throw .badCharacter }
    }

    static func isSegmentByte(_ byte: UInt8) -> Bool {
        isLowercase(byte) || isDigit(byte) || byte == UInt8(ascii: "_") || isDotOrDash(byte)
    }

    static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isLowercase(byte) || isDigit(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }

    static func isLowercase(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
    static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
    static func isDotOrDash(_ byte: UInt8) -> Bool { byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") }
}
