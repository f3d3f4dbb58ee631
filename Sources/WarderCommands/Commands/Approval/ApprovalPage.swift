import StrictJSON
import WarderModel
import WarderWire

/// What somebody reads before they say yes or no: made by the vault from its own records, complete, and harmless to a
/// terminal.
struct ApprovalPage {
    private let detail: ApprovalDetail
    private let moment: Moment

    init(_ detail: ApprovalDetail, moment: Moment) {
        self.detail = detail
        self.moment = moment
    }

    func lines(hasColour: Bool) -> [String] {
        var lines = facts.lines(hasColour: hasColour)
        for difference in detail.stale {
            lines.append("")
            lines.append(
                TerminalText.escaped("No longer what was asked for: \(difference). A yes would let nothing through.")
            )
        }
        lines += ["", "Arguments, all of them:"]
        lines += Self.arguments(detail.arguments)
        lines += changes
        lines += said
        return lines
    }

    private var facts: Details {
        let summary = detail.summary
        var details = Details()
        details.add("Approval", summary.approval)
        details.add("State", summary.stateText, summary.stateStyle)
        details.add("Tool", summary.tool)
        details.add("Does", detail.toolDescription)
        details.add("Risk", "\(summary.risk), \(summary.category)", .caution)
        details.add("Asked because", detail.because)
        details.add("Owner", detail.toolOwner)
        details.add("Outputs", detail.expectedOutputs)
        for release in detail.releases {
            details.add(
                "Would get",
                "\(release.secret) version \(release.version): \(release.fields.joined(separator: ", "))"
            )
        }
        details.add("Server's user", String(summary.uid))
        details.add("For the user", summary.onBehalfOf.map { "\($0) (the server's claim)" } ?? "the server names none")
        details.add("Purpose", summary.purpose.map { "\($0) (the server's claim)" })
        details.add("Agent", detail.agent.map { "\($0) (the server's claim)" })
        details.add("Session", detail.session.map { "\($0) (the server's claim)" })
        details.add("Definition", definition)
        details.add("Asked", moment.short(summary.requested))
        details.add("Ends", moment.short(summary.expires))
        details.add("Waits for", summary.missing.joined(separator: ", "), summary.yours ? .caution : nil)
        return details
    }

    private var definition: String {
        switch (detail.acceptedDigest, detail.presentedDigest) {
        case (let accepted?, _): "accepted, \(accepted)"
        case (nil, let presented?): "not pinned; the server says \(presented)"
        case (nil, nil): "not pinned"
        }
    }

    /// Indented JSON, each line escaped once more: nothing may hide in it, and nothing is cut.
    private static func arguments(_ text: String?) -> [String] {
        guard let text else { return ["  (the server did not say them)"] }
        let bytes = Array(text.utf8)
        do {
            let document = try JSONDocument(copying: bytes.span, limits: .answer)
            let shown = String(decoding: IndentedJSON.bytes(document.root), as: UTF8.self)
            return shown.split(separator: "\n").map { "  " + TerminalText.escaped(String($0)) }
        } catch { return ["  " + TerminalText.escaped(text)] }
    }

    private var changes: [String] {
        guard let previous = detail.previous else { return ["", "No earlier call of this tool was let through."] }
        var lines = ["", "Since the last call that was let through (\(moment.short(previous.used))):"]
        lines += previous.others.map { "  other: \($0)" }
        switch previous.arguments {
        case nil: lines.append("  the arguments cannot be compared")
        case let changes? where changes.isEmpty: lines.append("  the same arguments")
        case let changes?:
            for change in changes {
                let place = change.pointer.isEmpty ? "(all)" : change.pointer
                lines.append("  \(place): \(change.before ?? "nothing") → \(change.after ?? "nothing")")
            }
        }
        return lines.map(TerminalText.escaped)
    }

    private var said: [String] {
        var lines: [String] = []
        func add(_ what: String, _ vote: ApprovalVote?) {
            guard let vote else { return }
            let reason = vote.reason.map { ": \($0)" } ?? ""
            let void = vote.counts == false ? " (does not count any more)" : ""
            lines.append(TerminalText.escaped("\(what) \(vote.name)\(void), \(moment.short(vote.time))\(reason)"))
        }
        for vote in detail.votes { add("Yes of", vote) }
        add("No of", detail.denial)
        add("Let through alone by", detail.breakGlass)
        add("Reviewed by", detail.review)
        return lines.isEmpty ? [] : [""] + lines
    }
}
