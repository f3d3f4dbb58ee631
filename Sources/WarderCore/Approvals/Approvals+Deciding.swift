import HashTreeCollections
package import WarderModel

/// What people say to a request.
extension Approvals {
    /// Says yes. Requires `approver` or `admin`, a seat that the rule asks for, and presence.
    ///
    /// - Throws: `approvalOwn` for who asks, `approvalNotYours` without a seat, `approvalTwice`, `approvalExpired`,
    ///   `approvalDecided`, `approvalStale` where it is about another call by now.
    package static func approve(_ id: ApprovalID, reason: PlainText, by caller: Caller) -> Command<Approval> {
        decide(.approvalApprove, id, reason, by: caller) { approval, person, transaction, _ throws(Refusal) in
            let state = transaction.state
            try checkOpen(approval, in: state, at: transaction.now.wall)
            guard !state.asks(person, for: approval.subject) else { throw .approvalOwn }
            let seats = state.seats(of: person, for: approval.subject)
            guard !seats.isDisjoint(with: approval.subject.terms.seats) else { throw .approvalNotYours }
            let before = approval.votes.first { $0.uid == person.uid || $0.name == person.name }
            // Where nothing is missing, a vote counts again that did not for a while: then it begins anew.
            if let before, before.person == person.id, !state.missing(of: approval).isEmpty { throw .approvalTwice }
            let vote = Approval.Vote(person: person, time: transaction.now.wall, reason: reason)
            approval.approve(vote, state.electorate(for: approval.subject))
        }
    }

    /// Says no, which ends it: one no is enough, also of who asks. A yes whose token has opened nothing so far is taken
    /// back, and the token ends; so does every other yes to the same call, also one in advance. Requires `approver` or `admin`.
    ///
    /// - Throws: `approvalExpired`, `approvalDecided`.
    package static func deny(_ id: ApprovalID, reason: PlainText, by caller: Caller) -> Command<Approval> {
        decide(.approvalDeny, id, reason, by: caller) { approval, person, transaction, event throws(Refusal) in
            let sameCall = transaction.state.others(like: approval)
            let unopened = Tokens.unopened(of: [id] + sameCall.map(\.name), in: transaction)
            let vote = Approval.Vote(person: person, time: transaction.now.wall, reason: reason)
            if let refusal = transaction.state.deny(&approval, vote, isUnopened: unopened.contains(id)) {
                throw refusal
            }
            for var other in sameCall {
                let isUnopened = unopened.contains(other.name)
                // What has come to its end stays what it is.
                guard transaction.state.deny(&other, vote, isUnopened: isUnopened) == nil else { continue }
                try transaction.put(other, &event)
                event.changes.append("denied/\(other.name)")
            }
            if !unopened.isEmpty { Tokens.endUnopened(of: unopened, &transaction, &event) }
            try Tokens.endUnopened(of: approval.subject, &transaction, &event)
        }
    }

    /// Lets it through alone, in an emergency. Requires `admin`, and presence in a team too; somebody else has to look
    /// at it afterwards.
    ///
    /// - Throws: `approvalOwn` for who asks, `reviewOwed` where nobody has looked at what they let through before,
    ///   `approvalExpired`, `approvalDecided`, `approvalStale`.
    package static func breakGlass(_ id: ApprovalID, reason: PlainText, by caller: Caller) -> Command<Approval> {
        decide(.approvalBreakGlass, id, reason, by: caller) { approval, person, transaction, _ throws(Refusal) in
            let state = transaction.state
            try checkOpen(approval, in: state, at: transaction.now.wall)
            guard !state.asks(person, for: approval.subject) else { throw .approvalOwn }
            guard state.mayBreakGlass(person, at: transaction.now.wall) else { throw .reviewOwed }
            approval.breakGlass(Approval.Vote(person: person, time: transaction.now.wall, reason: reason))
        }
    }

    /// Says that somebody else has looked at what was let through alone; where one person does everything, that they
    /// have looked at it again. Requires `admin`, `approver` or `auditor`.
    ///
    /// - Throws: `approvalOwn` for who let it through, and for who asked; `nothingToUndo` where nothing waits for it.
    package static func review(_ id: ApprovalID, reason: PlainText, by caller: Caller) -> Command<Approval> {
        decide(.approvalReview, id, reason, by: caller) { approval, person, transaction, _ throws(Refusal) in
            guard let breakGlass = approval.breakGlass, approval.review == nil else { throw .nothingToUndo }
            let state = transaction.state
            let isAnother = breakGlass.uid != person.uid && breakGlass.name != person.name
            guard isAnother || state.profile == .singleUser, !state.asks(person, for: approval.subject) else {
                throw .approvalOwn
            }
            approval.review(Approval.Vote(person: person, time: transaction.now.wall, reason: reason))
        }
    }

    /// How many calls that a person let through alone may wait for somebody to look at them.
    static let mostUnreviewed = 3
    /// How long the first of them may, in seconds.
    static let reviewGrace: Int64 = 86_400

    /// Still asked, and about the call that it was asked for.
    private static func checkOpen(_ approval: Approval, in state: VaultState, at now: Timestamp) throws(Refusal) {
        switch state.standing(of: approval, at: now) {
        case .pending: break
        case .expired: throw .approvalExpired
        case .approved, .denied, .used, .void: throw .approvalDecided
        }
        guard state.differences(from: approval.subject).isEmpty else { throw .approvalStale }
    }

    private static func decide(
        _ action: Action,
        _ id: ApprovalID,
        _ reason: PlainText,
        by caller: Caller,
        _ change:
            @escaping @Sendable (inout Approval, Operator, inout Transaction, inout Event) throws(Refusal) -> Void
    ) -> Command<Approval> {
        Command(
            action,
            by: caller,
            describe: {
                $0.approval = id.text
                $0.purpose = reason
            }
        ) { transaction, event throws(Refusal) in
            guard let uid = caller.peer?.uid, let person = transaction.state.operators[uid] else {
                throw .notAnOperator
            }
            guard var approval = transaction.state.approvals[id] else { throw .notFound }
            describe(approval, &event, transaction.keys)
            try change(&approval, person, &transaction, &event)
            try transaction.put(approval, &event)
            event.changes.append(
                "standing=\(transaction.state.standing(of: approval, at: transaction.now.wall).rawValue)"
            )
            return approval
        }
    }
}

extension VaultState {
    /// What else people were asked about the very call that an approval is about: the same call may be made again while
    /// the token of the time before has opened nothing.
    fileprivate func others(like approval: Approval) -> [Approval] {
        approvals[at: approval.subject.tool].filter { $0.name != approval.name && $0.subject == approval.subject }
            .sorted { $0.name < $1.name }
    }

    /// Says no to one, where that is not too late.
    ///
    /// - Returns: why it is.
    fileprivate func deny(_ approval: inout Approval, _ vote: Approval.Vote, isUnopened: Bool) -> Refusal? {
        switch standing(of: approval, at: vote.time) {
        case .pending, .approved: break
        case .expired: return .approvalExpired
        case .used where isUnopened: approval.giveBack()
        case .used, .denied, .void: return .approvalDecided
        }
        approval.deny(vote)
        return nil
    }

    /// Whether somebody has looked at enough of what this person let through alone.
    fileprivate func mayBreakGlass(_ person: Operator, at now: Timestamp) -> Bool {
        let own = approvals.values.compactMap { $0.awaitsReview ? $0.breakGlass : nil }
            .filter { $0.uid == person.uid || $0.name == person.name }
        return own.count < Approvals.mostUnreviewed
            && own.allSatisfy { $0.time.adding(seconds: Approvals.reviewGrace) > now }
    }
}
