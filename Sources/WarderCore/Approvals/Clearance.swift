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
    /// people have to be asked, the request for that is made. A no to this very call goes before any yes in advance.
    ///
    /// - Throws: `approvalRequired` where a server would have to wait before it runs, `approvalDenied` for a call that
    ///   somebody has just said no to, `approvalLimit` where too many wait, `versionMissing` where there is nothing to
    ///   release, `valueDamaged` while a rule cannot be read.
    static func ask(
        _ demand: Tokens.Demand,
        _ tool: Tool,
        _ releases: [Release],
        _ peer: Peer,
        _ transaction: inout Transaction,
        _ event: inout Event
    ) throws(Refusal) -> Clearance {
        let asked = releases.filter { $0.grant.approval == .byClass }
        guard !asked.isEmpty else { return .clear(.free) }
        // It may have asked for more people than what is left does.
        guard !transaction.state.lost.hidesApprovalRule else { throw .valueDamaged }
        let terms = transaction.state.approvalTerms(of: tool)
        guard !terms.isEmpty else { return .clear(.free) }
        // What a server needs just to run cannot wait for anybody.
        guard tool.name.tool != .launch else { throw .approvalRequired }
        let subject = try subject(demand, tool, asked, terms, peer, in: transaction.state)
        try refuseDenied(subject, transaction, &event)
        if let standing = useStanding(subject, tool, &transaction, &event) {
            try transaction.put(standing, &event)
            event.approval = standing.name.text
            return .clear(.standing(standing.id))
        }
        if let known = try find(subject, demand, &transaction, &event) { return known }
        return try request(subject, demand, peer, &transaction, &event)
    }

    private static func subject(
        _ demand: Tokens.Demand,
        _ tool: Tool,
        _ releases: [Release],
        _ terms: ApprovalTerms,
        _ peer: Peer,
        in state: VaultState
    ) throws(Refusal) -> ApprovalSubject {
        guard let server = state.servers[tool.name.server] else { throw .toolMissing }
        let bound = releases.compactMap { release -> ApprovalSubject.Release? in
            guard let secret = state.secrets[release.grant.secret], let version = secret.standing else { return nil }
            return ApprovalSubject.Release(
                secret: secret.name,
                record: secret.id,
                version: version,
                // In whatever order they are asked for, it is the same call.
                fields: release.fields.sorted()
            )
        }
        // Nobody is asked about a call that would get nothing.
        guard !bound.isEmpty else { throw .versionMissing }
        return ApprovalSubject(
            tool: tool,
            serverRecord: server.id,
            presentedDigest: demand.toolDigest,
            arguments: demand.arguments.map { String(decoding: $0, as: UTF8.self) },
            onBehalfOf: demand.claims.onBehalfOf,
            uid: peer.uid,
            releases: bound,
            terms: terms
        )
    }

    private static func refuseDenied(
        _ subject: ApprovalSubject,
        _ transaction: borrowing Transaction,
        _ event: inout Event
    ) throws(Refusal) {
        let now = transaction.now.wall
        let denied = transaction.state.approvals[at: subject.tool].filter { $0.isDenied(at: now) }
        guard let denial = denied.first(where: { $0.subject == subject }) else { return }
        event.approval = denial.name.text
        throw .approvalDenied
    }

    /// The one that ends first, so that none ends for nothing.
    private static func useStanding(
        _ subject: ApprovalSubject,
        _ tool: Tool,
        _ transaction: inout Transaction,
        _ event: inout Event
    ) -> StandingApproval? {
        let now = transaction.now.wall
        let state = transaction.state
        let name = subject.tool
        let scopes = [name.tool, nil].map { StandingApproval.Scope(server: name.server, tool: $0) }
        let usable = scopes.flatMap { state.standingApprovals[at: $0] }.filter {
            $0.holds(at: now) && $0.covers(arguments: subject.arguments)
                && state.covers($0, tool, asking: subject.uid)
        }
        guard var standing = usable.min(by: { ($0.expires, $0.name) < ($1.expires, $1.name) }) else { return nil }
        standing.count(at: now)
        event.changes.append("remaining=\(standing.remaining)")
        return standing
    }

    /// What is known of this very call.
    private static func find(
        _ subject: ApprovalSubject,
        _ demand: Tokens.Demand,
        _ transaction: inout Transaction,
        _ event: inout Event
    ) throws(Refusal) -> Clearance? {
        let now = transaction.now.wall
        let known = transaction.state.approvals[at: subject.tool].filter { $0.subject == subject }
        for var approval in known.sorted(by: { ($0.requested, $0.name) > ($1.requested, $1.name) }) {
            switch transaction.state.standing(of: approval, at: now) {
            case .approved:
                approval.use(at: now)
                event.approval = approval.name.text
                try transaction.put(approval, &event)
                return .clear(.approval(approval.name, subject.releases))
            case .pending:
                // Answered, and nothing was given: the log says that the call was made again in vain.
                event.approval = approval.name.text
                event.decision = .refused
                event.reason = .approvalPending
                return .waits(transaction.state.status(of: approval, at: now))
            case .denied, .expired, .used, .void: continue
            }
        }
        return nil
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
        let pending = transaction.state.approvals.values.filter {
            transaction.state.standing(of: $0, at: now) == .pending
        }
        guard pending.count < Approvals.mostPending,
            pending.count(where: { $0.subject.tool.server == subject.tool.server }) < Approvals.mostPendingOfServer,
            pending.count(where: { transaction.state.askers[$0.name] == peer.process }) < Approvals.mostPendingOfProcess
        else { throw .approvalLimit }
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
