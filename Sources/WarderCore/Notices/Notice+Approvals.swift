import WarderModel

extension Notice {
    /// What people should hear of an approval now, and have not been told: that it waits, and afterwards that somebody
    /// let it through alone.
    static func wanted(of approval: Approval, in state: VaultState, at now: Timestamp) -> Notice? {
        let notice = current(of: approval, in: state, at: now)
        return notice.flatMap { approval.told?.contains($0.kind.rawValue) == true ? nil : $0 }
    }

    private static func current(of approval: Approval, in state: VaultState, at now: Timestamp) -> Notice? {
        let subject = approval.subject
        var facts = [
            "approval": approval.name.text, "server": subject.tool.server.text, "tool": subject.tool.tool.text,
            "risk": subject.risk.rawValue, "category": subject.category.rawValue,
        ]
        func notice(_ kind: Kind, since time: Timestamp, _ text: String) -> Notice {
            Notice(
                id: "\(kind.rawValue).\(approval.name)",
                kind: kind,
                time: time,
                text: text,
                subject: .approval(approval.name),
                facts: facts
            )
        }
        if approval.awaitsReview, let breakGlass = approval.breakGlass {
            facts["by"] = breakGlass.name.text
            return notice(
                .breakGlassUsed,
                since: breakGlass.time,
                "\(breakGlass.name) let a call of \(subject.tool) through alone; somebody else has to review it."
            )
        }
        guard state.standing(of: approval, at: now) == .pending else { return nil }
        let missing = ApprovalTerms(state.missing(of: approval))
        facts["votes"] = missing.description
        facts["expires"] = approval.expires.description
        return notice(.approvalWaits, since: approval.requested, "A call of \(subject.tool) waits for \(missing).")
    }
}
