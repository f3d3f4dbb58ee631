import SecretMemory
import WarderModel

/// Getting a token, keeping it, and giving it back.
extension Tokens {
    /// Issues a token for one tool, bound to the process that asks; or asks people first, where the tool's calls need
    /// that.
    package static func issue(_ demand: Demand, by caller: Caller) -> Command<Requested<Issued>> {
        Command(.tokenIssue, by: caller, describe: { describe(demand, &$0) }) { transaction, event throws(Refusal) in
            var (tool, peer) = try admit(demand, caller, &transaction, &event)
            let grants = try usableGrants(of: tool, peer: peer, in: transaction)
            guard transaction.state.tokens.hasRoom(for: peer.process, of: tool.name.server) else { throw .tokenLimit }
            let releases = grants.map { Release(grant: $0, fields: $0.fields) }
            let clearance: Token.Clearance
            switch try Clearance.ask(demand, tool, releases, peer, &transaction, &event) {
            case .waits(let status): return .waits(status)
            case .clear(let given): clearance = given
            }
            let longest = grants.map(\.lifetime).max() ?? Token.defaultLifetime
            let lifetime = min(demand.lifetime ?? Token.defaultLifetime, longest, Token.maximumLifetime)
            let now = transaction.now
            let token = Token(
                accessor: TokenAccessor(random: transaction.keys.newRecordID()),
                tool: tool.name,
                process: peer.process,
                launch: peer.launch?.id,
                issued: now,
                expires: now.adding(seconds: lifetime),
                hardLimit: now.adding(seconds: longest),
                claims: demand.claims,
                clearance: clearance
            )
            let body = SecureRandom.bytes(count: 32)
            let hash = transaction.keys.hash(PresentedToken(body: body))
            transaction.state.tokens[hash] = token
            event.token = token.accessor
            event.changes += ["lifetime=\(lifetime)s"] + approvalWaivers(grants, tool, in: transaction.state)
            if tool.noteUse(at: now.wall) { try transaction.put(tool, &event) }
            let text: SecretBytes
            do { text = try SecretBytes(copying: Array(TokenText.encode(body).utf8)) } catch { throw .memoryNotLocked }
            return .done(
                Issued(
                    text: text,
                    accessor: token.accessor,
                    expires: token.expires.wall,
                    expiresInSeconds: lifetime,
                    secrets: grants.map(\.secret),
                    ifLost: clearance == .free ? nil : PresentedToken(body: body)
                )
            )
        }
    }

    /// Prolongs a token, never past its hard limit and never for another process.
    package static func renew(_ presented: PresentedToken?, by caller: Caller) -> Command<Issued> {
        Command(.tokenRenew, by: caller) { transaction, event throws(Refusal) in
            var (hash, token) = try find(presented, caller, in: transaction, &event)
            let (tool, peer) = try admit(token, caller, transaction)
            let grants = try approvedGrants(of: token, tool, peer, in: transaction)
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
                secrets: grants.map(\.secret),
                ifLost: nil
            )
        }
    }

    /// Grants that hold now, and about which people were asked where that is needed.
    private static func approvedGrants(
        of token: Token,
        _ tool: Tool,
        _ peer: Peer,
        in transaction: borrowing Transaction
    ) throws(Refusal) -> [Grant] {
        var approved: [Grant] = []
        var reason: Refusal?
        for grant in try usableGrants(of: tool, peer: peer, in: transaction) {
            do throws(Refusal) {
                _ = try isApproved(token, tool, grant, in: transaction.state)
                approved.append(grant)
            } catch { reason = error }
        }
        if approved.isEmpty, let reason { throw reason }
        return approved
    }

    /// A server gives its token back, and with one that has opened nothing the yes that let it through.
    package static func drop(_ presented: PresentedToken?, by caller: Caller) -> Command<Void> {
        Command(.tokenDrop, by: caller) { transaction, event throws(Refusal) in
            let (hash, token) = try find(presented, caller, in: transaction, &event)
            transaction.state.tokens[hash] = nil
            if token.used.isEmpty { try Clearance.giveBack(token.clearance, &transaction, &event) }
        }
    }
}
