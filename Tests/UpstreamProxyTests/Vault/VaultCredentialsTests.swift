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
            await issued.finish([report])
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

    @Test("of several calls none has its approval used up where another one gets nothing")
    func allOrNothing() async throws {
        try await Self.with { server, credentials in
            try await Self.addCritical(["notes/wipe", "notes/purge"], to: server)
            let (wipe, purge) = (try Self.call("wipe", "{}"), try Self.call("purge", "{}"))
            #expect(try await Self.fault(credentials, [wipe]) == .unapproved)
            try await Self.approve(server)
            for other in [try Self.call("unknown"), ToolCall(tool: nil), .launch] {
                #expect(try await Self.fault(credentials, [wipe, other]) == .denied)
            }
            #expect(try await Self.fault(credentials, [wipe, try Self.call("search"), purge]) == .unapproved)
            try await Self.approve(server)
            #expect(try Self.count("approval.request", server) == 2)
            #expect(try Self.count("secret.resolve", server) == 0, "no value has left")

            let name = try SecretName("notes/api")
            let issued = try await credentials.resolve(name, field: .value, for: [wipe, purge])
            await issued.finish([])
            #expect(try Self.count("secret.resolve", server) == 2)
            #expect(try await Self.fault(credentials, [wipe]) == .unapproved, "a yes is to one request")
            #expect(try Self.count("approval.request", server) == 3)
        }
    }

    @Test("another version is asked for with what there is already: nobody is asked, and no second yes is used up")
    func renewal() async throws {
        try await Self.with { server, credentials in
            let name = try SecretName("notes/api")
            let calls = [try Self.call("search", "{}"), try Self.call("search", "[]")]
            let issued = try await credentials.resolve(name, field: .value, for: calls)
            #expect(await issued.renew() == nil)
            try await server.kit.mustPut("notes/api", "second")
            let newer = try #require(await issued.renew())
            #expect(newer.value.isEqual(to: Array("second".utf8)) && newer.version > issued.version)
            let report = UpstreamReport(method: "GET", host: "api.example.org", status: 401, duration: .zero)
            await newer.finish([report, report])
            #expect(try Self.count("token.issue", server) == 2)
            #expect(try Self.count("call.report", server) == 4)

            try await Self.addCritical(["notes/wipe"], to: server)
            let wipe = [try Self.call("wipe", "{}")]
            #expect(try await Self.fault(credentials, wipe) == .unapproved)
            try await Self.approve(server)
            let approved = try await credentials.resolve(name, field: .value, for: wipe)
            #expect(await approved.renew() == nil)
            try await server.kit.mustPut("notes/api", "third")
            #expect(await approved.renew() == nil)
            await approved.finish([])
            #expect(try Self.count("approval.request", server) == 1)
            #expect(try Self.count("token.issue", server) == 3)
        }
    }

    /// Tools whose calls `sam` approves.
    private static func addCritical(_ tools: [String], to server: TestServer) async throws {
        for tool in tools {
            try await server.kit.mustAddTool(tool, risk: .critical)
            try await server.kit.mustGrant(tool, "notes/api")
        }
        try await server.kit.mustAddOperator("sam", uid: Self.sam, roles: [.approver], groups: ["team-lead"])
        let scope = ApprovalRule.Scope(server: nil, risk: .critical, category: .standard)
        let terms = ApprovalTerms([try ApprovalTerms.Seat("team-lead")])
        _ = try await server.kit.vault.perform(Approvals.setRule(scope, terms, by: server.kit.admin))
    }

    /// Says yes to what was asked last.
    private static func approve(_ server: TestServer) async throws {
        let id = try #require(try server.kit.events().last { $0.line == "approval.request" }?.approval)
        let sam = server.kit.present(.synthetic(uid: Self.sam, pid: Int32(Self.sam)))
        let reason = try PlainText("agreed")
        _ = try await server.kit.vault.perform(Approvals.approve(try ApprovalID(id), reason: reason, by: sam))
    }

    private static let sam: UInt32 = 61_001

    private static func count(_ line: String, _ server: TestServer) throws -> Int {
        try server.kit.events().count { $0.line == line }
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
