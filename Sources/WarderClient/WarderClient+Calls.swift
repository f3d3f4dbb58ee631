import NIOCore
public import WarderWire

extension WarderClient {
    /// Resolves a secret, runs `body` with it, and reports to the vault how the call went.
    ///
    /// A ``CredentialRefused`` out of `body` is reported as a refusal; if the vault has another version by then, as
    /// after a rotation, `body` runs once more with that one. A report that fails goes to
    /// ``WarderClientConfiguration/reportFailed`` and changes nothing for the caller.
    ///
    /// The parameters are those of ``resolve(_:field:for:toolDigest:arguments:context:)``; `body` is the part of the
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
        _ body: (ResolvedSecret) async throws -> Result
    ) async throws -> Result {
        try await withCredential(
            secret,
            fields: [field],
            for: tool,
            toolDigest: toolDigest,
            arguments: arguments,
            context: context,
            body
        )
    }

    /// As ``withCredential(_:field:for:toolDigest:arguments:context:_:)``, with several fields of one version:
    /// `secret["password"]`.
    public func withCredential<Result>(
        _ secret: String,
        fields: [String],
        for tool: String,
        toolDigest: String? = nil,
        arguments: CallArguments? = nil,
        context: CallContext = CallContext(),
        _ body: (ResolvedSecret) async throws -> Result
    ) async throws -> Result {
        func resolved() async throws(WarderClientError) -> ResolvedSecret {
            try await resolve(
                secret,
                fields: fields,
                for: tool,
                toolDigest: toolDigest,
                arguments: arguments,
                context: context
            )
        }
        let first = try await resolved()
        do {
            return try await reporting(on: first, context: context, body)
        } catch let refusal as CredentialRefused {
            let second = try await resolved()
            guard second.version != first.version else {
                await finish(second)
                throw refusal
            }
            return try await reporting(on: second, context: context, body)
        }
    }

    /// Reports how a call went; ``withCredential(_:field:for:toolDigest:arguments:context:_:)`` does this by itself.
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
        let request = VaultRequest.report(
            report,
            token: secret.token,
            traceparent: TraceContext.wellFormed(context.traceparent)
        )
        // A cancelled call has an outcome like any other, so the report is not cancelled with it; its own limit is
        // short instead.
        try await session().perform(isCancellable: false) { resolver, reply in
            resolver.send(
                request,
                within: .seconds(2),
                reading: { answer throws(WarderClientError) in try answer.expect(204) },
                then: reply
            )
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
        guard secret.token.isForOneCall else { return }
        try? await session().perform(isCancellable: false) { resolver, reply in
            resolver.giveBack(secret.token)
            reply(.success(()))
        }
    }
}
