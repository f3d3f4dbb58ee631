import HashTreeCollections
package import WarderModel

/// What people read before they say anything. All of it comes from the vault's own records; what a server claims is
/// marked as that.
extension Approvals {
    /// One line of the list.
    package struct Line: Sendable {
        package let approval: Approval
        package let standing: Approval.Standing
        package let missing: [ApprovalTerms.Seat]
        /// Whether the caller's vote is one of those that are asked for.
        package let isYours: Bool
    }

    /// Everything about one request.
    package struct View: Sendable {
        package let line: Line
        package let tool: Tool?
        /// Why somebody is asked.
        package let because: String
        /// What is another thing by now; empty while an approval would work.
        package let stale: [String]
        /// For each vote, whether it counts now.
        package let counted: [Bool]
        package let previous: Previous?
    }

    /// The newest call of the tool that was let through.
    package struct Previous: Sendable {
        package let id: ApprovalID
        package let used: Timestamp
        /// `nil` where one of the two had no arguments, and the other had.
        package let arguments: [ArgumentChange]?
        /// What else differs, in words.
        package let others: [String]
    }

    /// Newest first. Requires `approver`, `admin` or `auditor`. Whoever keeps looking at the same list is one reading.
    package static func list(by caller: Caller) -> Command<[Line]> {
        Command(.approvalList, by: caller) { transaction, event throws(Refusal) in
            let state = transaction.state
            let lines = state.approvals.values.sorted { ($0.requested, $0.name) > ($1.requested, $1.name) }
                .map { line($0, for: caller, in: state, at: transaction.now.wall) }
            event.changes = ["count=\(lines.count)", digest(of: lines, in: state).change]
            transaction.tellOnce(&event)
            return lines
        }
    }

    /// Requires `approver`, `admin` or `auditor`.
    package static func show(_ id: ApprovalID, by caller: Caller) -> Command<View> {
        Command(.approvalShow, by: caller, describe: { $0.approval = id.text }) { transaction, event throws(Refusal) in
            let state = transaction.state
            guard let approval = state.approvals[id] else { throw .notFound }
            Tools.describe(approval.subject.tool, &event)
            let subject = approval.subject
            let tool = state.tools[subject.tool].flatMap { $0.id == subject.toolRecord ? $0 : nil }
            return View(
                line: line(approval, for: caller, in: state, at: transaction.now.wall),
                tool: tool,
                because: because(subject, tool, in: state),
                stale: state.differences(from: subject),
                counted: approval.votes.map {
                    !state.seats(of: $0, for: subject).isDisjoint(with: subject.terms.seats)
                },
                previous: previous(approval, in: state)
            )
        }
    }

    /// Everything that a list says: what was done to each request, where it stands by now, and who is asked still.
    private static func digest(of lines: [Line], in state: VaultState) -> AnswerDigest {
        var digest = AnswerDigest()
        for line in lines {
            let words = [state.mark(of: line.approval.id), line.standing.rawValue, line.isYours ? "yours" : "others"]
            digest.add(words + line.missing.map(\.text))
        }
        return digest
    }

    private static func line(
        _ approval: Approval,
        for caller: Caller,
        in state: VaultState,
        at now: Timestamp
    ) -> Line {
        let missing = state.missing(of: approval)
        let standing = state.standing(of: approval, at: now)
        let person = caller.peer.flatMap { state.operators[$0.uid] }
        return Line(
            approval: approval,
            standing: standing,
            missing: missing,
            isYours: standing == .pending && person.map { state.wants($0, for: approval) } == true
        )
    }

    private static func because(_ subject: ApprovalSubject, _ tool: Tool?, in state: VaultState) -> String {
        let rule = tool.flatMap { state.approvalRule(of: $0) }
        let origin =
            rule.map { rule in
                let place = rule.scope.server.map { "at \($0)" } ?? "at every server"
                return "a rule of \(rule.changedBy) for such calls \(place)"
            } ?? "the standard of a \(state.profile == .team ? "team" : "single user")'s vault"
        let category = subject.category.rawValue
        let article = category == "administrative" ? "an" : "a"
        return "\(article) \(category) call that is \(subject.risk.rawValue) asks \(subject.terms), by \(origin)"
    }

    private static func previous(_ approval: Approval, in state: VaultState) -> Previous? {
        let subject = approval.subject
        let earlier = state.approvals[at: subject.tool].filter { $0.id != approval.id && $0.used != nil }
        guard let last = earlier.max(by: { $0.lastChange < $1.lastChange }), let used = last.used else { return nil }
        let before = last.subject
        var others: [String] = []
        if before.toolRecord != subject.toolRecord { others.append("the tool was registered anew") }
        if before.acceptedDigest != subject.acceptedDigest || before.presentedDigest != subject.presentedDigest {
            others.append("the tool's definition")
        }
        if before.risk != subject.risk || before.category != subject.category { others.append("the tool's class") }
        if before.onBehalfOf != subject.onBehalfOf { others.append("the claimed user") }
        if before.releases != subject.releases { others.append("what would be released") }
        return Previous(
            id: last.name,
            used: used,
            arguments: ArgumentChange.between(before.arguments, subject.arguments),
            others: others
        )
    }
}
