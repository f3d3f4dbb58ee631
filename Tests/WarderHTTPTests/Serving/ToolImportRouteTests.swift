import Glibc
import StrictJSON
import Testing
import WarderCore
import WarderModel
import WarderTesting

@testable import WarderHTTP

/// Imports over a real socket: what is no list, what is too much, and who may not.
@Suite struct ToolImportRouteTests {
    private static let ping = #"{"name":"ping","inputSchema":{"type":"object"}}"#

    private static func body(_ tools: [String], server: String = "notes") -> String {
        #"{"server":"\#(server)","tools":[\#(tools.joined(separator: ","))]}"#
    }

    private static func kit(_ profile: Profile = .team) async throws -> TestVault {
        let kit = try await TestVault(profile: profile, uid: geteuid())
        try await kit.mustAddServer("notes", Selectors(uid: 54_321))
        return kit
    }

    @Test("what is no list of definitions changes nothing, and is not repeated in the answer")
    func shapes() async throws {
        let kit = try await Self.kit()
        try await TestServer.with(kit) { server in
            let before = kit.vault.sequence
            let canary = "canary-9b1f"
            let bodies = [
                "{}", "[]", #"{"server":"notes"}"#, #"{"server":"notes","tools":[]}"#, Self.body(["1"]),
                #"{"server":"notes","tools":[\#(Self.ping)],"extra":"\#(canary)"}"#,
                #"{"server":"No Tes","tools":[\#(Self.ping)]}"#, #"{"tools":[\#(Self.ping)]}"#,
                #"{"server":"notes","tools":[\#(Self.ping)],"pin":"\#(canary)"}"#,
                Self.body([#"{"name":"\#(canary) x","inputSchema":{"type":"object"}}"#]),
                Self.body([#"{"name":"a","name":"\#(canary)","inputSchema":{"type":"object"}}"#]),
                Self.body([#"{"name":"@launch","inputSchema":{"type":"object"}}"#]),
                Self.body([#"{"name":"a","inputSchema":{"type":"array"}}"#]),
                Self.body([#"{"name":"a","inputSchema":{"type":"object"},"endpoint":{"method":"\#(canary)"}}"#]),
                Self.body([Self.ping, Self.ping]),
            ]
            for body in bodies {
                let answer = try server.connect(.operator).ask("POST", "/v1/tools/import", body: body)
                #expect(answer.status == 400, "\(body)")
                #expect(!answer.text.contains(canary), "\(body)")
            }
            #expect(kit.vault.sequence == before)
            #expect(kit.vault.state?.tools.isEmpty == true)
        }
    }

    @Test("a definition over its limit is refused by its place, and a list over its limit as a whole")
    func limits() async throws {
        let kit = try await Self.kit()
        try await TestServer.with(kit) { server in
            let long =
                #"{"name":"a","description":"\#(String(repeating: "x", count: 70_000))","inputSchema":{"type":"object"}}"#
            let answer = try server.connect(.operator).ask(
                "POST",
                "/v1/tools/import",
                body: Self.body([Self.ping, long])
            )
            #expect(answer.status == 400 && answer.text.contains("Tool 2 has a description of more than 65536 bytes"))

            let many = (0...4096).map { #"{"name":"t\#($0)","inputSchema":{"type":"object"}}"# }
            let tooMany = try server.connect(.operator).ask("POST", "/v1/tools/import", body: Self.body(many))
            #expect(tooMany.status == 400 && tooMany.text.contains("at most 4096 tools"))

            let client = try server.connect(.operator)
            try client.send(
                "POST /v1/tools/import HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: \(40 << 20)\r\n\r\n"
            )
            #expect(try client.receive().status == 413)
        }
    }

    @Test("4,096 tools are one import, and a second one of the same finds nothing new")
    func many() async throws {
        let kit = try await Self.kit()
        try await TestServer.with(kit) { server in
            let many = (0..<4096).map { #"{"name":"get_\#($0)","inputSchema":{"type":"object"}}"# }
            let first = try server.connect(.operator).ask("POST", "/v1/tools/import", body: Self.body(many))
            #expect(try Node(json: first.body)["tools"]?.list.count == 4096)
            let second = try Node(
                json: try server.connect(.operator).ask("POST", "/v1/tools/import", body: Self.body(many.reversed()))
                    .body
            )
            #expect(second["unchanged"]?.int == 4096 && second["tools"]?.list.isEmpty == true)
        }
    }

    @Test("whoever may not import is refused before the body is read")
    func early() async throws {
        let kit = try await TestVault(profile: .team, uid: 54_321)
        try await TestServer.with(kit) { server in
            let client = try server.connect(.operator)
            try client.send(
                "POST /v1/tools/import HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: \(30 << 20)\r\n\r\n"
            )
            #expect(try client.receive().status == 403)
        }
    }

    @Test("where a server runs as the operator, an import, another class and an acceptance need them in person")
    func presence() async throws {
        let kit = try await TestVault(profile: .team, uid: geteuid())
        let me = { kit.present(.synthetic(uid: geteuid())) }
        _ = try await kit.vault.perform(
            Servers.add(try ServerName("notes"), owner: nil, selectors: Selectors(uid: geteuid()), by: me())
        )
        try await TestServer.with(kit) { server in
            let digest = String(repeating: "0", count: 64)
            let requests = [
                ("POST", "/v1/tools/import", Self.body([Self.ping])),
                ("PATCH", "/v1/tools/notes/ping", #"{"risk":"read-only","reason":"mine"}"#),
                ("POST", "/v1/tools/accept", #"{"tools":[{"name":"notes/ping","digest":"\#(digest)"}],"reason":"x"}"#),
            ]
            for (method, path, body) in requests {
                let answer = try server.connect(.operator).ask(method, path, body: body)
                #expect(try Node(json: answer.body)["error"]?["code"]?.text == "presence_required", "\(path)")
            }
            #expect(kit.vault.state?.tools.isEmpty == true)
        }
    }

    @Test("another class needs a reason, and nothing to change is no request")
    func reasons() async throws {
        let kit = try await Self.kit()
        try await kit.mustAddTool("notes/ping")
        try await TestServer.with(kit) { server in
            for body in [
                #"{"risk":"critical"}"#, "{}", #"{"reason":"x"}"#, #"{"pin":"never"}"#, #"{"owner":"a\u0007"}"#,
            ] {
                let answer = try server.connect(.operator).ask("PATCH", "/v1/tools/notes/ping", body: body)
                #expect(answer.status == 400, "\(body)")
            }
            let body = #"{"risk":"critical","reason":"it deletes","permissions":[]}"#
            let answer = try server.connect(.operator).ask("PATCH", "/v1/tools/notes/ping", body: body)
            let tool = try Node(json: answer.body)
            #expect(tool["risk"]?.text == "critical" && tool["decided"]?["reason"]?.text == "it deletes")
            #expect(tool["permissions"]?.list.isEmpty == true)
        }
    }
}
