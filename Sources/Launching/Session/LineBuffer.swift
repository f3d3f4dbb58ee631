/// Bytes that come in pieces, and go on as lines.
struct LineBuffer {
    private var bytes: [UInt8] = []
    /// Where what was not taken begins, and how far there is no end of a line in it.
    private var start = 0
    private var searched = 0
    /// Whether the line under way is too long to be kept, and passes as it comes.
    private var isPassing = false

    /// Whether a line has begun.
    var isMidLine: Bool { isPassing || start < bytes.count }

    enum Piece {
        /// A whole line, without its end.
        case line([UInt8])
        /// Bytes of a line that is too long to be looked at, its end included.
        case raw([UInt8])
    }

    mutating func append(_ more: [UInt8]) {
        // Once for all lines that were taken since: not once for each.
        bytes.removeFirst(start)
        (start, searched) = (0, searched - start)
        bytes += more
    }

    /// The next piece; `nil` until more has come.
    mutating func next(limit: Int) -> Piece? {
        guard let end = bytes[searched...].firstIndex(of: UInt8(ascii: "\n")) else {
            searched = bytes.count
            guard isPassing || bytes.count - start > limit else { return nil }
            isPassing = true
            let rest = takeAll()
            return rest.isEmpty ? nil : .raw(rest)
        }
        defer { (start, searched) = (end + 1, end + 1) }
        if isPassing {
            isPassing = false
            return .raw(Array(bytes[start...end]))
        }
        return .line(Array(bytes[start..<end]))
    }

    /// What is left at the end.
    mutating func takeAll() -> [UInt8] {
        defer { (bytes, start, searched) = ([], 0, 0) }
        return Array(bytes[start...])
    }
}
