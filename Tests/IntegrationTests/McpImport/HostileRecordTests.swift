import Foundation
import Testing

/// What imports did is remembered in files that any program of the user can write. The vault decides.
@Suite("Records of imports that somebody else wrote")
struct HostileRecordTests {
    private let user: ImportingUser
    private let configuration = ClientConfiguration.small("notes", path: ".cursor/mcp.json")
    private let path: String

    init() throws {
        user = try ImportingUser()
        path = try user.put(configuration)
        #expect(try user.imported([path]).status == 0)
    }

    /// Changes the record of the import as text.
    private func forge(_ changes: [(String, String)]) throws {
        let folder = user.state + "/warder/imports"
        let name = try #require(
            try FileManager.default.contentsOfDirectory(atPath: folder).first { $0.hasSuffix(".json") }
        )
        let file = URL(fileURLWithPath: folder + "/" + name)
        var text = try String(contentsOf: file, encoding: .utf8)
        for (old, new) in changes {
            try #require(text.contains(old), "\(old) is not in \(text)")
            text = text.replacing(old, with: new)
        }
        try Data(text.utf8).write(to: file)
    }

    /// A secret with a server that nobody of this user may start by the uid alone.
    private func addBatch(_ selectors: String) throws {
        try user.vault.ask("PUT", "/v1/secrets/prod/db", #"{"fields":{"value":"prod-4c1f"}}"#, expecting: 201)
        try user.vault.ask("POST", "/v1/servers", #"{"name":"batch","selectors":\#(selectors)}"#, expecting: 201)
        try user.vault.ask("POST", "/v1/tools", #"{"name":"batch/@launch","risk":"read-only"}"#, expecting: 201)
        let grant = #"{"tool":"batch/@launch","secret":"prod/db"}"#
        try user.vault.ask("POST", "/v1/grants", grant, expecting: 201)
    }

    private func expectNothing(_ result: TerminalSession.Result, of value: String, because reason: String) throws {
        #expect(result.status == 7 && result.screen.contains(reason), "\(result.screen)")
        #expect(!result.screen.contains("Type undo") && !result.screen.contains(value))
        #expect(try user.files(with: value) == [])
        let revealed = try user.vault.events("type=secret.reveal")
        #expect(revealed.isEmpty)
    }

    @Test(
        "undoing reads nothing of a server that the import did not register",
        arguments: [#"{"uid":4}"#, #"{"uid":4,"launch":true}"#, #"{"uid":UID,"unit":"batch.service","launch":true}"#]
    )
    func foreignServer(selectors: String) throws {
        try addBatch(selectors.replacing("UID", with: "\(getuid())"))
        try forge([
            (#""servers":["notes"]"#, #""servers":["notes","batch"]"#), ("notes/api-token", "prod/db"),
        ])
        let result = try user.warder(["mcp", "undo", "--yes", path])
        try expectNothing(result, of: "prod-4c1f", because: "no server of the import may use prod/db")
    }

    @Test("undoing reads no version that no import stored and that is not current")
    func otherVersion() throws {
        for value in ["second-77aa", "third-88bb"] {
            let body = #"{"fields":{"value":"\#(value)"}}"#
            try user.vault.ask("PUT", "/v1/secrets/notes/api-token", body, expecting: 200)
        }
        try forge([(#""version":1"#, #""version":2"#)])
        let result = try user.warder(["mcp", "undo", "--yes", path])
        try expectNothing(result, of: "second-77aa", because: "no import stored this version")
    }

    @Test("an import writes over nobody's secret, whatever the record says that it stored")
    func foreignSecret() throws {
        try user.vault.ask("PUT", "/v1/secrets/github/pat", #"{"fields":{"value":"ghp_theirs"}}"#, expecting: 201)
        try forge([("notes/api-token", "github/pat"), (#""state":"written""#, #""state":"storing""#)])
        // A planted entry whose secret would be called so.
        let planted = "ghp_" + UUID().uuidString.replacing("-", with: "").prefix(30) + "aB1xYz"
        let entry = #"{"command": "node", "env": {"GITHUB_PAT": "\#(planted)"}}"#
        try user.put(Data(#"{"mcpServers": {"github": \#(entry)}}"#.utf8), path)
        let imported = try user.imported([path])
        #expect(imported.status == 0, "\(imported.screen)")
        #expect(try user.secrets()["github/pat"] == 1)
        #expect(try user.secrets()["github/pat-2"] == 1)
    }

    @Test("a value that an import stored is replaced only while nobody else is granted it, and the plan says so")
    func grantedSince() throws {
        let planted = configuration.text.replacing(configuration.moved[0], with: "pw-" + UUID().uuidString.lowercased())
        try user.put(Data(planted.utf8), path)
        let replaced = try user.imported([path])
        #expect(replaced.status == 0 && replaced.screen.contains("replaces version 1"), "\(replaced.screen)")
        #expect(try user.secrets() == ["notes/api-token": 2])
        try user.vault.ask("POST", "/v1/tools", #"{"name":"notes/search","risk":"read-only"}"#, expecting: 201)
        let grant = #"{"tool":"notes/search","secret":"notes/api-token"}"#
        try user.vault.ask("POST", "/v1/grants", grant, expecting: 201)
        try user.put(Data(planted.utf8), path)
        #expect(try user.imported([path]).status == 0)
        #expect(try user.secrets() == ["notes/api-token": 2, "notes/api-token-2": 1])
    }
}
