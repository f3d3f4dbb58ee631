package import SecretMemory
package import WarderModel

/// What servers ask with tokens, and what operators ask about them.
package enum Tokens {
    /// Seconds after a token's end in which a call can still be reported with it: a slow call must not go untold.
    static let reportPatience: Int64 = 3600

    /// Ended tokens that an event names; the others it only counts, so that it stays of a readable length.
    private static let namedTokens = 100

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
        /// To drop it with where it reaches nobody; `nil` where nobody said yes to it, and nothing is lost with it.
        package let ifLost: PresentedToken?
    }

    /// Forgets tokens, and says in the event which of them worked until now.
    /// - Returns: how many did.
    @discardableResult
    static func end(
        _ transaction: inout Transaction,
        _ event: inout Event,
        where isMeant: (Token) -> Bool
    ) -> Int {
        let now = transaction.now
        let tokens = transaction.state.tokens.remove(where: isMeant).filter { now.isBefore($0.expires) }
        event.changes += tokens.prefix(namedTokens).map { "revoked/\($0.accessor)" }
        event.changes.append("revoked=\(tokens.count)")
        return tokens.count
    }

    /// Of these approvals, those that let a token through that works and has opened nothing.
    static func unopened(of approvals: [ApprovalID], in transaction: borrowing Transaction) -> Set<ApprovalID> {
        Set(transaction.state.tokens.live(at: transaction.now).compactMap(unopened)).intersection(approvals)
    }

    /// Ends their tokens.
    static func endUnopened(
        of approvals: Set<ApprovalID>,
        _ transaction: inout Transaction,
        _ event: inout Event
    ) {
        end(&transaction, &event) { token in unopened(token).map { approvals.contains($0) } ?? false }
    }

    /// The approval that let a token through, as long as that has opened nothing.
    private static func unopened(_ token: Token) -> ApprovalID? {
        guard token.used.isEmpty, case .approval(let name, _) = token.clearance else { return nil }
        return name
    }

    /// Ends tokens for a call that a yes in advance let through, as long as they have opened nothing, and gives the yes
    /// back: somebody says no to this very call.
    static func endUnopened(
        of call: ApprovalSubject,
        _ transaction: inout Transaction,
        _ event: inout Event
    ) throws(Refusal) {
        let call = try transaction.keys.fingerprint(call)
        func isMeant(_ token: Token) -> Bool {
            guard token.used.isEmpty, case .standing(_, call) = token.clearance else { return false }
            return true
        }
        let clearances = transaction.state.tokens.live(at: transaction.now).filter(isMeant).map(\.clearance)
        guard !clearances.isEmpty else { return }
        // The event is about what was asked, and not about what answered in advance.
        let asked = event.approval
        for clearance in clearances { try Clearance.giveBack(clearance, &transaction, &event) }
        event.approval = asked
        end(&transaction, &event, where: isMeant)
    }

    static func describe(_ demand: Demand, _ event: inout Event) {
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
}
