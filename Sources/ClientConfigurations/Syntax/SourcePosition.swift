/// A place in a text as editors count it: lines and characters from 1.
package struct SourcePosition: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let line: Int
    /// Unicode scalars before the place in its line, and one; a byte order mark counts for none.
    package let column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    package var description: String { "line \(line), column \(column)" }

    package static func < (left: SourcePosition, right: SourcePosition) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }

    /// Where the byte at `offset` stands. A line ends with LF, with CR LF, or with a CR alone.
    init(of offset: Int, in bytes: [UInt8]) {
        var line = 1
        var start = bytes.starts(with: Self.byteOrderMark) ? Self.byteOrderMark.count : 0
        let end = min(offset, bytes.count)
        var at = start
        while at < end {
            let byte = bytes[at]
            at += 1
            let endsLine =
                byte == UInt8(ascii: "\n")
                || byte == UInt8(ascii: "\r") && !(at < bytes.count && bytes[at] == UInt8(ascii: "\n"))
            guard endsLine else { continue }
            line += 1
            start = at
        }
        self.line = line
        // Continuation bytes of UTF-8 begin no character.
        column = 1 + (start < end ? bytes[start..<end].count { $0 & 0xC0 != 0x80 } : 0)
    }

    static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
}
