import WarderModel

/// Whether somebody is asked before harm can be done.
enum ApprovalChecks {
    static let all = [
        Check(
            "approval-critical",
            .approval,
            points: 9,
            "Nothing critical, financial or administrative happens without the yes of those whom the standard asks.",
            [.intentSubversion, .commandInjection]
        ) { facts in
            ToolChecks.of(facts, { unknown($0, facts) }, where: { $0.severity <= .high }) { unasked($0, facts) }
        },
        Check(
            "approval-side-effect",
            .approval,
            points: 4,
            "Nothing else that changes something happens without the yes of those whom the standard asks.",
            [.intentSubversion]
        ) { facts in
            ToolChecks.of(facts, { unknown($0, facts) }, where: { $0.severity == .medium }) { unasked($0, facts) }
        },
        Check(
            "approvers",
            .approval,
            points: 4,
            "For each class that asks for approval there is somebody to give it.",
            [.authentication]
        ) { facts in
            guard case .known(let approvals) = facts.approvals else {
                return .notEvaluated(facts.approvals.reason ?? "")
            }
            let rules = approvals.rules.filter { $0.tools > 0 && !$0.groups.isEmpty }
            return .each(of: rules, "rule", none: "No tool waits for an approval.") { rule in
                guard !rule.empty.isEmpty else { return nil }
                return Fault(
                    .noApprover,
                    rule.risk == .critical ? .high : .medium,
                    rule.name,
                    "Nobody can approve calls of the class \(rule.name): \(Words.list(rule.empty)) "
                        + "\(Words.has(rule.empty.count)) no member who may.",
                    Remedy(
                        rule.empty.map { seat in
                            "warder operator add NAME --uid UID --role approver"
                                + (seat == ApprovalTerms.Seat.anyOperator.text ? "" : " --group \(seat)")
                        },
                        advice:
                            "Each time another person, and none who runs the server. For an operator, give all roles "
                            + "and groups that they are to have: the command replaces them."
                    )
                )
            }
        },
        Check(
            "break-glass",
            .approval,
            points: 2,
            "Every use of the emergency exit was looked at afterwards.",
            [.audit]
        ) { facts in
            guard case .known(let approvals) = facts.approvals else {
                return .notEvaluated(facts.approvals.reason ?? "")
            }
            var answer = CheckAnswer(evidence: "\(approvals.unreviewed.count) unreviewed.")
            answer.faults = approvals.unreviewed.map { id in
                Fault(
                    .unreviewed,
                    .high,
                    id,
                    "The emergency exit was used (\(id)), and nobody has looked at it.",
                    Remedy(
                        "warder approval show \(id)",
                        "warder approval review \(id) --reason REASON",
                        advice: "By an admin, approver or auditor who neither used it nor asked for the call."
                    )
                )
            }
            return answer
        },
        Check(
            "standing-approvals",
            .approval,
            points: 1,
            "Nobody says yes beforehand to whatever a call will be.",
            [.intentSubversion]
        ) { facts in
            guard case .known(let approvals) = facts.approvals else {
                return .notEvaluated(facts.approvals.reason ?? "")
            }
            var answer = CheckAnswer(evidence: "\(Words.count(approvals.standing.count, "standing approval")).")
            let unbound = approvals.standing.filter { !$0.bound }
            answer.faults = unbound.map { given($0, facts) }
            answer.unknown =
                facts.tools.lazy.filter { tool in unbound.contains { $0.covers(tool) } }
                .compactMap(\.read.reason).first
            return answer
        },
    ]

    private static func given(_ yes: ApprovalFacts.Standing, _ facts: ReviewFacts) -> Fault {
        Fault(
            .standingYes,
            facts.tools.filter(yes.covers).map(\.severity).min() ?? .medium,
            yes.id,
            "\(yes.author) said yes beforehand to \(Words.count(yes.remaining, "call")) of \(yes.subject) with any "
                + "arguments, until \(yes.expires.day).",
            Remedy(
                "warder approval standing revoke \(yes.id)",
                advice: "What the same call is needed for again and again can be approved with its arguments."
            )
        )
    }

    private static func unasked(_ tool: ToolFacts, _ facts: ReviewFacts) -> Fault? {
        switch tool.approval {
        case .known(.waived):
            let waivers = (facts.liveGrants.value ?? []).filter { $0.tool == tool.name && $0.waived }
            let words = waivers.map { "\($0.secret) (\($0.author) decided so)" }
            return Fault(
                .waived,
                tool.severity,
                tool.name,
                "\(tool.name) (\(tool.classWords)) needs nobody's approval to use \(Words.list(words)).",
                Remedy(waivers.flatMap { Commands.replace($0, of: tool) })
            )
        case .known(.overruled):
            let rule = facts.approvals.value?.rules(of: tool).first
            return Fault(
                .overruled,
                tool.severity,
                tool.name,
                "\(tool.name) (\(tool.classWords)) runs without anybody's approval: the rule of the class "
                    + "\(rule?.name ?? tool.stated.words) asks nobody.",
                Remedy(Commands.restore(tool, facts))
            )
        case .known(.absent):
            return Fault(
                .unasked,
                tool.severity,
                tool.name,
                "\(tool.name) (\(tool.classWords)) runs without anybody's approval.",
                Remedy(Commands.register(tool), advice: Commands.prelude(tool))
            )
        case .known(.required): return weakened(tool, facts.approvals.value?.rules(of: tool).first, facts)
        case .known(.unneeded): return weakened(tool, nil, facts)
        case .known(.ungranted), .notEvaluated: return nil
        }
    }

    /// Why nobody can say whether a tool's calls wait for those who should be asked.
    private static func unknown(_ tool: ToolFacts, _ facts: ReviewFacts) -> String? {
        if tool.approval.value == .ungranted {
            return "Nothing is granted to \(tool.name): if it is not used, \(Commands.remove(tool)); or else "
                + "\(Commands.grant(to: tool))."
        }
        return tool.approval.reason ?? (tool.approval.value == .required ? facts.approvals.reason : nil)
    }

    /// Less is asked than the standard asks of the class that a tool is judged by: its class was lowered, or its rule.
    ///
    /// Whoever is to be asked by name has to be: that another group is as good is something a vault cannot know, and an
    /// approver may be in both.
    private static func weakened(_ tool: ToolFacts, _ rule: ApprovalFacts.Rule?, _ facts: ReviewFacts) -> Fault? {
        let asked = rule?.groups ?? []
        let standard = Votes.standard(tool.judged, in: facts.profile)
        guard !Votes.missing(standard, in: asked).isEmpty else { return nil }
        let severity = asked.isEmpty ? tool.severity : tool.severity.milder
        let words =
            asked.isEmpty
            ? "runs without anybody's approval" : "needs the approval of \(Votes.words(asked)) alone"
        if tool.isLowered, let reading = tool.reading {
            let why = tool.isOnWord ? tool.reasons.first.map { " \($0)" } ?? "" : ""
            return Fault(
                .loweredClass,
                severity,
                tool.name,
                "\(tool.name) \(words). It is taken to be \(tool.stated.words); its definition reads as \(reading.words), "
                    + "for which the standard asks \(Votes.words(standard)).\(why)",
                Remedy(Commands.classify(tool))
            )
        }
        return Fault(
            .weakRule,
            severity,
            tool.name,
            "\(tool.name) (\(tool.classWords)) \(words): for its class the standard asks \(Votes.words(standard)).",
            Remedy(Commands.restore(tool, facts))
        )
    }
}
