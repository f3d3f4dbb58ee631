/// Labels and values, one a line, for a single thing.
package struct Details {
    private var lines: [(label: String, value: Table.Cell)] = []

    package init() {}

    /// Adds a line; nothing where there is no value.
    package mutating func add(_ label: String, _ value: String?, _ style: Style? = nil) {
        guard let value, !value.isEmpty else { return }
        lines.append((label, Table.Cell(value, style)))
    }

    /// The lines, values aligned. Nothing is cut: a detail is what somebody asked for.
    package func lines(hasColour: Bool) -> [String] {
        let width = lines.map(\.label.count).max() ?? 0
        return lines.map { label, value in
            let padding = String(repeating: " ", count: width - label.count + 2)
            let shown = hasColour ? value.style.map { $0.applied(to: value.text) } ?? value.text : value.text
            return label + padding + shown
        }
    }
}
