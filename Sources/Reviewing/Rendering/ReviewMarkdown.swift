/// A review as Markdown, for a ticket or a pull request.
package enum ReviewMarkdown {
    package static func text(of review: Review) -> String {
        let figures = review.figures
        var page = Page()
        page.line("# Security review: score \(review.score.value) of 100")
        page.line(escaped(ReviewWords.source(review.facts)) + " " + escaped(ReviewWords.verdict(review)))
        page.table(
            ["Figure", "Value", "Note"],
            [
                ["Tools", "\(figures.tools)", ""],
                ["Read-only", "\(figures.readOnly)", ""],
                ["Side-effect", "\(figures.sideEffect)", ""],
                ["Critical", "\(figures.critical)", ""],
                [
                    "Lowered classes", ReviewWords.lowered(figures.lowered),
                    figures.lowered.reason ?? "tools taken for less than their definitions read as",
                ],
                [
                    "Missing permissions", ReviewWords.number(figures.missingPermissions),
                    figures.missingPermissions.reason ?? "",
                ],
                [
                    "Audit coverage", ReviewWords.share(figures.auditCoverage),
                    ReviewWords.shareNote(figures.auditCoverage),
                ],
                [
                    "Approval coverage", ReviewWords.share(figures.approvalCoverage),
                    ReviewWords.shareNote(figures.approvalCoverage),
                ],
            ].map { $0.map(escaped) }
        )
        page.line("## Score")
        page.table(
            ["Part", "Earned", "Lost", "Not evaluated", "Of"],
            review.score.parts.map { part in
                [part.part.title, "\(part.earned)", "\(part.lost)", "\(part.withheld)", "\(part.points)"].map(escaped)
            }
        )
        if let widening = review.widening { page.add(widening) }
        page.line("## Findings")
        if review.findings.isEmpty { page.line("None.") }
        for finding in review.findings {
            page.line("### \(finding.severity.rawValue), \(finding.points) points: \(escaped(finding.cause))")
            for command in finding.remedy.commands { page.line(code(command)) }
            if let advice = finding.remedy.advice { page.line(escaped(advice)) }
        }
        page.line("## Checklist")
        for section in review.checklist {
            page.line("### \(section.title)")
            page.table(
                ["", "Question", "Evidence"],
                section.lines.map { line in
                    [
                        "\(ReviewWords.mark(line.outcome)) \(ReviewWords.outcome(line.outcome))",
                        escaped(line.question),
                        escaped(line.evidence),
                    ]
                }
            )
        }
        page.line("## OWASP MCP Top 10")
        page.table(
            ["Risk", "", "Evidence"],
            review.risks.map { risk in
                [
                    "\(risk.risk.rawValue) \(escaped(risk.title))",
                    "\(ReviewWords.mark(risk.outcome)) \(ReviewWords.outcome(risk.outcome))", escaped(risk.evidence),
                ]
            }
        )
        page.line("## Tools")
        page.table(
            ["Tool", "Class", "Approval", "Recorded", "Owner", "Permissions"],
            review.facts.tools.map { tool in
                [
                    tool.name, tool.classWords, ReviewWords.approval(tool), ReviewWords.recorded(tool),
                    ReviewWords.owner(tool.owner), ReviewWords.permissions(tool),
                ].map(escaped)
            }
        )
        return page.text
    }

    /// What Markdown and the HTML inside it would read as something else. By scalars, as whoever reads Markdown sees it: a
    /// mark before or after a special one makes another character of both, and hides it from who looks at those.
    static func escaped(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in Harmless.shown(text).unicodeScalars {
            switch scalar {
            case "&": result.append(contentsOf: "&amp;".unicodeScalars)
            case "<": result.append(contentsOf: "&lt;".unicodeScalars)
            case ">": result.append(contentsOf: "&gt;".unicodeScalars)
            // `@` names people, `#` other tickets.
            case "\\", "`", "*", "_", "{", "}", "[", "]", "|", "~", "#", "@", "!":
                result.append("\\")
                result.append(scalar)
            // A scheme makes a link of any word.
            case ":": result.append(contentsOf: "&#58;".unicodeScalars)
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    /// A command in a fence longer than any in it.
    private static func code(_ command: String) -> String {
        let shown = Harmless.shown(command)
        let longest = shown.utf8.split { $0 != UInt8(ascii: "`") }.map(\.count).max() ?? 0
        let fence = String(repeating: "`", count: max(3, longest + 1))
        return "\(fence)sh\n\(shown)\n\(fence)"
    }

    private struct Page {
        var text = ""

        mutating func line(_ line: String) { text += (text.isEmpty ? "" : "\n") + line + "\n" }

        /// Cells are escaped already.
        mutating func table(_ titles: [String], _ rows: [[String]]) {
            guard !rows.isEmpty else { return line("None.") }
            let all = [titles, titles.map { _ in "---" }] + rows
            line(all.map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n"))
        }

        mutating func add(_ widening: Widening) {
            line("## Widened since \(ReviewWords.moment(widening.since))")
            if widening.changes.isEmpty { line("Nothing.") }
            for change in widening.changes {
                let mark = change.acknowledged ? " (acknowledged)" : ""
                line("- **\(change.severity.rawValue)**\(mark) \(escaped(change.sentence)) `\(idText(change.id))`")
            }
            if let renewed = widening.renewed {
                line("Definition accepted anew: \(escaped(renewed.joined(separator: ", "))).")
            }
            if !widening.notCompared.isEmpty {
                line("Not compared: \(escaped(widening.notCompared.joined(separator: ", "))).")
            }
        }

        private func idText(_ id: String) -> String {
            var result = String.UnicodeScalarView()
            for scalar in Harmless.shown(id).unicodeScalars { result.append(scalar == "`" ? "'" : scalar) }
            return String(result)
        }
    }
}
