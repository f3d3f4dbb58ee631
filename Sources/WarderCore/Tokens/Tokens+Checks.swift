import HashTreeCollections
import WarderModel

/// When a token, a tool and a grant hold, for a process, now.
extension Tokens {
    /// The token behind a bearer text, if it works from this process now.
    ///
    /// `patience`: seconds after its end in which it will do all the same.
    static func find(
        _ presented: PresentedToken?,
        _ caller: Caller,
        in transaction: borrowing Transaction,
        patience: Int64 = 0,
        _ event: inout Event
    ) throws(Refusal) -> (TokenHash, Token) {
        guard let presented else { throw .tokenMissing }
        let hash = transaction.keys.hash(presented)
        guard let token = transaction.state.tokens[hash] else { throw .tokenUnknown }
        event.token = token.accessor
        event.tool = token.tool
        event.server = token.tool.server
        event.onBehalfOf = token.claims.onBehalfOf
        event.agent = token.claims.agent
        event.session = token.claims.session
        event.purpose = token.claims.purpose
        guard token.process == caller.peer?.process else { throw .tokenOfAnotherProcess }
        guard transaction.now.isBefore(token.expires.adding(seconds: patience)) else { throw .tokenExpired }
        return (hash, token)
    }

    /// Whether a demand names a tool of the peer's own server, with the definition that was accepted. Takes its share
    /// of the server's limit.
    static func admit(
        _ demand: Demand,
        _ caller: Caller,
        _ transaction: inout Transaction,
        _ event: inout Event
    ) throws(Refusal) -> (Tool, Peer) {
        guard let peer = caller.peer else { throw .unknownPeer }
        if let arguments = demand.arguments {
            event.argumentsDigest = transaction.keys.fingerprint(arguments: arguments)
        }
        let state = transaction.state
        let name: ToolID
        switch demand.tool {
        case .whole(let whole):
            name = whole
        case .bare(let bare):
            let servers = state.servers(matching: peer)
            guard let server = servers.first else { throw peer.refusalOfStranger }
            guard servers.count == 1 else { throw .serverAmbiguous }
            name = ToolID(server: server.name, tool: bare)
            event.tool = name
            event.server = server.name
        }
        if let share = share(of: name, for: peer, in: state) { try transaction.takeShare(share) }
        let tool = try tool(name, of: peer, in: state)
        if let refusal = tool.refusal(presenting: demand.toolDigest) { throw refusal }
        return (tool, peer)
    }

    static func admit(
        _ token: Token,
        _ caller: Caller,
        _ transaction: borrowing Transaction
    ) throws(Refusal) -> (Tool, Peer) {
        guard let peer = caller.peer else { throw .unknownPeer }
        let tool = try tool(token.tool, of: peer, in: transaction.state)
        guard tool.offer == nil else { throw .toolChanged }
        return (tool, peer)
    }

    private static func tool(_ name: ToolID, of peer: Peer, in state: VaultState) throws(Refusal) -> Tool {
        let server = try server(of: name, for: peer, in: state)
        try checkQuarantine(of: server)
        try checkLauncher(for: name, of: server, peer)
        return try tool(name, in: state)
    }

    /// Grants of a tool that hold now; the first reason where none does.
    static func usableGrants(
        of tool: Tool,
        peer: Peer,
        in transaction: borrowing Transaction
    ) throws(Refusal) -> [Grant] {
        var usable: [Grant] = []
        var reason = Refusal.grantMissing
        for grant in transaction.state.grants(of: tool.name) {
            do throws(Refusal) {
                try check(grant, tool, peer, in: transaction)
                usable.append(grant)
            } catch { reason = error }
        }
        guard !usable.isEmpty else { throw reason }
        return usable
    }

    static func grant(
        of tool: Tool,
        for secret: SecretName,
        peer: Peer,
        in transaction: borrowing Transaction
    ) throws(Refusal) -> Grant {
        let grant = try grant(GrantKey(tool: tool.name, secret: secret), in: transaction.state)
        try check(grant, tool, peer, in: transaction)
        return grant
    }

    private static func check(
        _ grant: Grant,
        _ tool: Tool,
        _ peer: Peer,
        in transaction: borrowing Transaction
    ) throws(Refusal) {
        try checkEnd(of: grant, at: transaction.now.wall)
        try checkAttestation(of: peer, under: grant)
    }

    /// Whether a token may be used under a grant as far as people had to be asked; if so, whether somebody was.
    ///
    /// What they said has to count still: a token does not outlive the rule that it was approved under, nor the role of
    /// who approved it.
    ///
    /// - Throws: `approvalRequired` where nobody was asked, or about something else.
    static func isApproved(
        _ token: Token,
        _ tool: Tool,
        _ grant: Grant,
        in state: VaultState
    ) throws(Refusal) -> Bool {
        guard grant.approval == .byClass, state.needsApproval(tool) else { return false }
        switch token.clearance {
        case .free: throw .approvalRequired
        case .standing(let id, _):
            guard let standing = state.standingApprovals[id], state.covers(standing, tool, asking: token.process.uid)
            else { throw .approvalRequired }
        case .approval(let id, let releases):
            guard releases.contains(where: { $0.secret == grant.secret }), let approval = state.approvals[id],
                approval.subject.terms == state.approvalTerms(of: tool),
                approval.isCarried(by: state.electorate(for: approval.subject))
            else { throw .approvalRequired }
        }
        return true
    }

    /// Whether people said yes to this very version and these fields.
    static func check(
        _ token: Token,
        covers fields: [FieldName],
        _ version: UInt32,
        of secret: Secret
    ) throws(Refusal) {
        guard case .approval(_, let releases) = token.clearance else { return }
        let isCovered = releases.contains {
            $0.secret == secret.name && $0.record == secret.id && $0.version == version
                && fields.allSatisfy($0.fields.contains)
        }
        guard isCovered else { throw .approvalRequired }
    }

    /// Says in the event that a call went without the approval that its class asks for.
    static func approvalWaivers(_ grants: [Grant], _ tool: Tool, in state: VaultState) -> [String] {
        guard state.needsApproval(tool) else { return [] }
        return grants.filter { $0.approval == .none }.map { "approval=none/\($0.secret)" }
    }
}
