import StrictJSON
import WarderModel

@testable import WarderCommands

extension Harness {
    /// The lines of an export as the `warder` command takes them from the vault, and what it makes of events for other
    /// programs; the first two bytes say where the stream is cut.
    static let export = Harness("export") { input in
        var rest = Input(input)
        let cut = rest.word()
        let bytes = Array(rest.rest)
        try stream(bytes, cut: cut)
        for line in rest.lines {
            guard let part = try? ExportPart(line), part.isEvent, let event = try? EventLine(parsing: line) else {
                continue
            }
            try table(event)
            try framework(event)
        }
    }

    private static func stream(_ bytes: [UInt8], cut: Int) throws {
        let whole = split(bytes, size: max(bytes.count, 1))
        try hold(split(bytes, size: 1 + cut % max(bytes.count, 1)) == whole, "a cut changes nothing")
        let joined = whole.lines.flatMap { $0 + [UInt8(ascii: "\n")] }
        try hold(bytes.starts(with: joined), "all lines together are the stream")
        try hold(whole.isComplete == (joined.count == bytes.count), "a line that was cut off is noticed")
    }

    private struct Split: Equatable {
        var lines: [[UInt8]] = []
        var isComplete = false
    }

    private static func split(_ bytes: [UInt8], size: Int) -> Split {
        var splitter = LineSplitter()
        var result = Split()
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = Array(rest.prefix(size))
            try? unsafe splitter.take(piece.span.bytes) { line throws(CommandFailure) in result.lines.append(line) }
            rest = rest.dropFirst(size)
        }
        result.isComplete = (try? splitter.finish()) != nil
        return result
    }

    /// However a text is made, it is one cell of one row.
    private static func table(_ event: EventLine) throws {
        for isSafe in [true, false] {
            let row = CSVLine(isSafe: isSafe).convert(event)
            try hold(row.suffix(2) == [13, 10], "a row ends once")
            guard let text = String(exactly: row.dropLast(2)) else { throw Broken(property: "a row is text") }
            try hold(!text.unicodeScalars.contains(where: HiddenCharacter.contains), "a row draws nothing")
            let found = cells(row.dropLast(2))
            try hold(found?.count == CSVLine.columns.count + 1, "a row has a cell for each column")
            let isFormula = found?.contains { $0.first.map { "=+-@".utf8.contains($0) } ?? false } ?? true
            try hold(!isSafe || !isFormula, "no cell is computed")
        }
    }

    /// What a reader of RFC 4180 finds, where every cell is quoted.
    private static func cells(_ row: ArraySlice<UInt8>) -> [[UInt8]]? {
        var cells: [[UInt8]] = []
        var rest = row
        repeat {
            guard rest.popFirst() == UInt8(ascii: "\"") else { return nil }
            var cell: [UInt8] = []
            while true {
                guard let byte = rest.popFirst() else { return nil }
                if byte != UInt8(ascii: "\"") {
                    cell.append(byte)
                } else if rest.first == byte {
                    cell.append(byte)
                    rest.removeFirst()
                } else {
                    break
                }
            }
            cells.append(cell)
        } while rest.popFirst() == UInt8(ascii: ",")
        return rest.isEmpty ? cells : nil
    }

    private static func framework(_ event: EventLine) throws {
        var converter = OCSFEvent()
        let line = converter.convert(event)
        try hold(line.last == 10 && !line.dropLast().contains(10), "an event is one line")
        guard let text = String(exactly: line.dropLast()) else { throw Broken(property: "an event is text") }
        try hold(!text.unicodeScalars.contains(where: HiddenCharacter.contains), "an event draws nothing")
        let limits = JSONLimits(maxBytes: .max, maxDepth: 64, maxMembers: .max, maxTokens: .max)
        let root = try JSONDocument(copying: line.span, limits: limits).root
        try hold(root.member("class_uid") != nil && root.member("time") != nil, "an event has a class and a time")
    }
}
