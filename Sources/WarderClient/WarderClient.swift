import Locking
public import WarderWire

/// Resolves credentials at the moment a tool is called.
///
/// One client serves a whole process, from any number of tasks. It keeps a few connections and short-lived tokens, and
/// no value unless a call names `maxStale`: each call asks the vault, so a rotated secret is the new one in the very next
/// call. The README beside this file has the contract.
public final class WarderClient: Sendable {
    private enum State {
        case open(Session)
        case closed
    }

    let configuration: WarderClientConfiguration
    /// Time as this client measures it, from its beginning on.
    let elapsed: @Sendable () -> Duration
    private let path: String
    private let state: Locked<State>

    /// A client that connects when it is first used, for servers that must start while the vault is away.
    ///
    /// - Throws: `.invalidConfiguration`.
    public init(_ configuration: WarderClientConfiguration = WarderClientConfiguration()) throws(WarderClientError) {
        let path = try configuration.resolvedSocketPath()
        self.configuration = configuration
        self.path = path
        elapsed = Resolver.stopwatch(configuration.clock)
        state = Locked(
            .open(Session(processID: configuration.processID(), path: path, configuration: configuration))
        )
    }

    /// A client whose vault has answered. A sealed vault answers too.
    ///
    /// - Throws: `.unreachable` if nobody listens, `.refused` if the vault does not know this process,
    ///   `.invalidConfiguration`.
    public static func connect(
        _ configuration: WarderClientConfiguration = WarderClientConfiguration()
    ) async throws(WarderClientError) -> WarderClient {
        let client = try WarderClient(configuration)
        do throws(WarderClientError) {
            _ = try await client.health()
        } catch {
            await client.close()
            throw error
        }
        return client
    }

    /// The value of a secret, asked for now.
    ///
    /// Calls that name arguments or a purpose get a token of their own; all others share one for each tool and context.
    /// Where people have to approve the call, it waits for ``WarderClientConfiguration/approvalPatience``.
    ///
    /// - Parameters:
    ///   - secret: Such as `github/pat`.
    ///   - field: A part of the secret.
    ///   - tool: `server/tool`, or the tool alone where this process can be one server only.
    ///   - toolDigest: SHA-256 of the tool's definition, 64 lowercase hex digits; needed for pinned tools.
    ///   - arguments: What the tool was called with; a claim that approvers see.
    ///   - context: On whose behalf and why; claims as well. A `traceparent` that is not well formed is left out.
    ///   - maxStale: For how long an older value will do while the vault cannot be asked. Zero, which is what critical
    ///     tools should have, means never.
    ///
    /// - Returns: The value and its version; ``ResolvedSecret/stale`` says whether it is an older one.
    /// - Throws: ``WarderClientError``; see ``WarderClientError/isRefusal`` and ``WarderClientError/isRetryable``.
    public func resolve(
        _ secret: String,
        field: String = "value",
        for tool: String,
        toolDigest: String? = nil,
        arguments: CallArguments? = nil,
        context: CallContext = CallContext(),
        maxStale: Duration = .zero
    ) async throws(WarderClientError) -> ResolvedSecret {
        try await resolve(
            secret,
            fields: [field],
            for: tool,
            toolDigest: toolDigest,
            arguments: arguments,
            context: context,
            maxStale: maxStale
        )
    }

    /// Several fields of a secret, asked for now, all of one version: what belongs together, such as a user's name and
    /// its password, does not come from before and after a rotation. It is one use of the token.
    ///
    /// `fields`: 1 to 32 parts of the secret, each once; the tool needs all of them granted. The other parameters, what
    /// is returned and what is thrown are those of ``resolve(_:field:for:toolDigest:arguments:context:maxStale:)``.
    public func resolve(
        _ secret: String,
        fields: [String],
        for tool: String,
        toolDigest: String? = nil,
        arguments: CallArguments? = nil,
        context: CallContext = CallContext(),
        maxStale: Duration = .zero
    ) async throws(WarderClientError) -> ResolvedSecret {
        let request = try SecretRequest(
            secret: secret,
            fields: fields,
            tool: tool,
            toolDigest: toolDigest,
            arguments: arguments,
            context: context,
            maxStale: maxStale
        )
        return try await resolveWithPatience(request)
    }

    /// Whether the vault is unsealed.
    public func health() async throws(WarderClientError) -> Health {
        try await session().perform { resolver, reply in
            resolver.send(
                .health,
                reading: { answer throws(WarderClientError) in try answer.decode(Health.self) },
                then: reply
            )
        }
    }

    /// What the vault sees of this process, and which tools it may be.
    public func whoAmI() async throws(WarderClientError) -> WhoAmI {
        try await session().perform { resolver, reply in
            resolver.send(
                .whoAmI,
                reading: { answer throws(WarderClientError) in try answer.decode(WhoAmI.self) },
                then: reply
            )
        }
    }

    /// Gives the tokens back and closes the connections. Calls that still wait, and later ones, fail as `closed`.
    public func close() async {
        let session: Session? = state.withLock { state in
            guard case .open(let session) = state else { return nil }
            state = .closed
            return session
        }
        guard let session, session.processID == configuration.processID() else { return }
        await session.close()
    }

    /// The session of the process that runs now.
    func session() throws(WarderClientError) -> Session {
        let processID = configuration.processID()
        let session: Session? = state.withLock { state in
            guard case .open(let session) = state else { return nil }
            guard session.processID != processID else { return session }
            // The parent's session is left alone, not even released: its thread does not exist here, so nothing of it
            // can be shut down.
            _ = unsafe Unmanaged.passRetained(session)
            let own = Session(processID: processID, path: path, configuration: configuration)
            state = .open(own)
            return own
        }
        guard let session else { throw WarderClientError(.closed) }
        return session
    }
}
