import NIOCore
public import WarderWire

extension WarderClient {
    /// Resolves a secret, runs `body` with it, and reports to the vault how the call went.
    ///
    /// A ``CredentialRefused`` out of `body` is reported as a refusal; if the vault has another version by then, as
    /// after a rotation, `body` runs once more with that one. If it has none, or does not give it, the refusal comes out:
    /// nobody is asked for an approval once more. A report that fails goes to
    /// ``WarderClientConfiguration/reportFailed`` and changes nothing for the caller.
    ///
    /// The parameters are those of ``resolve(_:field:for:toolDigest:arguments:context:maxStale:)``; `body` is the part of the
    /// call that needs the credential.
    ///
    /// - Returns: What `body` returns.
    /// - Throws: ``WarderClientError`` if the secret could not be resolved, else what `body` throws.
    public func withCredential<Result>(
        _ secret: String,
        field: String = "value",
        for tool: String,
        toolDigest: String? = nil,
        arguments: CallArguments? = nil,
        context: CallContext = CallContext(),
        maxStale: Duration = .zero,
        _ body: (ResolvedSecret) async throws -> Result
    ) async throws -> Result {
        try await withCredential(
            secret,
            fields: [field],
            for: tool,
            toolDigest: toolDigest,
            arguments: arguments,
            context: context,
            maxStale: maxStale,
            body
        )
    }

    /// As ``withCredential(_:field:for:toolDigest:arguments:context:maxStale:_:)``, with several fields of one version:
    /// `secret["password"]`.
    public func withCredential<Result>(
        _ secret: String,
        fields: [String],
        for tool: String,
        toolDigest: String? = nil,
        arguments: CallArguments? = nil,
        context: CallContext = CallContext(),
        maxStale: Duration = .zero,
        _ body: (ResolvedSecret) async throws -> Result
    ) async throws -> Result {
        let request = try SecretRequest(
            secret: secret,
            fields: fields,
            tool: tool,
            toolDigest: toolDigest,
            arguments: arguments,
            context: context,
            maxStale: maxStale
        )
        let first = try await resolveWithPatience(request)
        var last = first
        var outcome = await reported(on: first, context: context, body)
        if case .failure(let error) = outcome, error is CredentialRefused, let other = await another(than: first) {
            last = other
            outcome = await reported(on: other, context: context, body)
        }
        // Not before: the question for another version goes out with it as well.
        await finish(last)
        return try outcome.get()
    }

    /// Reports how a call went; a call that used a kept value is reported when the vault is back, and this returns at
    /// once. ``withCredential(_:field:for:toolDigest:arguments:context:maxStale:_:)`` does this by itself.
    ///
    /// - Parameters:
    ///   - report: Outcome and, where they are known, duration, digest of the outputs, and what was changed.
    ///   - secret: What the call was made with.
    ///   - context: For its `traceparent`.
    /// - Throws: ``WarderClientError``.
    public func report(
        _ report: CallReport,
        on secret: ResolvedSecret,
        context: CallContext = CallContext()
    ) async throws(WarderClientError) {
        let traceparent = TraceContext.wellFormed(context.traceparent)
        // A cancelled call has an outcome like any other, so the report is not cancelled with it; its own limit is
        // short instead.
        try await session().perform(isCancellable: false) { resolver, reply in
            resolver.report(report, on: secret, traceparent: traceparent, then: reply)
        }
    }

    /// What `body` comes to, once the vault has heard of it.
    private func reported<Result>(
        on secret: ResolvedSecret,
        context: CallContext,
        _ body: (ResolvedSecret) async throws -> Result
    ) async -> Swift.Result<Result, any Error> {
        let start = ContinuousClock.now
        func conclude(_ outcome: String) async {
            let duration = ContinuousClock.now - start
            let milliseconds =
                duration.components.seconds * 1_000 + duration.components.attoseconds / 1_000_000_000_000_000
            do throws(WarderClientError) {
                try await report(
                    CallReport(outcome: outcome, durationMilliseconds: milliseconds),
                    on: secret,
                    context: context
                )
            } catch {
                configuration.reportFailed?(error)
            }
        }
        do {
            let result = try await body(secret)
            await conclude("ok")
            return .success(result)
        } catch {
            await conclude(error is CredentialRefused ? "refused" : "error")
            return .failure(error)
        }
    }

    /// Gives back a token that was issued for this call alone.
    package func finish(_ secret: ResolvedSecret) async {
        guard let token = secret.token, token.isForOneCall else { return }
        try? await session().perform(isCancellable: false) { resolver, reply in
            resolver.giveBack(token)
            reply(.success(()))
        }
    }
}
