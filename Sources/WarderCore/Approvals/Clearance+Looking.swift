import HashTreeCollections
import WarderModel

/// What stands between a call and what it asks for, as far as people go. Looking changes nothing: what decides acts on
/// it, and what explains says it.
extension Clearance {
    enum Outlook {
        /// Nobody has to be asked.
        case free
        /// Somebody has just said no to this very call.
        case denied(Approval)
        /// Somebody said yes in advance.
        case standing(StandingApproval, ApprovalSubject)
        /// People said yes to this very call.
        case approved(Approval)
        /// They were asked about it, and have not said enough yet.
        case pending(Approval)
        /// They have to be asked about it.
        case unasked(ApprovalSubject)
    }

    /// A no to this very call goes before any yes in advance.
    ///
    /// - Throws: `approvalRequired` where a server would have to wait before it runs, `versionMissing` where there is
    ///   nothing to release, `valueDamaged` while a rule cannot be read.
    static func look(
        _ demand: Tokens.Demand,
        _ tool: Tool,
        _ releases: [Release],
        _ peer: Peer,
        in state: VaultState,
        at now: Timestamp
    ) throws(Refusal) -> Outlook {
        let asked = releases.filter { $0.grant.approval == .byClass }
        guard !asked.isEmpty else { return .free }
        // It may have asked for more people than what is left does.
        guard !state.lost.mayHideApprovalRule else { throw .valueDamaged }
        let terms = state.approvalTerms(of: tool)
        guard !terms.isEmpty else { return .free }
        // What a server needs just to run cannot wait for anybody.
        guard tool.name.tool != .launch else { throw .approvalRequired }
        let subject = try subject(demand, tool, asked, terms, peer, in: state)
        if let denial = denial(of: subject, in: state, at: now) { return .denied(denial) }
        if let standing = standing(for: subject, tool, in: state, at: now) { return .standing(standing, subject) }
        return known(subject, in: state, at: now) ?? .unasked(subject)
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

    private static func denial(of subject: ApprovalSubject, in state: VaultState, at now: Timestamp) -> Approval? {
        state.approvals[at: subject.tool].filter { $0.isDenied(at: now) }.first { $0.subject == subject }
    }

    /// The one that ends first, so that none ends for nothing.
    private static func standing(
        for subject: ApprovalSubject,
        _ tool: Tool,
        in state: VaultState,
        at now: Timestamp
    ) -> StandingApproval? {
        let name = subject.tool
        let scopes = [name.tool, nil].map { StandingApproval.Scope(server: name.server, tool: $0) }
        let usable = scopes.flatMap { state.standingApprovals[at: $0] }.filter {
            $0.holds(at: now) && $0.covers(arguments: subject.arguments)
                && state.covers($0, tool, asking: subject.uid)
        }
        return usable.min { ($0.expires, $0.name) < ($1.expires, $1.name) }
    }

    /// What people were asked of this very call: what they said yes to, wherever it stands, or else what waits for them.
    private static func known(_ subject: ApprovalSubject, in state: VaultState, at now: Timestamp) -> Outlook? {
        let known = state.approvals[at: subject.tool].filter { $0.subject == subject }
            .sorted { ($0.requested, $0.name) > ($1.requested, $1.name) }
        // A yes that came back with its token is older than what was asked meanwhile.
        if let approved = known.first(where: { state.standing(of: $0, at: now) == .approved }) {
            return .approved(approved)
        }
        return known.first { state.standing(of: $0, at: now) == .pending }.map { .pending($0) }
    }

    /// Whether one more call may wait for people.
    static func hasRoom(
        for subject: ApprovalSubject,
        of process: ProcessIdentity,
        in state: VaultState,
        at now: Timestamp
    ) -> Bool {
        let pending = state.approvals.values.filter { state.standing(of: $0, at: now) == .pending }
        return pending.count < Approvals.mostPending
            && pending.count(where: { $0.subject.tool.server == subject.tool.server }) < Approvals.mostPendingOfServer
            && pending.count(where: { state.askers[$0.name] == process }) < Approvals.mostPendingOfProcess
    }
}
