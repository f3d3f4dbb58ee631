import FoundationEssentials
import WarderCrypto
import WarderModel

/// A review as one HTML file that asks for nothing: no script, no picture, no font, no request.
package struct ReviewHTML {
    /// Findings that a page shows; the others are counted, and in the JSON.
    static let shownFindings = 500
    static let shownTools = 2000

    private let review: Review
    private var page = HTMLBuilder()

    /// The whole file.
    package static func text(of review: Review) -> String {
        var html = ReviewHTML(review: review)
        html.write()
        return html.page.html
    }

    private init(review: Review) { self.review = review }

    private var facts: ReviewFacts { review.facts }

    private mutating func write() {
        page.raw("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
        // The one style sheet is named by its digest: nothing else can bring style or anything else into the page.
        let digest = Data(SHA256Digest.hash(Array(PageStyle.text.utf8))).base64EncodedString()
        let policy =
            "default-src 'none'; style-src 'sha256-\(digest)'; base-uri 'none'; form-action 'none'"
        page.element("meta", ["http-equiv": "Content-Security-Policy", "content": policy])
        page.raw("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">")
        page.raw("<meta name=\"referrer\" content=\"no-referrer\"><meta name=\"robots\" content=\"noindex\">")
        page.element("title", "Security review: \(review.score.value) of 100, \(facts.name)")
        page.element("style") { $0.style() }
        page.raw("</head><body>\n")
        header()
        page.raw("<main>")
        summary()
        score()
        charts()
        if let widening = review.widening { widened(widening) }
        findings()
        notEvaluated()
        tools()
        servers()
        secrets()
        checklist()
        risks()
        page.raw("</main>\n")
        footer()
        page.raw("</body></html>\n")
    }

    // MARK: Top

    private mutating func header() {
        page.element("header") { [facts] page in
            page.element("h1", "Security review")
            page.element("p", ReviewWords.source(facts), class: "soft")
            page.raw("<nav aria-label=\"Sections\"><a href=\"#findings\">Findings</a><a href=\"#tools\">Tools</a>")
            page.raw("<a href=\"#checklist\">Checklist</a><a href=\"#owasp\">OWASP MCP Top 10</a></nav>")
        }
    }

    private mutating func summary() {
        let review = review
        page.element("div", class: "top") { page in
            Charts.ring(review.score, to: &page)
            page.element("div") { page in
                page.element("p", ReviewWords.verdict(review))
                page.element("p") { page in
                    for (severity, count) in review.counts {
                        HTMLTable.tag(severity, to: &page)
                        page.text(" \(count)   ")
                    }
                }
            }
        }
        figures()
    }

    private mutating func figures() {
        let figures = review.figures
        page.element("dl", class: "figures") { page in
            func figure(_ label: String, _ value: String, _ note: String = "", _ style: StaticString? = nil) {
                page.element("div", class: style) { page in
                    page.element("dt", label)
                    page.element("dd") { page in
                        page.text(value)
                        if !note.isEmpty { page.element("small", note) }
                    }
                }
            }
            func alarm<Value>(_ fact: Fact<Value>, _ isBad: (Value) -> Bool) -> StaticString? {
                fact.value.map { isBad($0) ? "alarm" : "calm" } ?? "open"
            }
            figure("Tools", "\(figures.tools)")
            figure("Read-only", "\(figures.readOnly)")
            figure("Side-effect", "\(figures.sideEffect)")
            figure("Critical", "\(figures.critical)")
            figure(
                "Lowered classes",
                ReviewWords.lowered(figures.lowered),
                figures.lowered.reason ?? "tools taken for less than their definitions read as",
                alarm(figures.lowered) { $0.whole > 0 }
            )
            figure(
                "Missing permissions",
                ReviewWords.number(figures.missingPermissions),
                figures.missingPermissions.reason ?? "tools of which nobody wrote down what they need",
                alarm(figures.missingPermissions) { $0 > 0 }
            )
            figure(
                "Audit coverage",
                ReviewWords.share(figures.auditCoverage),
                ReviewWords.shareNote(figures.auditCoverage),
                alarm(figures.auditCoverage) { $0.part < $0.whole }
            )
            figure(
                "Approval coverage",
                ReviewWords.share(figures.approvalCoverage),
                ReviewWords.shareNote(figures.approvalCoverage),
                alarm(figures.approvalCoverage) { $0.part < $0.whole }
            )
            figure("Findings", "\(review.findings.count)", "each with what mends it")
        }
    }

    // MARK: Charts

    private mutating func score() {
        heading("Score", "score")
        let parts = review.score.parts
        page.element("dl", class: "bars") { page in
            for part in parts {
                Self.bar(part.part.title, "\(part.earned) of \(part.points)", to: &page) { page in
                    Charts.bar(
                        [
                            .init(amount: part.earned.thousandths, style: "earned"),
                            .init(amount: part.lost.thousandths, style: "lost"),
                            .init(amount: part.withheld.thousandths, style: "withheld"),
                        ],
                        of: part.points.thousandths,
                        label: "\(part.part.title): \(part.earned) earned, \(part.lost) lost, \(part.withheld) not "
                            + "evaluated, of \(part.points).",
                        to: &page
                    )
                }
            }
        }
        page.raw("<ul class=\"key\"><li class=\"earned\">earned</li><li class=\"lost\">lost to findings</li>")
        page.raw("<li>not evaluated, therefore not earned</li></ul>")
    }

    private mutating func charts() {
        let figures = review.figures
        heading("What can be done", "classes")
        let label = "\(figures.readOnly) read-only, \(figures.sideEffect) side-effect, \(figures.critical) critical."
        Charts.bar(
            [
                .init(amount: figures.readOnly, style: "read"), .init(amount: figures.sideEffect, style: "side"),
                .init(amount: figures.critical, style: "crit"),
            ],
            of: figures.tools,
            label: "Tools by class: \(label)",
            to: &page
        )
        page.element("ul", class: "key") { page in
            page.element("li", "\(figures.readOnly) read-only", class: "read")
            page.element("li", "\(figures.sideEffect) side-effect", class: "side")
            page.element("li", "\(figures.critical) critical", class: "crit")
        }
        guard case .known(let secrets) = facts.secrets, !secrets.isEmpty else { return }
        heading("Age of secrets", "ages")
        let counts = ReviewWords.countsByAge(secrets, at: facts.taken)
        page.element("dl", class: "bars") { page in
            for (age, count) in zip(ReviewWords.ages, counts) {
                Self.bar(age.label, "\(count)", to: &page) { page in
                    Charts.bar(
                        [.init(amount: count, style: age.upTo > CredentialChecks.oldDays ? "side" : "age")],
                        of: counts.max() ?? 0,
                        label: "\(Words.count(count, "secret")) \(age.label).",
                        to: &page
                    )
                }
            }
        }
    }

    /// One labelled bar with its number.
    private static func bar(
        _ label: String,
        _ number: String,
        to page: inout HTMLBuilder,
        _ chart: (inout HTMLBuilder) -> Void
    ) {
        page.element("div") { page in
            page.element("dt", label)
            page.element("dd", class: "chart") { chart(&$0) }
            page.element("dd", number, class: "number")
        }
    }

    // MARK: Findings

    private mutating func widened(_ widening: Widening) {
        heading("Widened since \(widening.since.day)", "widened")
        if widening.changes.isEmpty {
            page.element("p", "Nothing allows more than it did.")
        } else {
            var table = HTMLTable("What is allowed now and was not then.", ["Weight", "Change", "Name", ""])
            table.rows = widening.changes.map {
                [
                    .severity($0.severity), .text($0.sentence), .code($0.id),
                    .text($0.acknowledged ? "acknowledged" : "not acknowledged"),
                ]
            }
            table.write(to: &page)
        }
        if let renewed = widening.renewed {
            page.element("p", "Definition accepted anew: \(renewed.joined(separator: ", ")).", class: "soft")
        }
        if !widening.notCompared.isEmpty {
            page.element("p", "Not compared: \(widening.notCompared.joined(separator: ", ")).", class: "soft")
        }
    }

    private mutating func findings() {
        heading("Findings", "findings")
        if review.findings.isEmpty { page.element("p", "None of what was looked at has a fault.") }
        let failed = review.checks.filter { $0.outcome == .failed }.sorted { ($0.lost, $1.id) > ($1.lost, $0.id) }
        let byID = Dictionary(review.findings.map { ($0.id, $0) }) { one, _ in one }
        var left = Self.shownFindings
        for check in failed where left > 0 {
            page.element("h3") { page in
                HTMLTable.tag(check.outcome, to: &page)
                page.text(" \(check.title)")
            }
            page.element(
                "p",
                "\(Words.count(check.findings.count, "finding")), \(check.lost) of \(check.points) points lost; "
                    + check.risks.map(\.rawValue).joined(separator: ", ") + ".",
                class: "soft"
            )
            let own = check.findings.prefix(left).compactMap { byID[$0] }
            left -= own.count
            // What holds for all of them is said once.
            let advice = Set(own.map(\.remedy.advice))
            let common = advice.count == 1 && own.count > 1 ? own[0].remedy.advice : nil
            if let common { page.element("p", common, class: "soft") }
            for finding in own { write(finding, advice: common == nil ? finding.remedy.advice : nil) }
        }
        let hidden = review.findings.count - (Self.shownFindings - left)
        if hidden > 0 { page.element("p", "\(Words.count(hidden, "finding")) more: see the JSON form.") }
    }

    private mutating func write(_ finding: Finding, advice: String?) {
        page.element("div", class: "finding") { page in
            page.element("span", "−\(finding.points)", class: "points")
            page.element("p") { page in
                HTMLTable.tag(finding.severity, to: &page)
                page.text(" \(finding.cause)")
            }
            if !finding.remedy.commands.isEmpty {
                page.element("pre") { page in
                    page.element("code") { $0.lines(finding.remedy.commands) }
                }
            }
            if let advice { page.element("p", advice, class: "soft") }
        }
    }

    private mutating func notEvaluated() {
        let open = review.checks.filter { $0.withheld > .zero }
        guard !open.isEmpty else { return }
        heading("Not evaluated", "open")
        var table = HTMLTable(
            "What nobody could judge is not earned.",
            ["Check", "Part", "Points", "Why"]
        )
        table.rows = open.map {
            [.text($0.title), .text($0.part.title), .text("\($0.withheld)"), .text($0.evidence)]
        }
        table.write(to: &page)
    }

    // MARK: Inventory

    private mutating func tools() {
        heading("Tools", "tools")
        guard !facts.tools.isEmpty else { return page.element("p", "There are none.") }
        var table = HTMLTable(
            "Each tool with its class and what stands before it.",
            ["Tool", "Class", "Approval", "Recorded", "Owner", "Permissions", "Why this class"]
        )
        table.rows = facts.tools.prefix(Self.shownTools).map { tool in
            [
                .code(tool.name), .risk(tool.judged.risk, tool.classWords), .text(ReviewWords.approval(tool)),
                .text(ReviewWords.recorded(tool)),
                .text(ReviewWords.owner(tool.owner)), .text(ReviewWords.permissions(tool)),
                .text(tool.reasons.first ?? "not stated"),
            ]
        }
        table.write(to: &page)
        let hidden = facts.tools.count - Self.shownTools
        if hidden > 0 { page.element("p", "\(Words.count(hidden, "tool")) more: see the JSON form.") }
    }

    private mutating func servers() {
        guard case .known(let servers) = facts.servers, !servers.isEmpty else { return }
        heading("Servers", "servers")
        var table = HTMLTable(
            "What the kernel confirms of each server.",
            ["Server", "Recognised by", "Shares its user with", "Owner", "State"]
        )
        table.rows = servers.map { server in
            [
                .code(server.name), .text(IdentityStrength(server).words),
                .text(server.operators.isEmpty ? "nobody" : Words.list(server.operators)),
                .text(server.owner ?? "nobody"), .text(server.quarantined ? "quarantined" : "active"),
            ]
        }
        table.write(to: &page)
    }

    private mutating func secrets() {
        guard case .known(let secrets) = facts.secrets, !secrets.isEmpty else { return }
        heading("Secrets", "secrets")
        var table = HTMLTable(
            "Names and dates; a report holds no values.",
            ["Secret", "Last changed", "Changes by itself", "Owner"]
        )
        table.rows = secrets.prefix(Self.shownTools).map { secret in
            [
                .code(secret.name), .text(secret.changed?.day ?? "never"), .text(secret.schedule ?? "no"),
                .text(secret.owner ?? "nobody"),
            ]
        }
        table.write(to: &page)
    }

    // MARK: Lists

    private mutating func checklist() {
        heading("Checklist", "checklist")
        for section in review.checklist {
            page.element("h3", section.title)
            var table = HTMLTable(section.title, ["Question", "Answer", "Evidence"])
            table.rows = section.lines.map { [.text($0.question), .outcome($0.outcome), .text($0.evidence)] }
            table.write(to: &page)
        }
    }

    private mutating func risks() {
        heading("OWASP MCP Top 10", "owasp")
        var table = HTMLTable(
            "The list of 2025, and the checks that bear on each entry.",
            ["Risk", "Answer", "Evidence"]
        )
        table.rows = review.risks.map {
            [.text("\($0.risk.rawValue) \($0.title)"), .outcome($0.outcome), .text($0.evidence)]
        }
        table.write(to: &page)
    }

    private mutating func footer() {
        page.raw("<footer><h2>How the score is made</h2><p>100 points lie in checks. A finding takes from its check a ")
        page.raw(
            "share of what is left: critical 60 %, high 40 %, medium 20 %, low 8 %. What is without fault makes no "
        )
        page.raw("finding cheaper, and what could not be evaluated is not earned.</p></footer>\n")
    }

    private mutating func heading(_ text: String, _ anchor: String) {
        page.element("h2", ["id": anchor]) { $0.text(text) }
    }
}
