package import WarderClient
package import WarderModel
import SecretMemory
import WarderWire

/// Credentials from the vault that this process is a launcher for.
///
/// Each request asks anew, so that a rotated credential is the new one in the next request. The vault records who asked for
/// which call; what became of the request is reported under the same token.
package struct VaultCredentials: CredentialSource {
    private let client: WarderClient
    private let server: ServerName
    private let isInterrupted: @Sendable () -> Bool

    /// - Parameters:
    ///   - client: Asks as this process.
    ///   - server: What was launched.
    ///   - isInterrupted: Whether the launch is lost just now: then the vault says no, whatever was granted.
    package init(
        _ client: WarderClient,
        server: ServerName,
        isInterrupted: @escaping @Sendable () -> Bool = { false }
    ) {
        self.client = client
        self.server = server
        self.isInterrupted = isInterrupted
    }

    package func resolve(
        _ secret: SecretName,
        field: FieldName,
        for calls: [ToolCall]
    ) async throws(CredentialFault) -> IssuedCredential {
        let uses = try uses(of: calls)
        let first = try await resolve(secret, field, uses)
        if let issued = Self.together(first, client) { return issued }
        // A rotation came between two of the calls.
        await Self.finish(first, client, [])
        let second = try await resolve(secret, field, uses)
        if let issued = Self.together(second, client) { return issued }
        await Self.finish(second, client, [])
        throw .unavailable
    }

    /// Each call once, as a batch may hold the same one twice; and none is asked about where one names no tool, because
    /// nobody has granted anything to that.
    private func uses(of calls: [ToolCall]) throws(CredentialFault) -> [ToolUse] {
        var uses: [ToolUse] = []
        for (index, call) in calls.enumerated() where !calls[..<index].contains(call) {
            guard let tool = call.tool else { throw .denied }
            let arguments: CallArguments?
            do throws(WarderClientError) {
                arguments = try call.arguments.map { json throws(WarderClientError) in try CallArguments(json: json) }
            } catch { throw .unavailable }
            uses.append(
                ToolUse(
                    tool: ToolID(server: server, tool: tool).text,
                    arguments: arguments,
                    context: CallContext(traceparent: call.traceparent)
                )
            )
        }
        guard !uses.isEmpty else { throw .denied }
        return uses
    }

    private func resolve(
        _ secret: SecretName,
        _ field: FieldName,
        _ uses: [ToolUse]
    ) async throws(CredentialFault) -> [ResolvedSecret] {
        let wasInterrupted = isInterrupted()
        do throws(WarderClientError) {
            guard uses.count == 1 else {
                return try await client.resolve(secret.text, field: field.text, forAll: uses)
            }
            return [
                try await client.resolve(
                    secret.text,
                    field: field.text,
                    for: uses[0].tool,
                    arguments: uses[0].arguments,
                    context: uses[0].context
                )
            ]
        } catch {
            // Without a name nobody was asked: what a server does at its start cannot wait for people.
            if error.code == .approvalRequired, error.approval != nil { throw .unapproved }
            throw error.isRefusal && !wasInterrupted && !isInterrupted() ? .denied : .unavailable
        }
    }

    /// One credential for all calls; `nil` where they were given different ones.
    private static func together(_ resolved: [ResolvedSecret], _ client: WarderClient) -> IssuedCredential? {
        guard let first = resolved.first else { return nil }
        guard resolved.allSatisfy({ $0.version == first.version && $0.value.isEqual(to: first.value) }) else {
            return nil
        }
        return IssuedCredential(
            value: first.value,
            version: first.version,
            renew: { await renewed(resolved, client) },
            finish: { reports in await finish(resolved, client, reports) }
        )
    }

    private static func renewed(_ resolved: [ResolvedSecret], _ client: WarderClient) async -> IssuedCredential? {
        var others: [ResolvedSecret] = []
        for secret in resolved {
            guard let other = try? await client.newer(than: secret) else { return nil }
            others.append(other)
        }
        return together(others, client)
    }

    private static func finish(
        _ resolved: [ResolvedSecret],
        _ client: WarderClient,
        _ reports: [UpstreamReport]
    ) async {
        for secret in resolved {
            for report in reports { try? await client.report(CallReport(report), on: secret) }
            await client.finish(secret)
        }
    }
}

extension CallReport {
    fileprivate init(_ report: UpstreamReport) {
        let outcome =
            switch report.status {
            case 401, 403: "refused"
            case .some(200..<400): "ok"
            default: "error"
            }
        let (seconds, attoseconds) = report.duration.components
        self.init(
            outcome: outcome,
            durationMilliseconds: seconds * 1_000 + attoseconds / 1_000_000_000_000_000,
            upstream: UpstreamRequest(method: report.method, host: report.host, status: report.status)
        )
    }
}
