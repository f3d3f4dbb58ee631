/// A review for a terminal or a plain file.
package struct ReviewText {
    /// How a line stands out where there is colour.
    package enum Emphasis: Sendable { case title, good, caution, bad, faint }

    /// Columns; `nil` where nothing is to be broken.
    private let width: Int?
    private let style: (Emphasis, String) -> String
    private var lines: [String] = []

    /// `style` makes a text stand out, and gives it back as it is where there is no colour.
    private init(width: Int?, style: @escaping (Emphasis, String) -> String) {
        self.width = width.map { max(40, $0) }
        self.style = style
    }

    /// The lines of a review.
    package static func lines(
        of review: Review,
        width: Int?,
        style: @escaping (Emphasis, String) -> String = { $1 }
    ) -> [String] {
        var page = ReviewText(width: width, style: style)
        page.write(review)
        return page.lines
    }

    private mutating func write(_ review: Review) {
        add(ReviewWords.source(review.facts))
        add("")
        lines.append(style(.title, "Score \(review.score.value) of 100"))
        add(ReviewWords.verdict(review))
        figures(review.figures)
        parts(review.score)
        if let widening = review.widening { widened(widening) }
        findings(review)
        notEvaluated(review)
        checklist(review)
        risks(review)
    }

    // MARK: Sections

    private mutating func figures(_ figures: Figures) {
        let rows = [
            ("Tools", "\(figures.tools)"), ("Read-only", "\(figures.readOnly)"),
            ("Side-effect", "\(figures.sideEffect)"), ("Critical", "\(figures.critical)"),
            ("Lowered classes", ReviewWords.lowered(figures.lowered)),
            ("Missing permissions", ReviewWords.number(figures.missingPermissions)),
            ("Audit coverage", ReviewWords.share(figures.auditCoverage)),
            ("Approval coverage", ReviewWords.shareLine(figures.approvalCoverage)),
        ]
        lines.append("")
        for (label, value) in rows { lines.append(padded(label, 22) + value) }
    }

    private mutating func parts(_ score: Score) {
        heading("Parts")
        for part in score.parts {
            let cells = 20
            let earned = part.earned.thousandths * cells / max(1, part.points.thousandths)
            let lost = (part.lost.thousandths * cells + part.points.thousandths - 1) / max(1, part.points.thousandths)
            let red = min(lost, cells - earned)
            let bar =
                style(.good, String(repeating: "█", count: earned)) + style(.bad, String(repeating: "▒", count: red))
                + style(.faint, String(repeating: "·", count: cells - earned - red))
            lines.append(padded(part.part.title, 22) + bar + "  \(part.earned) of \(part.points)")
        }
        lines.append(style(.faint, "█ earned   ▒ lost   · not evaluated"))
    }

    private mutating func widened(_ widening: Widening) {
        heading("Widened since \(ReviewWords.moment(widening.since))")
        if widening.changes.isEmpty { add("Nothing.") }
        for change in widening.changes {
            let mark = change.acknowledged ? "acknowledged" : change.severity.rawValue
            add("\(change.sentence)  [\(change.id)]", first: padded(mark, 14), emphasis: emphasis(change.severity))
        }
        if let renewed = widening.renewed { add("Definition accepted anew: \(renewed.joined(separator: ", ")).") }
        if !widening.notCompared.isEmpty { add("Not compared: \(widening.notCompared.joined(separator: ", ")).") }
    }

    private mutating func findings(_ review: Review) {
        heading("Findings")
        if review.findings.isEmpty { add("None.") }
        for finding in review.findings {
            add(
                "\(finding.cause)  [−\(finding.points)]",
                first: padded(finding.severity.rawValue, 10),
                emphasis: emphasis(finding.severity)
            )
            // Never broken: somebody copies it.
            for command in finding.remedy.commands { lines.append("          → " + Harmless.shown(command)) }
            if let advice = finding.remedy.advice { add(advice, first: "            ") }
        }
    }

    private mutating func notEvaluated(_ review: Review) {
        let open = review.checks.filter { $0.withheld > .zero }
        guard !open.isEmpty else { return }
        heading("Not evaluated, and therefore not earned")
        for check in open { add("\(check.title) \(check.evidence)", first: padded("\(check.withheld)", 10)) }
    }

    private mutating func checklist(_ review: Review) {
        for section in review.checklist {
            heading(section.title)
            for line in section.lines { outcome(line.outcome, line.question, line.evidence) }
        }
    }

    private mutating func risks(_ review: Review) {
        heading("OWASP MCP Top 10")
        for risk in review.risks { outcome(risk.outcome, "\(risk.risk.rawValue) \(risk.title):", risk.evidence) }
    }

    private mutating func outcome(_ outcome: CheckResult.Outcome, _ question: String, _ evidence: String) {
        let emphasis: Emphasis = outcome == .passed ? .good : outcome == .failed ? .bad : .faint
        add("\(question) \(evidence)", first: padded(ReviewWords.outcome(outcome), 14), emphasis: emphasis)
    }

    // MARK: Lines

    private mutating func heading(_ text: String) {
        lines.append("")
        lines.append(style(.title, Harmless.shown(text)))
    }

    /// A paragraph, further lines under its beginning.
    private mutating func add(_ text: String, first: String = "", emphasis: Emphasis? = nil) {
        let indent = String(repeating: " ", count: first.count)
        let room = width.map { max(20, $0 - first.count) } ?? .max
        var isFirst = true
        for line in Self.wrapped(Harmless.shown(text), to: room) {
            let start = isFirst ? emphasis.map { style($0, first) } ?? first : indent
            lines.append(start + line)
            isFirst = false
        }
    }

    private static func wrapped(_ text: String, to width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        return lines + [line]
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }

    private func emphasis(_ severity: Severity) -> Emphasis {
        switch severity {
        case .critical, .high: .bad
        case .medium: .caution
        case .low: .faint
        }
    }
}
