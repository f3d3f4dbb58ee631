import HashTreeCollections
package import SecretMemory
package import WarderModel

/// What servers ask with tokens, and what operators ask about them.
package enum Tokens {
    /// Live tokens at most, all servers together. Each takes about half a kilobyte of memory.
    static let maximumLive = 50_000
    /// Live tokens of one process at most: nobody takes the others' share.
    static let maximumPerProcess = 2_000

    /// What a server wants a token for.
    package struct Demand: Sendable {
        /// The tool alone, or with its server.
        package enum Name: Sendable {
            case whole(ToolID)
            case bare(ToolName)
        }

        package var tool: Name
        /// SHA-256 of the tool's definition, lowercase hex.
        package var toolDigest: String?
        /// Canonical JSON of the call's arguments.
        package var arguments: [UInt8]?
        package var claims: Claims
        /// Seconds; shortened to what the grants allow.
        package var lifetime: Int64?

        package init(
            tool: Name,
            toolDigest: String? = nil,
            arguments: [UInt8]? = nil,
            claims: Claims = Claims(),
            lifetime: Int64? = nil
        ) {
            self.tool = tool
            self.toolDigest = toolDigest
            self.arguments = arguments
            self.claims = claims
            self.lifetime = lifetime
        }
    }

    /// A new or renewed token.
    package struct Issued: Sendable {
        /// The bearer text as bytes of ASCII; `nil` when an old token was renewed. Nothing else in the vault can say it
        /// again.
        package let text: SecretBytes?
        package let accessor: TokenAccessor
        package let expires: Timestamp
        package let expiresInSeconds: Int64
        /// Secrets it can resolve, by name.
        package let secrets: [SecretName]
    }

    /// What a resolve came to.
    package enum Resolved: Sendable {
        case value(Opened)
        /// The caller has this version already.
        case notModified(version: UInt32)
    }

    // MARK: Servers

    /// Issues a token for one tool, bound to the process that asks.
    package static func issue(_ demand: Demand, by caller: Caller) -> Command<Issued> {
        Command(.tokenIssue, by: caller, describe: { describe(demand, &$0) }) { transaction, event throws(Refusal) in
            let (tool, peer) = try admit(demand, caller, &transaction, &event)
            let grants = try usableGrants(of: tool, peer: peer, in: transaction)
            try makeRoom(for: peer.process, &transaction)
            let longest = grants.map(\.lifetime).max() ?? Token.defaultLifetime
            let lifetime = min(demand.lifetime ?? Token.defaultLifetime, longest, Token.maximumLifetime)
            let now = transaction.now
            let token = Token(
                accessor: TokenAccessor(random: transaction.keys.newRecordID()),
                tool: tool.name,
                process: peer.process,
                issued: now,
                expires: now.adding(seconds: lifetime),
                hardLimit: now.adding(seconds: longest),
                claims: demand.claims
            )
            let body = SecureRandom.bytes(count: 32)
            let hash = transaction.keys.hash(PresentedToken(body: body))
            transaction.state.tokens[hash] = token
            event.token = token.accessor
            event.changes = ["lifetime=\(lifetime)s"] + approvalWaivers(grants, tool, in: transaction.state)
            let text: SecretBytes
            do { text = try SecretBytes(copying: Array(TokenText.encode(body).utf8)) } catch { throw .memoryNotLocked }
            return Issued(
                text: text,
                accessor: token.accessor,
                expires: token.expires.wall,
                expiresInSeconds: lifetime,
                secrets: grants.map(\.secret)
            )
        }
    }

    /// Prolongs a token, never past its hard limit and never for another process.
    package static func renew(_ presented: PresentedToken?, by caller: Caller) -> Command<Issued> {
        Command(.tokenRenew, by: caller) { transaction, event throws(Refusal) in
            var (hash, token) = try find(presented, caller, in: transaction, &event)
            let (tool, peer) = try admit(token, caller, transaction)
            let grants = try usableGrants(of: tool, peer: peer, in: transaction)
            let wanted = transaction.now.adding(seconds: min(Token.defaultLifetime, grants.map(\.lifetime).max() ?? 0))
            let allowed = token.hardLimit.isBefore(wanted) ? token.hardLimit : wanted
            if token.expires.isBefore(allowed) { token.expires = allowed }
            transaction.state.tokens[hash] = token
            let left = (token.expires.uptime - transaction.now.uptime) / 1000
            event.changes = ["lifetime=\(left)s"]
            return Issued(
                text: nil,
                accessor: token.accessor,
                expires: token.expires.wall,
                expiresInSeconds: left,
                secrets: grants.map(\.secret)
            )
        }
    }

    /// A server gives its token back.
    package static func drop(_ presented: PresentedToken?, by caller: Caller) -> Command<Void> {
        Command(.tokenDrop, by: caller) { transaction, event throws(Refusal) in
            let (hash, _) = try find(presented, caller, in: transaction, &event)
            transaction.state.tokens[hash] = nil
        }
    }

    /// Opens a field of a secret for the tool that the token is for.
    ///
    /// `known`: the version that the caller has already.
    package static func resolve(
        _ name: SecretName,
        field: FieldName,
        with presented: PresentedToken?,
        known: UInt32?,
        by caller: Caller
    ) -> Command<Resolved> {
        Command(
            .secretResolve,
            by: caller,
            describe: {
                $0.secret = name
                $0.fields = [field]
            }
        ) { transaction, event throws(Refusal) in
            var (hash, token) = try find(presented, caller, in: transaction, &event)
            let (tool, peer) = try admit(token, caller, transaction)
            let grant = try grant(of: tool, for: name, peer: peer, in: transaction)
            guard transaction.now.uptime - token.issued.uptime <= grant.lifetime * 1000 else { throw .tokenExpired }
            if let limit = grant.allowedUses(by: tool.risk), token.used[name, default: 0] >= limit {
                throw .tokenExhausted
            }
            let (secret, version) = try current(name, field, grant, in: transaction, &event)
            if known == version.number { return .notModified(version: version.number) }
            let opened = try Secrets.open(field, of: version, of: secret, in: transaction)
            token.used[name, default: 0] += 1
            transaction.state.tokens[hash] = token
            return .value(opened)
        }
    }

    /// Issues, uses and consumes a token in one step.
    package static func resolveOnce(
        _ name: SecretName,
        field: FieldName,
        for demand: Demand,
        by caller: Caller
    ) -> Command<Opened> {
        Command(
            .secretResolve,
            by: caller,
            describe: {
                describe(demand, &$0)
                $0.secret = name
                $0.fields = [field]
            }
        ) { transaction, event throws(Refusal) in
            let (tool, peer) = try admit(demand, caller, &transaction, &event)
            let grant = try grant(of: tool, for: name, peer: peer, in: transaction)
            event.changes = approvalWaivers([grant], tool, in: transaction.state)
            let (secret, version) = try current(name, field, grant, in: transaction, &event)
            event.token = TokenAccessor(random: transaction.keys.newRecordID())
            return try Secrets.open(field, of: version, of: secret, in: transaction)
        }
    }

    /// How a call went, as the server tells it.
    package static func report(
        _ outcome: CallOutcome,
        with presented: PresentedToken?,
        by caller: Caller
    ) -> Command<Void> {
        Command(.callReport, by: caller) { transaction, event throws(Refusal) in
            _ = try find(presented, caller, in: transaction, &event)
            event.changes = outcome.eventTexts
        }
    }

    // MARK: Operators

    /// Live tokens, newest first. Requires `admin` or `auditor`.
    package static func list(by caller: Caller) -> Command<[Token]> {
        Command(.tokenList, by: caller) { transaction, event throws(Refusal) in
            let live = transaction.state.tokens.values.filter { transaction.now.isBefore($0.expires) }
            event.changes = ["count=\(live.count)"]
            return live.sorted { $1.issued.isBefore($0.issued) }
        }
    }

    /// Ends a token by its public name; the next request with it fails. Requires `admin`.
    package static func revoke(_ accessor: TokenAccessor, by caller: Caller) -> Command<Void> {
        Command(.tokenRevoke, by: caller, describe: { $0.token = accessor }) { transaction, event throws(Refusal) in
            guard let (hash, token) = transaction.state.tokens.first(where: { $0.value.accessor == accessor }) else {
                throw .notFound
            }
            event.tool = token.tool
            event.server = token.tool.server
            transaction.state.tokens[hash] = nil
        }
    }

    // MARK: Shared

    private static func describe(_ demand: Demand, _ event: inout Event) {
        if case .whole(let tool) = demand.tool {
            event.tool = tool
            event.server = tool.server
        }
        event.toolDigest = demand.toolDigest
        event.onBehalfOf = demand.claims.onBehalfOf
        event.agent = demand.claims.agent
        event.session = demand.claims.session
        event.purpose = demand.claims.purpose
    }

    /// The token behind a bearer text, if it works from this process now.
    private static func find(
        _ presented: PresentedToken?,
        _ caller: Caller,
        in transaction: borrowing Transaction,
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
        guard transaction.now.isBefore(token.expires) else { throw .tokenExpired }
        return (hash, token)
    }

    /// Whether a demand names a tool of the peer's own server, with the definition that was accepted.
    private static func admit(
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
            guard let server = servers.first else { throw .unknownPeer }
            guard servers.count == 1 else { throw .serverAmbiguous }
            name = ToolID(server: server.name, tool: bare)
            event.tool = name
            event.server = server.name
        }
        let tool = try tool(name, of: peer, in: state)
        if let accepted = tool.definitionDigest {
            guard let presented = demand.toolDigest else { throw .toolDigestMissing }
            guard presented == accepted else { throw .toolDigestMismatch }
        }
        return (tool, peer)
    }

    private static func admit(
        _ token: Token,
        _ caller: Caller,
        _ transaction: borrowing Transaction
    ) throws(Refusal) -> (Tool, Peer) {
        guard let peer = caller.peer else { throw .unknownPeer }
        return (try tool(token.tool, of: peer, in: transaction.state), peer)
    }

    private static func tool(_ name: ToolID, of peer: Peer, in state: VaultState) throws(Refusal) -> Tool {
        guard let server = state.servers[name.server], server.selectors.match(peer) else {
            throw refusal(of: name, to: peer, in: state)
        }
        guard server.quarantine == nil else { throw .serverQuarantined }
        guard let tool = state.tools[name] else { throw .toolMissing }
        return tool
    }

    /// Why a tool is not this peer's.
    private static func refusal(of name: ToolID, to peer: Peer, in state: VaultState) -> Refusal {
        if state.servers(matching: peer).isEmpty { return .unknownPeer }
        return state.servers[name.server] == nil ? .toolMissing : .toolOfAnotherServer
    }

    /// Grants of a tool that hold now; the first reason where none does.
    private static func usableGrants(
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

    private static func grant(
        of tool: Tool,
        for secret: SecretName,
        peer: Peer,
        in transaction: borrowing Transaction
    ) throws(Refusal) -> Grant {
        guard let grant = transaction.state.grants[GrantKey(tool: tool.name, secret: secret)] else {
            throw .grantMissing
        }
        try check(grant, tool, peer, in: transaction)
        return grant
    }

    private static func check(
        _ grant: Grant,
        _ tool: Tool,
        _ peer: Peer,
        in transaction: borrowing Transaction
    ) throws(Refusal) {
        if let expires = grant.expires, expires <= transaction.now.wall { throw .grantExpired }
        guard peer.attestation >= grant.minimumAttestation else { throw .attestationTooWeak }
        if grant.approval == .byClass, tool.needsApproval(in: transaction.state.profile) { throw .approvalRequired }
    }

    private static func current(
        _ name: SecretName,
        _ field: FieldName,
        _ grant: Grant,
        in transaction: borrowing Transaction,
        _ event: inout Event
    ) throws(Refusal) -> (Secret, SecretVersion) {
        guard grant.fields.contains(field) else { throw .fieldNotGranted }
        let secret = try Secrets.live(name, in: transaction.state)
        guard let version = secret.current else { throw .versionMissing }
        event.version = version.number
        return (secret, version)
    }

    /// Says in the event that a call went without the approval that its class asks for.
    private static func approvalWaivers(_ grants: [Grant], _ tool: Tool, in state: VaultState) -> [String] {
        guard tool.needsApproval(in: state.profile) else { return [] }
        return grants.filter { $0.approval == .none }.map { "approval=none/\($0.secret)" }
    }

    /// Looks at all tokens only when there are many: the writer's thread must not be held up by somebody who asks for
    /// ever more.
    private static func makeRoom(for process: ProcessIdentity, _ transaction: inout Transaction) throws(Refusal) {
        guard transaction.state.tokens.count >= maximumPerProcess else { return }
        let now = transaction.now
        transaction.state.tokens = transaction.state.tokens.filter { now.isBefore($0.value.expires) }
        guard transaction.state.tokens.count < maximumLive else { throw .tokenLimit }
        let own = transaction.state.tokens.values.count { $0.process == process }
        guard own < maximumPerProcess else { throw .tokenLimit }
    }
}

/// What a server says about the end of a call.
package struct CallOutcome: Sendable {
    package enum Kind: String, Sendable {
        case ok, error, refused
    }

    package var kind: Kind
    package var durationMilliseconds: Int64?
    /// SHA-256 of what the tool returned, lowercase hex.
    package var outputsDigest: String?
    package var changed: PlainText?

    package init(kind: Kind, durationMilliseconds: Int64?, outputsDigest: String?, changed: PlainText?) {
        self.kind = kind
        self.durationMilliseconds = durationMilliseconds
        self.outputsDigest = outputsDigest
        self.changed = changed
    }

    var eventTexts: [String] {
        var texts = ["outcome=\(kind.rawValue)"]
        if let durationMilliseconds { texts.append("call_ms=\(durationMilliseconds)") }
        if let outputsDigest { texts.append("outputs=\(outputsDigest)") }
        if let changed { texts.append("changed=\(changed)") }
        return texts
    }
}
