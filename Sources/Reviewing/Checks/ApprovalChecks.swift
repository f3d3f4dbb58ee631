import WarderModel

/// Whether somebody is asked before harm can be done.
enum ApprovalChecks {
    static let all = [
        Check(
            "approval-critical",
            .approval,
            points: 9,
            "Nothing critical, financial or administrative happens without somebody's yes.",
            [.intentSubversion, .commandInjection]
        ) { facts in
            ToolChecks.of(facts, \.approval.reason, where: { $0.severity <= .high }) { unasked($0, facts) }
        },
        Check(
            "approval-side-effect",
            .approval,
            points: 4,
            "Nothing else that changes something happens without somebody's yes.",
            [.intentSubversion]
        ) { facts in
            ToolChecks.of(facts, \.approval.reason, where: { $0.severity == .medium }) { unasked($0, facts) }
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
            answer.faults = approvals.standing.filter { !$0.bound }.map { given($0, facts) }
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
            let rule = facts.approvals.value?.rule(of: tool)
            return Fault(
                .overruled,
                tool.severity,
                tool.name,
                "\(tool.name) (\(tool.classWords)) runs without anybody's approval: the rule of the class "
                    + "\(rule?.name ?? tool.classWords) asks nobody.",
                Remedy(
                    "warder approval rule remove \(tool.risk.rawValue) \(tool.category.rawValue)"
                        + (rule?.server.map { " --server \($0)" } ?? "")
                )
            )
        case .known(.absent):
            return Fault(
                .unasked,
                tool.severity,
                tool.name,
                "\(tool.name) (\(tool.classWords)) runs without anybody's approval.",
                Remedy(Commands.register(tool), advice: Commands.prelude(tool))
            )
        case .known(.required), .known(.unneeded), .notEvaluated: return nil
        }
    }
}
