import Yams

/// Where in a YAML text the values stand that JSON was made of.
struct YAMLMarks {
    private struct Entry {
        let offset: UInt32
        let line: UInt32
        let column: UInt32
    }

    /// By offset, ascending.
    private var entries: [Entry] = []

    /// Notes that what begins at this offset of the JSON came from a node.
    mutating func note(_ mark: Mark?, at offset: Int) {
        guard let mark else { return }
        entries.append(
            Entry(
                offset: UInt32(clamping: offset),
                line: UInt32(clamping: mark.line),
                column: UInt32(clamping: mark.column)
            )
        )
    }

    /// The place of the last value that begins at or before an offset of the JSON.
    func place(of offset: Int) -> OpenAPIError.Place? {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if Int(entries[middle].offset) <= offset { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { return nil }
        return OpenAPIError.Place(line: Int(entries[low - 1].line), column: Int(entries[low - 1].column))
    }
}
