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

    /// Ends the token that an approval let through, where it works and has opened nothing.
    ///
    /// - Returns: whether there was one.
    static func endUnopened(
        of approval: ApprovalID,
        _ transaction: inout Transaction,
        _ event: inout Event
    ) -> Bool {
        func isMeant(_ token: Token) -> Bool {
            guard case .approval(approval, _) = token.clearance else { return false }
            return token.used.isEmpty
        }
        guard transaction.state.tokens.live(at: transaction.now).contains(where: isMeant) else { return false }
        return end(&transaction, &event, where: isMeant) > 0
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
