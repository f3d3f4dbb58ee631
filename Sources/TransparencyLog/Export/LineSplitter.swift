/// Cuts a stream of bytes into lines, and keeps no more than the line it is in.
struct LineSplitter {
    private var rest: [UInt8] = []
    private var isTooLong = false

    /// Whether the stream ended in the middle of a line.
    var isInsideLine: Bool { isTooLong || !rest.isEmpty }

    /// Gives each line that ends in `chunk` to `body`, without its line feed; `nil` for one that is too long.
    mutating func feed(_ chunk: [UInt8], _ body: ([UInt8]?) -> Void) {
        var start = 0
        while let end = chunk[start...].firstIndex(of: UInt8(ascii: "\n")) {
            take(chunk[start..<end])
            body(isTooLong ? nil : rest)
            rest.removeAll(keepingCapacity: true)
            isTooLong = false
            start = end + 1
        }
        take(chunk[start...])
    }

    private mutating func take(_ part: ArraySlice<UInt8>) {
        guard !isTooLong, rest.count + part.count <= ExportLine.byteLimit else {
            isTooLong = true
            rest.removeAll(keepingCapacity: false)
            return
        }
        rest += part
    }
}
