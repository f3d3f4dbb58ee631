import WarderWire

/// What a call needs a token for.
///
/// Calls with the same key share a token. Arguments and purpose belong to one call alone, so a call that names any has
/// a token of its own; on whose behalf, by which agent and in which session it happens is the same for many calls, and
/// part of the key.
struct TokenDemand: Sendable {
    /// What calls that share a token have in common.
    struct Key: Hashable, Sendable {
        let tool: String
        let toolDigest: String?
        let onBehalfOf: String?
        let agent: String?
        let session: String?
    }

    let key: Key
    let arguments: CallArguments?
    let purpose: String?
    /// W3C trace context of the call that asks; a shared token is in the trace of the first.
    let traceparent: String?
    /// Whether it is to be shared with nobody, whatever it names.
    private let standsAlone: Bool

    init(
        tool: String,
        toolDigest: String?,
        arguments: CallArguments?,
        context: CallContext,
        standsAlone: Bool = false
    ) {
        key = Key(
            tool: tool,
            toolDigest: toolDigest,
            onBehalfOf: context.onBehalfOf,
            agent: context.agent,
            session: context.session
        )
        self.arguments = arguments
        purpose = context.purpose
        traceparent = TraceContext.wellFormed(context.traceparent)
        self.standsAlone = standsAlone
    }

    private init(key: Key, traceparent: String?) {
        self.key = key
        self.traceparent = traceparent
        arguments = nil
        purpose = nil
        standsAlone = false
    }

    /// The same without what belongs to one call.
    var shared: TokenDemand { TokenDemand(key: key, traceparent: traceparent) }

    /// Whether the token belongs to one call alone.
    var isForOneCall: Bool { standsAlone || arguments != nil || purpose != nil }
}
