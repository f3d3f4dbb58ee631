import HashTreeCollections
import WarderModel

/// What a grant would release, and whether anybody has to be asked first.
struct Release {
    let grant: Grant
    let fields: [FieldName]
}

/// Whether a call may have what it asks for now.
enum Clearance {
    case clear(Token.Clearance)
    case waits(ApprovalStatus)

    /// Decides about a call, and uses up what lets it through: a standing approval by one, an approval for good. Where
    /// people have to be asked, the request for that is made.
    ///
    /// - Throws: as `look`, and `approvalDenied` for a call that somebody has just said no to, `approvalLimit` where too
    ///   many wait.
    static func ask(
        _ demand: Tokens.Demand,
        _ tool: Tool,
        _ releases: [Release],
        _ peer: Peer,
        _ transaction: inout Transaction,
        _ event: inout Event
    ) throws(Refusal) -> Clearance {
        let now = transaction.now.wall
        switch try look(demand, tool, releases, peer, in: transaction.state, at: now) {
        case .free: return .clear(.free)
        case .denied(let approval):
            event.approval = approval.name.text
            throw .approvalDenied
        case .standing(var standing, let subject):
            let call = try transaction.keys.fingerprint(subject)
            standing.count(at: now)
            event.changes.append("remaining=\(standing.remaining)")
            try transaction.put(standing, &event)
            event.approval = standing.name.text
            return .clear(.standing(standing.id, call: call))
        case .approved(var approval):
            approval.use(at: now)
            event.approval = approval.name.text
            transaction.endAsking(&event)
            try transaction.put(approval, &event)
            return .clear(.approval(approval.name, approval.subject.releases))
        case .pending(let approval):
            // Answered, and nothing was given: the log says that the call was made again in vain, and then how often.
            event.approval = approval.name.text
            event.decision = .refused
            event.reason = .approvalPending
            transaction.tellOnce(&event)
            return .waits(transaction.state.status(of: approval, at: now))
        case .unasked(let subject): return try request(subject, demand, peer, &transaction, &event)
        }
    }

    /// Undoes the use of what let a token through that has opened nothing and is gone: a server that needs several may
    /// get some of them alone, and then makes no call.
    static func giveBack(
        _ clearance: Token.Clearance,
        _ transaction: inout Transaction,
        _ event: inout Event
    ) throws(Refusal) {
        switch clearance {
        case .free: return
        case .approval(let name, _):
            guard var approval = transaction.state.approvals[name] else { return }
            approval.giveBack()
            try transaction.put(approval, &event)
            event.changes.append("approval=returned")
        case .standing(let id, _):
            guard var standing = transaction.state.standingApprovals[id] else { return }
            standing.giveBack()
            try transaction.put(standing, &event)
            event.changes.append("remaining=\(standing.remaining)")
        }
        event.approval = clearance.name
    }

    private static func request(
        _ subject: ApprovalSubject,
        _ demand: Tokens.Demand,
        _ peer: Peer,
        _ transaction: inout Transaction,
        _ event: inout Event
    ) throws(Refusal) -> Clearance {
        let now = transaction.now.wall
        transaction.forgetOldApprovals(&event)
        guard hasRoom(for: subject, of: peer.process, in: transaction.state, at: now) else { throw .approvalLimit }
        let approval = Approval(
            id: transaction.keys.newRecordID(),
            subject: subject,
            claims: demand.claims,
            requested: now
        )
        try transaction.put(approval, &event)
        transaction.state.askers[approval.name] = peer.process
        // No credential was given: what happened is that somebody is asked for one.
        event.action = .approvalRequest
        event.approval = approval.name.text
        event.changes += ["votes=\(subject.terms)"] + subject.releases.map { "release=\($0.secret)@\($0.version)" }
        return .waits(transaction.state.status(of: approval, at: now))
    }
}

extension Transaction {
    /// Lets approvals go that have ended: after a week, and the oldest of too many. What needs a review stays, and so
    /// does the newest of each tool, which the next one is compared with.
    mutating func forgetOldApprovals(_ event: inout Event) {
        let ended = state.approvals.values.filter { approval in
            switch state.standing(of: approval, at: now.wall) {
            case .pending, .approved: false
            // Asked for again, the no still holds.
            case .denied, .expired, .used, .void: !approval.awaitsReview
            }
        }.sorted { ($0.lastChange, $0.name) < ($1.lastChange, $1.name) }
        var newest: [ToolID: RecordID] = [:]
        for approval in ended where approval.used != nil { newest[approval.subject.tool] = approval.id }
        let limit = now.wall.adding(seconds: -Approvals.remembered)
        for (index, approval) in ended.enumerated() where newest[approval.subject.tool] != approval.id {
            let isOneTooMany = ended.count - index > Approvals.mostEnded
            if isOneTooMany || approval.lastChange < limit { remove(approval, &event) }
        }
    }
}
