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
        let first = try await resolveAll(secret, field, calls)
        if let issued = Self.together(first, client) { return issued }
        // A rotation came between two of the calls.
        await Self.finish(first, client, report: nil)
        let second = try await resolveAll(secret, field, calls)
        if let issued = Self.together(second, client) { return issued }
        await Self.finish(second, client, report: nil)
        throw .unavailable
    }

    private func resolveAll(
        _ secret: SecretName,
        _ field: FieldName,
        _ calls: [ToolCall]
    ) async throws(CredentialFault) -> [ResolvedSecret] {
        var resolved: [ResolvedSecret] = []
        do throws(CredentialFault) {
            // Each call once: a batch may hold the same one twice.
            for (index, call) in calls.enumerated() where !calls[..<index].contains(call) {
                resolved.append(try await resolve(secret, field, call))
            }
            guard !resolved.isEmpty else { throw CredentialFault.denied }
        } catch {
            await Self.finish(resolved, client, report: nil)
            throw error
        }
        return resolved
    }

    private func resolve(
        _ secret: SecretName,
        _ field: FieldName,
        _ call: ToolCall
    ) async throws(CredentialFault) -> ResolvedSecret {
        // Nobody has granted anything to a call that names no tool.
        guard let tool = call.tool else { throw .denied }
        let wasInterrupted = isInterrupted()
        do throws(WarderClientError) {
            return try await client.resolve(
                secret.text,
                field: field.text,
                for: ToolID(server: server, tool: tool).text,
                arguments: try call.arguments.map { arguments throws(WarderClientError) in
                    try CallArguments(json: arguments)
                },
                context: CallContext(traceparent: call.traceparent)
            )
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
        return IssuedCredential(value: first.value, version: first.version) { report in
            await finish(resolved, client, report: report)
        }
    }

    private static func finish(_ resolved: [ResolvedSecret], _ client: WarderClient, report: UpstreamReport?) async {
        for secret in resolved {
            if let report { try? await client.report(CallReport(report), on: secret) }
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
