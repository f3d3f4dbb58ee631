/// Rows under titles, aligned for people.
///
/// With a width the widest columns are cut with `…` until a row fits; without one (a pipe, a file) nothing is cut. A
/// column whose every word counts goes on in further lines instead.
package struct Table {
    /// A column's title, its side, and whether it may be cut.
    package struct Column {
        let title: String
        let isNumber: Bool
        let canShrink: Bool
        let wraps: Bool

        /// Numbers go to the right; identifiers that people copy must not be cut.
        package init(_ title: String, isNumber: Bool = false, canShrink: Bool = true, wraps: Bool = false) {
            self.title = title
            self.isNumber = isNumber
            self.canShrink = canShrink && !isNumber
            self.wraps = wraps
        }
    }

    /// One text in a row, harmless to a terminal.
    package struct Cell: ExpressibleByStringInterpolation {
        let text: String
        let style: Style?

        /// Takes any text and escapes it.
        package init(_ text: String?, _ style: Style? = nil) {
            self.text = TerminalText.escaped(text ?? "")
            self.style = style
        }

        package init(stringLiteral value: String) { self.init(value) }
    }

    private static let gap = 2
    private static let narrowest = 8

    private let columns: [Column]
    private var rows: [[Cell]] = []
    /// Widths of the columns so far, so that later rows of a stream line up with earlier ones.
    private var widths: [Int]
    /// Widest words of the columns so far: what a column that wraps needs at least.
    private var words: [Int]

    package init(_ columns: [Column]) {
        self.columns = columns
        widths = columns.map { TerminalText.width($0.title) }
        words = widths
    }

    package var isEmpty: Bool { rows.isEmpty }

    /// Adds a row; cells beyond the columns are left out.
    package mutating func add(_ cells: [Cell]) {
        rows.append(Array(cells.prefix(columns.count)))
        for (index, cell) in cells.prefix(columns.count).enumerated() {
            widths[index] = max(widths[index], TerminalText.width(cell.text))
            for word in cell.text.split(separator: " ") {
                words[index] = max(words[index], TerminalText.width(String(word)))
            }
        }
    }

    /// The table as lines, titles first.
    package func lines(width: Int?, hasColour: Bool) -> [String] {
        [titleLine(width: width, hasColour: hasColour)] + rowLines(width: width, hasColour: hasColour)
    }

    /// The rows alone, for a stream whose titles were printed before.
    package func rowLines(width: Int?, hasColour: Bool) -> [String] {
        let fitting = fittingWidths(width)
        return rows.flatMap { row in
            wrapped(row, fitting).map { line($0, widths: fitting, hasColour: hasColour) }
        }
    }

    /// A row as one line of cells, or several where a column wraps.
    private func wrapped(_ row: [Cell], _ widths: [Int]) -> [[Cell]] {
        var lines = [row]
        for (index, cell) in row.enumerated() where columns[index].wraps {
            for (number, text) in Self.lines(of: cell.text, width: widths[index]).enumerated() {
                if number == lines.count { lines.append(row.map { _ in Cell("") }) }
                lines[number][index] = Cell(text, cell.style)
            }
        }
        return lines
    }

    /// The words of a text in lines of a width; a longer word has a line to itself.
    private static func lines(of text: String, width: Int) -> [String] {
        guard TerminalText.width(text) > width else { return [text] }
        var lines: [String] = []
        for word in text.split(separator: " ").map(String.init) {
            if let last = lines.last, TerminalText.width(last) + 1 + TerminalText.width(word) <= width {
                lines[lines.count - 1] = "\(last) \(word)"
            } else {
                lines.append(word)
            }
        }
        return lines
    }

    /// Forgets the rows and keeps the widths.
    package mutating func removeRows() { rows.removeAll() }

    private func titleLine(width: Int?, hasColour: Bool) -> String {
        line(columns.map { Cell($0.title, .title) }, widths: fittingWidths(width), hasColour: hasColour)
    }

    private func line(_ cells: [Cell], widths: [Int], hasColour: Bool) -> String {
        var result = ""
        var pending = 0
        for (index, cell) in cells.enumerated() {
            let text = TerminalText.truncated(cell.text, to: widths[index])
            let padding = widths[index] - TerminalText.width(text)
            if columns[index].isNumber { pending += padding }
            if !text.isEmpty {
                result += String(repeating: " ", count: pending)
                pending = 0
                result += hasColour ? cell.style.map { $0.applied(to: text) } ?? text : text
            }
            if !columns[index].isNumber { pending += padding }
            pending += Self.gap
        }
        return result
    }

    private func fittingWidths(_ limit: Int?) -> [Int] {
        guard let limit else { return widths }
        var result = widths
        let gaps = Self.gap * (columns.count - 1)
        while result.reduce(gaps, +) > limit {
            let shrinkable = result.indices.filter { columns[$0].canShrink && result[$0] > floor(of: $0) }
            guard let widest = shrinkable.max(by: { result[$0] < result[$1] }) else { break }
            result[widest] -= 1
        }
        return result
    }

    private func floor(of index: Int) -> Int {
        columns[index].wraps ? words[index] : max(Self.narrowest, TerminalText.width(columns[index].title))
    }
}
