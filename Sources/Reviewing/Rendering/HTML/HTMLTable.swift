import WarderModel

/// A table that becomes a list of blocks where there is no room for columns.
///
/// Browsers forget that a table is one when its display changes, so that every role is said in words.
struct HTMLTable {
    /// What one cell holds.
    enum Cell {
        case text(String)
        case code(String)
        case outcome(CheckResult.Outcome)
        case severity(Severity)
        /// A tool's class, by its risk.
        case risk(Tool.Risk, String)
    }

    let caption: String
    let titles: [String]
    var rows: [[Cell]] = []

    init(_ caption: String, _ titles: [String]) {
        self.caption = caption
        self.titles = titles
    }

    func write(to page: inout HTMLBuilder) {
        page.element("table", ["role": "table"]) { page in
            page.element("caption", caption)
            page.element("thead", ["role": "rowgroup"]) { page in
                page.element("tr", ["role": "row"]) { page in
                    for title in titles {
                        page.element("th", ["role": "columnheader", "scope": "col"]) { $0.text(title) }
                    }
                }
            }
            page.element("tbody", ["role": "rowgroup"]) { page in
                for row in rows { write(row, to: &page) }
            }
        }
    }

    private func write(_ row: [Cell], to page: inout HTMLBuilder) {
        page.element("tr", ["role": "row"]) { page in
            for (index, cell) in row.enumerated() {
                let label = titles.indices.contains(index) ? titles[index] : ""
                page.element("td", ["role": "cell", "data-label": label]) { page in
                    switch cell {
                    case .text(let text): page.text(text)
                    case .code(let text): page.element("code", text)
                    case .outcome(let outcome): Self.tag(outcome, to: &page)
                    case .severity(let severity): Self.tag(severity, to: &page)
                    case .risk(let risk, let words): Self.tag(risk, words, to: &page)
                    }
                }
            }
        }
    }

    static func tag(_ outcome: CheckResult.Outcome, to page: inout HTMLBuilder) {
        let words = "\(ReviewWords.mark(outcome)) \(ReviewWords.outcome(outcome))"
        switch outcome {
        case .passed: page.element("span", words, class: "tag passed")
        case .failed: page.element("span", words, class: "tag failed")
        case .notEvaluated: page.element("span", words, class: "tag unknown")
        }
    }

    private static func tag(_ risk: Tool.Risk, _ words: String, to page: inout HTMLBuilder) {
        switch risk {
        case .readOnly: page.element("span", words, class: "tag passed")
        case .sideEffect: page.element("span", words, class: "tag medium")
        case .critical: page.element("span", words, class: "tag critical")
        }
    }

    static func tag(_ severity: Severity, to page: inout HTMLBuilder) {
        switch severity {
        case .critical: page.element("span", severity.rawValue, class: "tag critical")
        case .high: page.element("span", severity.rawValue, class: "tag high")
        case .medium: page.element("span", severity.rawValue, class: "tag medium")
        case .low: page.element("span", severity.rawValue, class: "tag low")
        }
    }
}
