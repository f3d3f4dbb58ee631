package import WarderWire
import NIOCore

/// A call of a tool, as whoever makes requests in its place tells the vault of it.
package struct ToolUse: Sendable {
    /// `server/tool`, or the tool alone.
    package var tool: String
    /// What the tool was called with; a claim that approvers see.
    package var arguments: CallArguments?
    /// Claims as well.
    package var context: CallContext

    /// A call.
    package init(tool: String, arguments: CallArguments? = nil, context: CallContext = CallContext()) {
        self.tool = tool
        self.arguments = arguments
        self.context = context
    }
}

/// For whoever does not know which of several calls a request belongs to.
extension WarderClient {
    /// The value of a secret for every one of several calls, or for none.
    ///
    /// First a token for each: only who has them all asks for the value. Where one is refused, the others go back before
    /// this throws. They have opened nothing, so that with them goes back what people said for these calls.
    ///
    /// - Returns: One for each call, in their order; each is to be finished.
    /// - Throws: ``WarderClientError`` of the first call that may not have it. It waits for nobody's approval.
    package func resolve(
        _ secret: String,
        field: String = "value",
        forAll uses: [ToolUse]
    ) async throws(WarderClientError) -> [ResolvedSecret] {
        var requests: [SecretRequest] = []
        for use in uses {
            requests.append(
                try SecretRequest(
                    secret: secret,
                    fields: [field],
                    tool: use.tool,
                    toolDigest: nil,
                    arguments: use.arguments,
                    context: use.context,
                    // Another call's token would not be this one's to give back.
                    standsAlone: true
                )
            )
        }
        var tokens: [VaultToken] = []
        do throws(WarderClientError) {
            for request in requests {
                tokens.append(
                    try await session().perform { resolver, reply in resolver.token(for: request.demand, then: reply) }
                )
            }
            var resolved: [ResolvedSecret] = []
            for (request, token) in zip(requests, tokens) {
                resolved.append(
                    try await ask(.secret(request, token: token)) { answer throws(WarderClientError) in
                        try answer.secret(request, token: token)
                    }
                )
            }
            return resolved
        } catch {
            for token in tokens { await giveBack(token) }
            throw error
        }
    }

    private func ask<Value: Sendable>(
        _ request: VaultRequest,
        reading read: @escaping @Sendable (VaultAnswer) throws(WarderClientError) -> Value
    ) async throws(WarderClientError) -> Value {
        try await session().perform { resolver, reply in resolver.send(request, reading: read, then: reply) }
    }

    /// Waits for it: what went back can be used by the next request.
    private func giveBack(_ token: VaultToken) async {
        try? await session().perform(isCancellable: false) { resolver, reply in
            resolver.send(
                .giveBack(token),
                within: .seconds(2),
                reading: { answer throws(WarderClientError) in try answer.expect(204) },
                then: reply
            )
        }
    }
}
