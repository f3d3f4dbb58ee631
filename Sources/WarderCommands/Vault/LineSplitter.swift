/// Cuts an answer that comes in pieces into its lines, and keeps no more than one of them.
struct LineSplitter {
    /// Longest line, in bytes without its break.
    static let maximumBytes = 64 << 20

    private var rest: [UInt8] = []

    /// Takes the next bytes, and hands on every line that is complete, without its break.
    ///
    /// - Throws: `.malformedAnswer` for a line that is too long, and what `line` throws.
    mutating func take(
        _ piece: RawSpan,
        _ line: ([UInt8]) throws(CommandFailure) -> Void
    ) throws(CommandFailure) {
        var start = rest.count
        rest.append(piece)
        var done = 0
        while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
            try line(Array(rest[done..<end]))
            done = end + 1
            start = done
        }
        rest.removeFirst(done)
        guard rest.count <= Self.maximumBytes else { throw .malformedAnswer }
    }

    /// Ends the last line.
    ///
    /// - Throws: `.malformedAnswer` where that one has no break: it was cut off.
    func finish() throws(CommandFailure) {
        guard rest.isEmpty else { throw .malformedAnswer }
    }
}
