/// Lines of a page on a screen that may be narrower than they are: broken, and never cut.
struct WrappedPage {
    /// Before a row that goes on with the line above it. Nothing on a page begins with it, so that a long value cannot
    /// pass for a line of the vault's own.
    static let continuation = "\u{21B3} "

    private struct Row {
        let text: String
        /// The line that it is of.
        let line: Int
    }

    private let lines: [String]
    private var width = Int.max
    private var rows: [Row]
    /// Rows above the screen.
    private var offset = 0

    init(_ lines: [String]) {
        self.lines = lines
        rows = lines.enumerated().map { Row(text: $0.element, line: $0.offset) }
    }

    var count: Int { rows.count }

    /// The same on a screen of so many columns. What was not above the screen before is not now.
    func fitted(to width: Int) -> WrappedPage {
        guard width != self.width else { return self }
        var page = self
        page.width = width
        page.rows = lines.enumerated().flatMap { index, line in
            TerminalText.wrapped(line, to: width, continuation: Self.continuation).map { Row(text: $0, line: index) }
        }
        let top = offset < rows.count ? rows[offset].line : 0
        page.offset = page.rows.firstIndex { $0.line == top } ?? 0
        return page
    }

    /// What stands on the screen, in `room` rows.
    func rows(room: Int) -> ArraySlice<String> {
        rows.map(\.text)[offset..<min(rows.count, offset + room)]
    }

    mutating func move(by count: Int, room: Int) {
        offset = max(0, min(offset + count, rows.count - room))
    }

    /// Whether the last row is, or was, on the screen.
    func isRead(room: Int) -> Bool { offset + room >= rows.count }
}
