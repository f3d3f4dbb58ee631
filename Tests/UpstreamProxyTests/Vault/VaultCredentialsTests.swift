import Locking
import SecretMemory
import Testing
import WarderClient
import WarderCore
import WarderModel
import WarderTesting

@testable import UpstreamProxy

/// Credentials of a real vault behind a real socket; this process is the server that the vault knows.
@Suite("Credentials from a real vault")
struct VaultCredentialsTests {
    private static func with(_ body: @Sendable (TestServer, VaultCredentials) async throws -> Void) async throws {
        try await TestServer.with { server in
            try await server.mustBeNotes()
            let client = try WarderClient(WarderClientConfiguration(socketPath: server.clientSocket))
            do {
                try await body(server, VaultCredentials(client, server: try ServerName("notes")))
            } catch {
                await client.close()
                throw error
            }
            await client.close()
        }
    }

    private static func call(_ tool: String, _ arguments: String? = nil) throws -> ToolCall {
        ToolCall(tool: try ToolName(tool), arguments: arguments.map { Array($0.utf8) })
    }

    private static func fault(
        _ credentials: VaultCredentials,
        _ calls: [ToolCall],
        secret: String = "notes/api"
    ) async throws -> CredentialFault? {
        let name = try SecretName(secret)
        do throws(CredentialFault) {
            _ = try await credentials.resolve(name, field: .value, for: calls)
            return nil
        } catch {
            return error
        }
    }

    @Test("a granted call gets the value, and what became of the request is an event under the same token")
    func granted() async throws {
        try await Self.with { server, credentials in
            let calls = [try Self.call("search", #"{"query":"x"}"#)]
            let issued = try await credentials.resolve(try SecretName("notes/api"), field: .value, for: calls)
            #expect(issued.value.isEqual(to: Array("s3cr3t".utf8)))
            let report = UpstreamReport(
                method: "GET",
                host: "api.example.org",
                status: 200,
                duration: .milliseconds(12)
            )
            await issued.finish(report)
            let event = try #require(try server.kit.events().last { $0.line == "call.report" })
            #expect(event.changes == ["outcome=ok", "call_ms=12", "upstream=GET api.example.org 200"])
            #expect(event.token != nil)
        }
    }

    @Test("of several calls in flight all must be granted; without one only the launch counts")
    func all() async throws {
        try await Self.with { _, credentials in
            let granted = try Self.call("search")
            #expect(try await Self.fault(credentials, [granted]) == nil)
            #expect(try await Self.fault(credentials, [granted, granted, try Self.call("search", "{}")]) == nil)
            #expect(try await Self.fault(credentials, [granted, try Self.call("unknown")]) == .denied)
            #expect(try await Self.fault(credentials, [granted, ToolCall(tool: nil)]) == .denied)
            #expect(try await Self.fault(credentials, [granted, .launch]) == .denied)
            #expect(try await Self.fault(credentials, [.launch]) == .denied)
            #expect(try await Self.fault(credentials, []) == .denied)
            #expect(try await Self.fault(credentials, [granted], secret: "notes/other") == .denied)
        }
    }

    @Test("a call that people have to approve is told apart from one that nobody granted")
    func approvals() async throws {
        try await Self.with { server, credentials in
            for tool in ["notes/wipe", "notes/@launch"] {
                try await server.kit.mustAddTool(tool, risk: .critical)
                try await server.kit.mustGrant(tool, "notes/api")
            }
            let wipe = try Self.call("wipe", "{}")
            #expect(try await Self.fault(credentials, [wipe]) == .unapproved)
            #expect(try await Self.fault(credentials, [try Self.call("search"), wipe]) == .unapproved)
            #expect(try await Self.fault(credentials, [.launch]) == .denied)
            #expect(try server.kit.events().contains { $0.line == "approval.request" })
        }
    }

    @Test("while the launch is interrupted a refusal says nothing of what was granted")
    func interrupted() async throws {
        try await TestServer.with { server in
            try await server.mustBeNotes()
            let client = try WarderClient(WarderClientConfiguration(socketPath: server.clientSocket))
            let isInterrupted = Locked(true)
            let credentials = VaultCredentials(client, server: try ServerName("notes")) {
                isInterrupted.withLock { $0 }
            }
            let refused = [try Self.call("unknown")]
            let before = try await Self.fault(credentials, refused)
            isInterrupted.withLock { $0 = false }
            let after = try await Self.fault(credentials, refused)
            #expect(before == .unavailable && after == .denied)
            await client.close()
        }
    }

    @Test("a rotated value is the next request's, and a sealed vault is told apart from a refusal")
    func changes() async throws {
        try await Self.with { server, credentials in
            let calls = [try Self.call("search")]
            let name = try SecretName("notes/api")
            let first = try await credentials.resolve(name, field: .value, for: calls)
            try await server.kit.mustPut("notes/api", "second")
            let second = try await credentials.resolve(name, field: .value, for: calls)
            #expect(second.value.isEqual(to: Array("second".utf8)) && second.version > first.version)
            try await server.kit.seal()
            #expect(try await Self.fault(credentials, calls) == .unavailable)
        }
    }
}
