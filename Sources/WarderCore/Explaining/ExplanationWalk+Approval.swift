import HashTreeCollections
import WarderModel

/// What is asked of people.
extension ExplanationWalk {
    /// What people said of the request; `nil` where it ends here, or nobody can say.
    func approval(
        of tool: Tool?,
        under grant: Grant,
        _ fields: [FieldName],
        _ steps: inout [Step]
    ) -> Clearance.Outlook? {
        guard let tool, state.servers[tool.name.server] != nil else {
            skip(.approval, "goes by the tool and its class", &steps)
            return nil
        }
        let demand = Tokens.Demand(tool: .whole(tool.name), toolDigest: tool.definitionDigest)
        let outlook: Clearance.Outlook
        do throws(Refusal) {
            outlook = try Clearance.look(
                demand,
                tool,
                [Release(grant: grant, fields: fields)],
                peer,
                in: state,
                at: now.wall
            )
        } catch {
            steps.append(refused(error, tool, grant, fields))
            return nil
        }
        let step = step(outlook, tool, grant)
        steps.append(step)
        return step.outcome.isEnd ? nil : outlook
    }

    private func step(_ outlook: Clearance.Outlook, _ tool: Tool, _ grant: Grant) -> Step {
        func step(_ outcome: Explanation.Outcome, _ fact: String, _ remedy: String? = nil) -> Step {
            Step(rule: .approval, outcome: outcome, fact: fact, remedy: remedy)
        }
        switch outlook {
        case .free:
            let terms = state.approvalTerms(of: tool)
            return step(
                .passes,
                terms.isEmpty ? "nobody is asked about such calls" : "the grant goes without the yes of \(terms)"
            )
        case .standing(let standing, _):
            return step(
                .passes,
                "\(standing.madeBy) said yes in advance: \(standing.name), \(standing.remaining) calls until "
                    + "\(standing.expires)"
            )
        case .approved(let approval):
            return step(.passes, "people said yes to this call: \(approval.name), once, until \(approval.expires)")
        case .denied(let approval):
            let author = approval.denial.map { "\($0.name)" } ?? "somebody"
            return step(
                .refuses(.approvalDenied),
                "\(author) has just said no to this call: \(approval.name)",
                "See what was said: warder approval show \(approval.name)"
            )
        case .pending(let approval):
            let missing = ApprovalTerms(state.missing(of: approval))
            return step(
                .waits,
                "people were asked (\(approval.name)), and it lacks the yes of \(missing)",
                "warder approval approve \(approval.name) --reason REASON"
            )
        case .unasked(let subject): return unasked(subject, tool, grant)
        }
    }

    private func unasked(_ subject: ApprovalSubject, _ tool: Tool, _ grant: Grant) -> Step {
        guard Clearance.hasRoom(for: subject, of: peer.process, in: state, at: now.wall) else {
            return Step(
                rule: .approval,
                outcome: .refuses(.approvalLimit),
                fact: "the yes of \(subject.terms) is needed, and too many calls wait for people already",
                remedy: "Decide about those that wait: warder approval list"
            )
        }
        let unreachable = ApprovalDiagnosis.unreachable(tool, grant, in: state)
        let nobody = unreachable.isEmpty ? "" : "; no operator could give that of \(ApprovalTerms(unreachable))"
        return Step(
            rule: .approval,
            outcome: .waits,
            fact: "each call needs the yes of \(subject.terms)\(nobody)",
            remedy: "To say yes in advance: warder approval standing add \(tool.name) --uses 1 --for 1h --reason REASON"
        )
    }

    private func refused(_ refusal: Refusal, _ tool: Tool, _ grant: Grant, _ fields: [FieldName]) -> Step {
        let terms = state.approvalTerms(of: tool)
        switch refusal {
        case .versionMissing:
            return Step(
                rule: .approval,
                outcome: .unknown,
                fact: "the yes of \(terms) is needed, and asked for once there is a version to give",
                remedy: nil
            )
        case .valueDamaged:
            let votes = terms.isEmpty ? ["--nobody"] : terms.seats.map { "--vote \($0.text)" }
            let command = "warder approval rule set \(tool.risk.rawValue) \(tool.category.rawValue)"
            return Step(
                rule: .approval,
                outcome: .refuses(refusal),
                fact: "a rule about approvals cannot be read, and might ask for more people",
                remedy: "See the rules: warder approval rule list; then say what holds: "
                    + ([command] + votes).joined(separator: " ")
            )
        default:
            return Step(
                rule: .approval,
                outcome: .refuses(refusal),
                fact: "the yes of \(terms) is needed, and what a server needs just to run cannot wait for it",
                remedy: grant.replaced(by: mended(grant, for: fields))
            )
        }
    }
}

extension Clearance.Outlook {
    /// Whether it lets one call through, and each secret be read once.
    var isOneCall: Bool {
        if case .approved = self { return true }
        return false
    }
}
