/// A token with what stands before it: together the tokens of a file are the file, byte for byte.
struct SyntaxToken: Sendable {
    enum Kind: UInt8, Sendable {
        case openObject, closeObject, openArray, closeArray, comma, colon
        case text, number, `true`, `false`, null
        /// Has no bytes of its own, only what stands before it.
        case end
    }

    let kind: Kind
    private let triviaStart: UInt32
    private let start: UInt32
    private let afterEnd: UInt32

    init(_ kind: Kind, trivia: Int, start: Int, end: Int) {
        self.kind = kind
        triviaStart = UInt32(trivia)
        self.start = UInt32(start)
        afterEnd = UInt32(end)
    }

    /// White space, comments and a byte order mark before the token.
    var trivia: Range<Int> { Int(triviaStart)..<Int(start) }
    /// The bytes of the token itself.
    var range: Range<Int> { Int(start)..<Int(afterEnd) }
}
