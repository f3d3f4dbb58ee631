/// Passes lines of text through to standard output: as they are to a pipe or a file, escaped to a terminal.
struct LinePrinter {
    private let console: Console
    private var rest: [UInt8] = []

    init(_ console: Console) { self.console = console }

    /// Takes the next bytes.
    mutating func take(_ piece: RawSpan) throws(CommandFailure) {
        guard console.outputWidth != nil else { return try console.write(piece) }
        rest.append(piece)
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            // The carriage returns of a CSV are part of its line breaks.
            let line = rest[..<end].last == UInt8(ascii: "\r") ? rest[..<end].dropLast() : rest[..<end]
            try console.print(TerminalText.escaped(String(decoding: line, as: UTF8.self)))
            rest.removeSubrange(...end)
        }
    }

    /// Writes what has no line break after it.
    mutating func finish() throws(CommandFailure) {
        guard !rest.isEmpty else { return }
        try console.print(TerminalText.escaped(String(decoding: rest, as: UTF8.self)))
        rest = []
    }
}
