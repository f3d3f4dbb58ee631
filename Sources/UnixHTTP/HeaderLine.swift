/// One line of the headers of an answer, or of the trailers behind its chunks.
struct HeaderLine {
    /// In lower case.
    let name: String
    let value: String

    /// - Throws: `.malformed` unless there is a name that is a token (RFC 9110, section 5.6.2), right before its colon.
    init(_ line: [UInt8]) throws(ConnectionFault) {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > 0,
            line[..<colon].allSatisfy({ Self.isTokenByte($0) })
        else { throw .malformed }
        var value = line[(colon + 1)...].drop { Self.isSpace($0) }
        while let last = value.last, Self.isSpace(last) { value.removeLast() }
        name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
        self.value = String(decoding: value, as: UTF8.self)
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
