/// The longer text of a command, taken apart: paragraphs, and lines that stand as they are below a heading.
struct Discussion {
    enum Block: Equatable {
        case heading(String)
        case paragraph(String)
        case verbatim([String])
    }

    let blocks: [Block]

    /// - Parameter text: Paragraphs with blank lines in between; a line in capitals is a heading, and lines that are
    ///   indented stand as they are.
    init(_ text: String) {
        var blocks: [Block] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            if line.hasPrefix("  ") {
                let line = String(line.dropFirst(2))
                if case .verbatim(let lines)? = blocks.last {
                    blocks[blocks.count - 1] = .verbatim(lines + [line])
                } else {
                    blocks.append(.verbatim([line]))
                }
            } else if Self.isHeading(line) {
                blocks.append(.heading(line))
            } else if !line.isEmpty {
                blocks.append(.paragraph(line))
            }
        }
        self.blocks = blocks
    }

    /// What stands before the first heading.
    var introduction: ArraySlice<Block> { blocks.prefix { if case .heading = $0 { false } else { true } } }
    /// The first heading and everything after it.
    var remainder: ArraySlice<Block> { blocks[introduction.endIndex...] }

    private static func isHeading(_ line: String) -> Bool {
        !line.isEmpty && line.utf8.allSatisfy { (0x41...0x5a).contains($0) || $0 == 0x20 }
    }
}
