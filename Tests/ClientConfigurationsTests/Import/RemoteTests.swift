import ClientConfigurations
import Testing
import WarderModel

/// Remote servers that are sent a secret: the client starts `warder mcp connect` in their place.
@Suite struct RemoteTests {
    static let entries: [(entry: String, rewritten: String, secrets: [String: String])] = [
        (
            #"{"type": "http", "url": "https://mcp.example.net/mcp", "headers": {"Authorization": "Bearer \#(Invented.hex)"}}"#,
            #"{"type": "stdio", "command": "warder", "args": ["run", "--server", "x", "--env", "#
                + #""MCP_AUTHORIZATION=x/authorization#value", "--", "warder", "mcp", "connect", "#
                + #""https://mcp.example.net/mcp", "--header", "Authorization: Bearer {MCP_AUTHORIZATION}"]}"#,
            ["x/authorization": Invented.hex]
        ),
        (
            #"{"headers":{"X-Team":"blue","X-Api-Key":"\#(Invented.github)"},"url":"https://a:8443"}"#,
            #"{"command":"warder", "args": ["run", "--server", "x", "--env", "MCP_X_API_KEY=x/api-key#value", "--", "#
                + #""warder", "mcp", "connect", "https://a:8443", "--header", "X-Team: blue", "--header", "#
                + #""X-Api-Key: {MCP_X_API_KEY}"]}"#,
            ["x/api-key": Invented.github]
        ),
        (
            #"{"url": "https://ada:\#(Invented.database)@h/mcp?team=1&api_key=\#(Invented.hex)&z=2"}"#,
            #"{"command": "warder", "args": ["run", "--server", "x", "--env", "MCP_PASSWORD=x/password#value", "#
                + #""--env", "MCP_API_KEY=x/api-key#value", "--", "warder", "mcp", "connect", "#
                + #""https://ada:{MCP_PASSWORD}@h/mcp?team=1&api_key={MCP_API_KEY}&z=2"]}"#,
            ["x/password": Invented.database, "x/api-key": Invented.hex]
        ),
        (
            #"{"url": "https://h/s/\#(Invented.github)/mcp", "type": "streamable-http"}"#,
            #"{"command": "warder", "args": ["run", "--server", "x", "--env", "MCP_TOKEN=x/token#value", "--", "warder", "#
                + #""mcp", "connect", "https://h/s/{MCP_TOKEN}/mcp"], "type": "stdio"}"#,
            ["x/token": Invented.github]
        ),
        // What is beside a secret in a header that is called like one goes with it.
        (
            #"{"url": "https://h/", "headers": {"Cookie": "theme=dark; session_token=\#(Invented.hex)"}}"#,
            #"{"command": "warder", "args": ["run", "--server", "x", "--env", "MCP_COOKIE=x/cookie#value", "--", "#
                + #""warder", "mcp", "connect", "https://h/", "--header", "Cookie: {MCP_COOKIE}"]}"#,
            ["x/cookie": "theme=dark; session_token=\(Invented.hex)"]
        ),
        // What may be anything would come into the list of processes: it goes along.
        (
            #"{"url": "http://127.0.0.1:9/", "headers": {"X-Blob": "\#(Invented.hex)", "Cookie": "\#(Invented.password)"}}"#,
            #"{"command": "warder", "args": ["run", "--server", "x", "--env", "MCP_X_BLOB=x/blob#value", "--env", "#
                + #""MCP_COOKIE=x/cookie#value", "--", "warder", "mcp", "connect", "http://127.0.0.1:9/", "--header", "#
                + #""X-Blob: {MCP_X_BLOB}", "--header", "Cookie: {MCP_COOKIE}"]}"#,
            ["x/blob": Invented.hex, "x/cookie": Invented.password]
        ),
    ]

    @Test(
        arguments: [
            ("https://ada:\(Invented.database)@h/mcp", nil, true), ("https://h/mcp?api_key=\(Invented.hex)", nil, true),
            ("https://h/s/\(Invented.github)/mcp", nil, true), ("Bearer \(Invented.hex)", "Authorization", true),
            (Invented.hex, "X-Api-Key", true), (Invented.password, "Cookie", true),
            ("https://ada:{PASSWORD}@h/mcp?team=1&api_key={KEY}&z=2", nil, false),
            ("https://mcp.example.net/mcp", nil, false),
            ("Bearer {TOKEN}", "Authorization", false), ("k-{KEY}-of-it", "X-Api-Key", false),
            ("Token token={KEY}", "X-Api-Key", false), ("\(Invented.hex){NOTHING}", "X-Api-Key", true),
            ("https://h/mcp?api_key={NOTHING}\(Invented.hex)", nil, true),
            ("blue", "X-Team", false),
            ("session_token={T}", "Cookie", false), ("acme-production-{KEY}", "X-Api-Key", false),
            ("theme=dark; session_token={MCP_COOKIE}", "Cookie", false), ("\(Invented.github){X}", "X-Api-Key", true),
            ("a=\(Invented.hex); session_token={T}", "Cookie", true),
            // It may be anything, and no name says that it is secret.
            (Invented.hex, "X-Blob", false),
        ] as [(String, String?, Bool)]
    )
    func `a secret that stands there itself is seen`(value: String, name: String?, isLiteral: Bool) {
        #expect(LiteralSecret.stands(in: value, name: name) == isLiteral)
    }

    @Test(arguments: entries)
    func `its secrets go to the vault, and back`(entry: String, rewritten: String, secrets: [String: String]) throws {
        let plan = try plan(entry: entry, key: "x")
        #expect(plan.left.isEmpty)
        #expect(plan.newText == #"{"mcpServers": {"x": \#(rewritten)}}"#)
        let stored = try plan.secrets.map { ($0.name.text, try $0.value().withBytes { $0.text }) }
        #expect(Dictionary(uniqueKeysWithValues: stored) == secrets)
        #expect(plan.grants.count == secrets.count && plan.grants.allSatisfy { $0.tool.text == "x/@launch" })

        let file0 = try #require(plan.files.first)
        let layer = try #require(file0.record?.layers.last)
        let text = try #require(plan.newText)
        #expect(try layer.original(current: text.bytes, values: plan.values(file0)).text.contains(entry))
        let again = try ImportPlan([file("claude_desktop_config.json", text)])
        #expect(again.changesNothing && again.left.isEmpty)
    }

    @Test func `comments and layout stay, and escapes come back as they were`() throws {
        let text = """
            {
              // ours
              "servers": {
                "wiki": {
                  "type": "http", // by HTTP
                  "url": "https:\\/\\/wiki.example.net\\/mcp", // the new one
                  "headers": {
                    // expires in May
                    "Authorization": "Bearer \\u0039\(Invented.hex.dropFirst())",
                    "X-Team": "blue"
                  }
                }
              }
            }

            """
        let plan = try ImportPlan([file(".vscode/mcp.json", text)])
        let rewritten = try #require(plan.newText)
        for comment in ["// ours", "// by HTTP", "// the new one", "// expires in May"] {
            #expect(rewritten.contains(comment))
        }
        #expect(rewritten.contains("\n      \"command\": \"warder\",\n      \"args\": [\"run\", "))
        #expect(try ImportPlan([file(".vscode/mcp.json", rewritten)]).changesNothing)
        #expect(try plan.secrets.first?.value().withBytes { $0.text } == Invented.hex)
        let planned = try #require(plan.files.first)
        let layer = try #require(planned.record?.layers.last)
        #expect(try layer.original(current: rewritten.bytes, values: plan.values(planned)) == text.bytes)
    }

    @Test func `one value in a header and in the address is one secret`() throws {
        let plan = try plan(
            entry: #"{"url": "https://h?token=\#(Invented.hex)", "headers": {"X-Api-Key": "\#(Invented.hex)"}}"#,
            key: "x"
        )
        #expect(plan.secrets.count == 1 && plan.grants.count == 1)
        #expect(plan.newText?.contains(#"{MCP_TOKEN}", "--header", "X-Api-Key: {MCP_X_API_KEY}""#) == true)
    }

    @Test func `a server that the file calls by its credential has another name in the vault`() throws {
        let address = "https://mcp.zapier.com/api/mcp/s/\(Invented.path)/mcp"
        let plan = try plan(entry: #"{"url": "\#(address)"}"#, key: address)
        #expect(plan.servers.map(\.name.text) == ["server"])
        #expect(plan.secrets.map(\.name.text) == ["server/token"])
        #expect(!plan.left.isEmpty)
    }

    @Test func `a variable whose name shows a secret lends it to no name in the vault, and is listed`() throws {
        let name = "API_K\(Invented.github)"
        let plan = try plan(
            entry: #"{"command": "a", "env": {"GITHUB_TOKEN": "\#(Invented.github)", "\#(name)": "\#(Invented.hex)"}}"#,
            key: "x"
        )
        #expect(plan.secrets.allSatisfy { !$0.name.text.contains("ghp") })
        #expect(plan.left.contains { $0.reason == .copy || $0.place != nil })
    }

    @Test func `references of the client's own are no secrets, and the entry stays remote`() throws {
        for value in ["${input:key}", "Bearer ${env:KEY}", "${KEY}"] {
            let entry = #"{"type": "http", "url": "https://h", "headers": {"Authorization": "\#(value)"}}"#
            let plan = try plan(entry: entry)
            #expect(plan.changesNothing && plan.left.isEmpty && plan.passedOver.map(\.why) == [.reference], "\(value)")
        }
    }

    @Test func `whoever wants one value kept keeps the entry, and is told of the others`() throws {
        let entry =
            #"{"url": "https://h?token=\#(Invented.github)", "headers": {"X-Api-Key": "\#(Invented.hex)"}}"#
        let settings = ImportSettings(leave: ["/mcpServers/github/headers/X-Api-Key"])
        let plan = try plan(entry: entry, settings: settings)
        #expect(plan.changesNothing)
        #expect(Set(plan.left.map(\.reason)) == [.byChoice, .remote(.beside, .claudeDesktop)])
    }

    @Test(arguments: [
        RemoteObstacle.oldTransport, .otherTransport, .otherMember, .address, .header, .reference, .beside,
    ])
    func `what stays is explained, with what to do`(obstacle: RemoteObstacle) {
        for format in ClientFormat.allCases {
            let reason = Left.Reason.remote(obstacle, format)
            #expect(!reason.sentence.isEmpty && !reason.remedy.isEmpty)
        }
    }
}
