import Foundation
import Testing

/// Remote servers whose entries were imported: the client starts `warder mcp connect` in their place.
@Suite("Remote servers after an import")
struct RemoteServerTests {
    private static func request(_ id: Int, _ method: String) -> String {
        #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":{}}"#
    }

    private static func secret() -> String { "pw-" + UUID().uuidString.lowercased() }

    /// Imports an entry, and starts it as its client would.
    private static func launched(
        _ user: ImportingUser,
        _ entry: String
    ) throws -> Launched {
        let path = user.home + "/.cursor/mcp.json"
        try user.put(Data(#"{"mcpServers": {"notes": \#(entry)}}"#.utf8), path)
        let imported = try user.imported([path])
        try #require(imported.status == 0, "\(imported.screen)")
        let rewritten = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: path)))
        let servers = try #require((rewritten as? [String: [String: [String: Any]]])?["mcpServers"])
        let arguments = try #require(servers["notes"]?["args"] as? [String])
        try #require(arguments.prefix(3) == ["run", "--server", "notes"])
        return try Launched(user.vault, Array(arguments.dropFirst(3)))
    }

    @Test("the server gets its secrets from the vault, and they stand in no file and no argument")
    func reached() throws {
        let user = try ImportingUser()
        let server = try RemoteStandIn(in: user.vault.directory)
        let (token, key) = (Self.secret(), Self.secret())
        let launched = try Self.launched(
            user,
            #"{"url": "http://127.0.0.1:\#(server.port)/mcp?team=1&api_key=\#(key)", "headers": {"Authorization": "Bearer \#(token)", "X-Team": "blue"}}"#
        )
        for secret in [token, key] { #expect(try user.files(with: secret) == []) }
        #expect(try launched.ask(Self.request(1, "initialize"))?.contains("2025-11-25") == true, "\(launched.said)")
        let processes = ProcessTree.descendants(of: launched.pid) + [launched.pid]
        #expect(processes.count >= 2)
        for pid in processes {
            let arguments = try Data(contentsOf: URL(fileURLWithPath: "/proc/\(pid)/cmdline"))
            #expect(arguments.range(of: Data("connect".utf8)) != nil, "the search would find it")
            for secret in [token, key] { #expect(arguments.range(of: Data(secret.utf8)) == nil) }
        }
        let echoed = try #require(try launched.ask(Self.request(2, "echo")))
        #expect(echoed.contains("Authorization") && echoed.contains("blue") && !echoed.contains(token))
        let asked = try server.asked
        #expect(asked.allSatisfy { $0.path == "/mcp?team=1&api_key=\(key)" })
        #expect(asked.allSatisfy { $0.headers["authorization"] == "Bearer \(token)" && $0.headers["x-team"] == "blue" })
        #expect(asked.last?.headers["mcp-session-id"] == "s-1")
        try launched.closeInput()
        #expect(launched.wait() == 0)
        #expect(try server.asked.last?.body == "delete", "the session is ended")
        for secret in [token, key] { #expect(!launched.said.contains(secret)) }
    }

    @Test("whatever the server writes, the client hears messages, one a line")
    func hostile() throws {
        let user = try ImportingUser()
        let server = try RemoteStandIn(in: user.vault.directory)
        let token = Self.secret()
        let launched = try Self.launched(
            user,
            #"{"url": "http://127.0.0.1:\#(server.port)/mcp", "headers": {"X-Api-Key": "\#(token)"}}"#
        )
        let folded = #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"clientInfo":{"name":"folded"}}}"#
        for (id, method) in ["folded", "garbage", "echo", "garbage", "ping"].enumerated() {
            let request = id == 0 ? folded : Self.request(id, method)
            let line = try #require(try launched.ask(request), "\(method): \(launched.said)")
            let message = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            #expect(message["id"] as? Int == id && message["jsonrpc"] as? String == "2.0")
            #expect((message["result"] == nil) != (message["error"] == nil))
            #expect(!line.contains(token))
        }
        #expect(try server.asked.allSatisfy { $0.headers["mcp-session-id"] == nil })
        try launched.closeInput()
        #expect(launched.wait() == 0)
        #expect(launched.line(seconds: 1) == nil, "nothing else was said")
        #expect(launched.said.contains("ended the connection") && !launched.said.contains(token))
    }

    @Test("a value that was rotated is sent from the next request on")
    func rotated() async throws {
        let user = try ImportingUser()
        let server = try RemoteStandIn(in: user.vault.directory)
        let launched = try Self.launched(
            user,
            #"{"url": "http://127.0.0.1:\#(server.port)/mcp", "headers": {"X-Api-Key": "\#(Self.secret())"}}"#
        )
        _ = try launched.ask(Self.request(1, "initialize"))
        try user.vault.ask("PUT", "/v1/secrets/notes/x-api-key", #"{"fields":{"value":"the-new-one"}}"#, expecting: 200)
        var id = 1
        let isNew = try await eventually {
            id += 1
            _ = try launched.ask(Self.request(id, "ping"))
            return try server.asked.last?.headers["x-api-key"] == "the-new-one"
        }
        #expect(isNew, "\(launched.said)")
        try launched.closeInput()
        #expect(launched.wait() == 0)
    }
}
