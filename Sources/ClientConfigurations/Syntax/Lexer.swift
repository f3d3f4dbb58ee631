import StrictJSON

/// Cuts a file into tokens (RFC 8259), with comments and white space between them.
///
/// `//` and `/* */` are comments, as in the files of editors. What JSON does not know besides (single quotes, names
/// without quotes, hexadecimal numbers) is refused: a file that is understood by half is not edited.
struct Lexer {
    private let bytes: [UInt8]
    private let limits: SyntaxLimits
    private var at = 0
    private(set) var tokens: [SyntaxToken] = []
    private(set) var comments: [Range<Int>] = []

    /// Checks the whole file for size and encoding.
    init(_ bytes: [UInt8], limits: SyntaxLimits) throws(SyntaxFault) {
        guard bytes.count <= limits.bytes else { throw SyntaxFault(.tooLarge(limitBytes: limits.bytes), at: 0) }
        self.bytes = bytes
        self.limits = limits
        var at = 0
        while at < bytes.count {
            guard bytes[at] != 0 else { throw SyntaxFault(.nul, at: at) }
            guard bytes[at] >= 0x80 else {
                at += 1
                continue
            }
            guard let length = UTF8Sequence.length(at: at, in: bytes.span) else { throw SyntaxFault(.notUTF8, at: at) }
            at += length
        }
    }

    mutating func readAll() throws(SyntaxFault) {
        if bytes.starts(with: SourcePosition.byteOrderMark) { at = SourcePosition.byteOrderMark.count }
        var trivia = 0
        while true {
            try skipTrivia()
            guard tokens.count < limits.tokens else { throw SyntaxFault(.tooManyTokens(limit: limits.tokens), at: at) }
            let start = at
            guard start < bytes.count else {
                tokens.append(SyntaxToken(.end, trivia: trivia, start: start, end: start))
                return
            }
            let kind = try readToken()
            tokens.append(SyntaxToken(kind, trivia: trivia, start: start, end: at))
            trivia = at
        }
    }

    private mutating func skipTrivia() throws(SyntaxFault) {
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"): at += 1
            case UInt8(ascii: "/"): try readComment()
            default: return
            }
        }
    }

    private mutating func readComment() throws(SyntaxFault) {
        let start = at
        guard at + 1 < bytes.count else { throw SyntaxFault(.unexpectedCharacter, at: start) }
        switch bytes[at + 1] {
        case UInt8(ascii: "/"):
            at = bytes[at...].firstIndex { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") } ?? bytes.count
        case UInt8(ascii: "*"):
            at += 2
            while true {
                guard at + 1 < bytes.count else { throw SyntaxFault(.unterminatedComment, at: start) }
                if bytes[at] == UInt8(ascii: "*"), bytes[at + 1] == UInt8(ascii: "/") { break }
                at += 1
            }
            at += 2
        default: throw SyntaxFault(.unexpectedCharacter, at: start)
        }
        comments.append(start..<at)
    }

    private mutating func readToken() throws(SyntaxFault) -> SyntaxToken.Kind {
        let byte = bytes[at]
        let sign: SyntaxToken.Kind? =
            switch byte {
            case UInt8(ascii: "{"): .openObject
            case UInt8(ascii: "}"): .closeObject
            case UInt8(ascii: "["): .openArray
            case UInt8(ascii: "]"): .closeArray
            case UInt8(ascii: ","): .comma
            case UInt8(ascii: ":"): .colon
            default: nil
            }
        if let sign {
            at += 1
            return sign
        }
        switch byte {
        case UInt8(ascii: "\""):
            try readText()
            return .text
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            try readNumber()
            return .number
        case UInt8(ascii: "t"): return try readWord("true", .true)
        case UInt8(ascii: "f"): return try readWord("false", .false)
        case UInt8(ascii: "n"): return try readWord("null", .null)
        default: throw SyntaxFault(.unexpectedCharacter, at: at)
        }
    }

    private mutating func readWord(
        _ word: String,
        _ kind: SyntaxToken.Kind
    ) throws(SyntaxFault) -> SyntaxToken.Kind {
        let end = at + word.utf8.count
        guard bytes[at...].starts(with: word.utf8), end == bytes.count || !Self.continuesWord(bytes[end]) else {
            throw SyntaxFault(.unexpectedCharacter, at: at)
        }
        at = end
        return kind
    }

    private mutating func readText() throws(SyntaxFault) {
        let start = at
        at += 1
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "\""):
                at += 1
                return
            case UInt8(ascii: "\\"): try readEscape()
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"): throw SyntaxFault(.unterminatedText, at: start)
            case 0..<0x20: throw SyntaxFault(.controlCharacter, at: at)
            default: at += 1
            }
        }
        throw SyntaxFault(.unterminatedText, at: start)
    }

    private mutating func readEscape() throws(SyntaxFault) {
        let start = at
        guard at + 1 < bytes.count else { throw SyntaxFault(.unexpectedEnd, at: at) }
        switch bytes[at + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            at += 2
        case UInt8(ascii: "u"):
            guard at + 6 <= bytes.count, bytes[at + 2..<at + 6].allSatisfy({ HexDigits.value($0) != nil }) else {
                throw SyntaxFault(.badEscape, at: start)
            }
            at += 6
        default: throw SyntaxFault(.badEscape, at: start)
        }
    }

    private mutating func readNumber() throws(SyntaxFault) {
        let start = at
        if bytes[at] == UInt8(ascii: "-") { at += 1 }
        let integer = at
        guard skipDigits() else { throw SyntaxFault(.badNumber, at: start) }
        guard bytes[integer] != UInt8(ascii: "0") || at == integer + 1 else { throw SyntaxFault(.badNumber, at: start) }
        if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
            at += 1
            guard skipDigits() else { throw SyntaxFault(.badNumber, at: start) }
        }
        if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
            at += 1
            if at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") { at += 1 }
            guard skipDigits() else { throw SyntaxFault(.badNumber, at: start) }
        }
        guard at == bytes.count || !Self.continuesWord(bytes[at]) else { throw SyntaxFault(.badNumber, at: start) }
    }

    private mutating func skipDigits() -> Bool {
        let start = at
        while at < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[at]) { at += 1 }
        return at > start
    }

    /// What may not follow a word or a number without anything between: `truefalse`, `1x`, `1"a"`.
    private static func continuesWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "\""),
            0x80...0xFF:
            true
        default: false
        }
    }
}
