/// Cuts an answer into its lines, which may be spread over pieces.
struct LineSplitter {
    private var rest: [UInt8] = []

    mutating func take(
        _ piece: RawSpan,
        _ body: ([UInt8]) throws(CommandFailure) -> Void
    ) throws(CommandFailure) {
        rest.append(piece)
        var start = rest.startIndex
        while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
            try body(Array(rest[start..<end]))
            start = end + 1
        }
        rest.removeSubrange(..<start)
    }
}
