import NIOCore
public import WarderWire

extension WarderClient {
    /// Resolves a secret, runs `body` with it, and reports to the vault how the call went.
    ///
    /// A ``CredentialRefused`` out of `body` is reported as a refusal; if the vault has another version by then, as
    /// after a rotation, `body` runs once more with that one. A report that fails goes to
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
        do {
            return try await reporting(on: first, context: context, body)
        } catch let refusal as CredentialRefused {
            await forget(request)
            let second = try await resolveWithPatience(request)
            guard second.version != first.version else {
                await finish(second)
                throw refusal
            }
            return try await reporting(on: second, context: context, body)
        }
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

    private func reporting<Result>(
        on secret: ResolvedSecret,
        context: CallContext,
        _ body: (ResolvedSecret) async throws -> Result
    ) async throws -> Result {
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
            await finish(secret)
        }
        do {
            let result = try await body(secret)
            await conclude("ok")
            return result
        } catch {
            await conclude(error is CredentialRefused ? "refused" : "error")
            throw error
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

    /// Keeps a value no more that its upstream did not accept.
    private func forget(_ request: SecretRequest) async {
        try? await session().perform(isCancellable: false) { resolver, reply in
            resolver.forget(request)
            reply(.success(()))
        }
    }
}
