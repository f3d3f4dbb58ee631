import Foundation
import Glibc
import Testing

/// `warder mcp import` and `undo` with the real command, on a terminal, and a real daemon.
@Suite("Importing configurations of clients")
struct ImportTests {
    private static let attribute = "user.warder-test"

    /// Sets or reads an extended attribute; Foundation has no words for them.
    private static func attribute(_ path: String, set value: String? = nil) throws -> String {
        let script = """
            import os, sys
            if len(sys.argv) > 3: os.setxattr(sys.argv[1], sys.argv[2], sys.argv[3].encode())
            print(os.getxattr(sys.argv[1], sys.argv[2]).decode(), end="")
            """
        let result = try Program.python(script, [path, attribute] + (value.map { [$0] } ?? []))
        try #require(result.status == 0, "\(result.errors)")
        return result.output
    }

    private static func mode(_ path: String) throws -> mode_t {
        var status = stat()
        try #require(unsafe lstat(path, &status) == 0)
        return status.st_mode & 0o7777
    }

    @Test("import, a second import, and undo: every byte comes back", arguments: ClientConfiguration.all)
    func roundTrip(_ configuration: ClientConfiguration) throws {
        let user = try ImportingUser()
        let path = try user.put(configuration, mode: 0o640)
        _ = try Self.attribute(path, set: "kept")
        for secret in configuration.moved + configuration.left {
            #expect(try user.files(with: secret) == [configuration.path], "the search finds what is there")
        }

        let imported = try user.imported([path])
        #expect(imported.status == 0, "\(imported.screen)")
        for secret in configuration.moved {
            #expect(try user.files(with: secret) == [], "no secret is left in any file")
            #expect(!imported.watched.contains { $0.contains(secret) })
        }
        for secret in configuration.moved + configuration.left { #expect(!imported.screen.contains(secret)) }
        for secret in configuration.left { #expect(try user.files(with: secret) == [configuration.path]) }
        let rewritten = try user.content(configuration)
        let text = String(decoding: rewritten, as: UTF8.self)
        for server in configuration.servers {
            #expect(text.contains("\"--server\""))
            #expect(text.contains("\"\(server)\""))
        }
        #expect(try user.servers() == configuration.servers.sorted())
        #expect(try Self.mode(path) == 0o640)
        #expect(try Self.attribute(path) == "kept")

        let secrets = try user.secrets()
        #expect(secrets.count == configuration.moved.count && secrets.values.allSatisfy { $0 == 1 })
        let second = try user.warder(["mcp", "import", path])
        #expect(second.status == 0 && second.screen.contains("there is nothing to import"), "\(second.screen)")
        #expect(try user.content(configuration) == rewritten)
        #expect(try user.secrets() == secrets)

        let listed = try user.warder(["mcp", "list"])
        #expect(listed.screen.contains("imported") && listed.screen.contains(path), "\(listed.screen)")
        for name in secrets.keys { #expect(listed.screen.contains(name)) }

        let undone = try user.undone([path])
        #expect(undone.status == 0, "\(undone.screen)")
        #expect(try user.content(configuration) == Data(configuration.text.utf8), "every byte is as it was")
        #expect(try Self.mode(path) == 0o640)
        #expect(try Self.attribute(path) == "kept")
        for secret in configuration.moved {
            #expect(try user.files(with: secret) == [configuration.path])
            #expect(!undone.screen.contains(secret))
        }
        let again = try user.warder(["mcp", "undo", path])
        #expect(again.status == 0 && again.screen.contains("there is nothing to undo"), "\(again.screen)")

        // What was undone is imported under the same names, and into the same registration.
        let third = try user.imported([path])
        #expect(third.status == 0, "\(third.screen)")
        #expect(try user.content(configuration) == rewritten)
        #expect(try user.secrets() == secrets.mapValues { _ in 2 })
        #expect(try user.servers() == configuration.servers.sorted())
    }

    @Test("the rewritten entry starts the server with its values, and nobody else gets them")
    func started() throws {
        let user = try ImportingUser()
        let token = "pw-" + UUID().uuidString.lowercased()
        let path = user.home + "/.cursor/mcp.json"
        let entry =
            #"{"command": "/bin/sh", "args": ["-c", "echo \"got $API_TOKEN\""], "env": {"API_TOKEN": "\#(token)"}}"#
        try user.put(Data(#"{"mcpServers": {"notes": \#(entry)}}"#.utf8), path)
        #expect(try user.imported([path]).status == 0)
        #expect(try user.files(with: token) == [])
        let rewritten = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: path)))
        let servers = try #require((rewritten as? [String: [String: [String: Any]]])?["mcpServers"])
        let arguments = try #require(servers["notes"]?["args"] as? [String])
        // Not in a folder where every client looks.
        let command = try #require(servers["notes"]?["command"] as? String)
        #expect(command == Programs.path("warder"))
        let environment = ["PATH": "/usr/bin:/bin", "WARDER_SOCKET": user.vault.clientSocket]
        let ran = try Program.run(command, arguments, environment: environment)
        #expect(ran.status == 0 && ran.output == "got \(token)\n", "\(ran.errors)")
        for tool in ["notes/@launch", "notes/read"] {
            let body = #"{"tool":"\#(tool)","secret":"notes/api-token"}"#
            #expect(try user.vault.client().request("POST", "/v1/resolve", body: body).status == 403)
        }
    }

    @Test("an entry whose secret was an argument starts too, and its program gets the very same arguments")
    func startedWithArguments() throws {
        let user = try ImportingUser()
        let token = "pw-" + UUID().uuidString.lowercased()
        let path = user.home + "/.cursor/mcp.json"
        let arguments = #"["%s|", "a b", "--password", "\#(token)", "$HOME"]"#
        let entry =
            #"{"command": "/usr/bin/printf", "args": \#(arguments), "env": {"WARDER_PASSWORD": "pw-7d1f2a90c3"}}"#
        try user.put(Data(#"{"mcpServers": {"notes": \#(entry)}}"#.utf8), path)
        let imported = try user.imported([path])
        #expect(imported.status == 0, "\(imported.screen)")
        #expect(imported.screen.contains("stays in the list of processes"), "\(imported.screen)")
        #expect(try user.files(with: token) == [])
        #expect(try user.files(with: "pw-7d1f2a90c3") == [".cursor/mcp.json"], "the vault's own variables stay")
        let rewritten = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: path)))
        let servers = try #require((rewritten as? [String: [String: [String: Any]]])?["mcpServers"])
        let ran = try Program.run(
            try #require(servers["notes"]?["command"] as? String),
            try #require(servers["notes"]?["args"] as? [String]),
            environment: ["PATH": "/usr/bin:/bin", "WARDER_SOCKET": user.vault.clientSocket]
        )
        #expect(ran.status == 0 && ran.output == "a b|--password|\(token)|$HOME|", "\(ran.errors)")
    }

    @Test("a dry run changes nothing, here and in the vault, and needs none")
    func dryRun() throws {
        let user = try ImportingUser()
        let configuration = ClientConfiguration.cursor()
        let path = try user.put(configuration)
        let shown = try user.warder(["mcp", "import", "--dry-run"])
        #expect(shown.status == 0 && shown.screen.contains("analytics/api-token"), "\(shown.screen)")
        #expect(shown.screen.contains("mcp.json:3"), "\(shown.screen)")
        let sealed = try user.warder(["mcp", "import", "--dry-run", path], socket: user.home + "/nothing")
        #expect(sealed.status == 0 && sealed.screen.contains("analytics/api-token"), "\(sealed.screen)")
        let refused = try user.warder(["mcp", "import", "--yes", path], socket: user.home + "/nothing")
        #expect(refused.status == 8, "\(refused.screen)")
        #expect(try user.content(configuration) == Data(configuration.text.utf8))
        #expect(try user.secrets().isEmpty && user.servers().isEmpty)
        let document = try user.warder(["mcp", "import", "--dry-run", path, "--output", "json"])
        for secret in configuration.moved + configuration.left {
            #expect(!shown.screen.contains(secret) && !document.screen.contains(secret))
        }
        #expect(document.screen.contains(#""place": "/mcpServers/analytics/env/API_TOKEN""#), "\(document.screen)")
    }

    @Test("whoever does not type the word changes nothing")
    func notConfirmed() throws {
        let user = try ImportingUser()
        let configuration = ClientConfiguration.cursor()
        let path = try user.put(configuration)
        let refused = try user.warder(["mcp", "import", path], answers: [("Type import to go on:", "yes")])
        #expect(refused.status == 1, "\(refused.screen)")
        #expect(try user.content(configuration) == Data(configuration.text.utf8))
        #expect(try user.secrets().isEmpty)
    }

    @Test("every known place is found without being named, and one that is not understood stays as it is")
    func knownPlaces() throws {
        let user = try ImportingUser()
        let found = [ClientConfiguration.claudeDesktop(), .claudeCode(), .settings()]
        for configuration in found { try user.put(configuration) }
        let broken = user.home + "/.cursor/mcp.json"
        try user.put(Data(#"{"mcpServers": {"a": }"#.utf8), broken)
        let imported = try user.imported([])
        #expect(imported.status == 0, "\(imported.screen)")
        #expect(imported.screen.contains("left as it is: \(broken): line 1"), "\(imported.screen)")
        for configuration in found {
            for secret in configuration.moved { #expect(try user.files(with: secret) == []) }
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: broken)) == Data(#"{"mcpServers": {"a": }"#.utf8))
        let undone = try user.undone(found.map { user.path($0) })
        #expect(undone.status == 0, "\(undone.screen)")
        for configuration in found { #expect(try user.content(configuration) == Data(configuration.text.utf8)) }
    }

    @Test("a prefix tells the servers of two clients apart")
    func prefix() throws {
        let user = try ImportingUser()
        let work = ClientConfiguration.small("github", path: "work/.mcp.json")
        let home = ClientConfiguration.small("github", path: "private/.mcp.json")
        try user.put(work)
        try user.put(home)
        #expect(try user.imported([user.path(work)], ["--server-prefix", "work-"]).status == 0)
        #expect(try user.imported([user.path(home)]).status == 0)
        #expect(try user.servers() == ["github", "work-github"])
        #expect(try user.secrets() == ["github/api-token": 1, "work-github/api-token": 1])
    }

    @Test("undoing gives the value that lay there, though it was rotated since")
    func rotated() throws {
        let user = try ImportingUser()
        let configuration = ClientConfiguration.small("notes", path: ".cursor/mcp.json")
        let path = try user.put(configuration)
        #expect(try user.imported([path]).status == 0)
        let rotated = #"{"fields":{"value":"the-new-one"}}"#
        try user.vault.ask("PUT", "/v1/secrets/notes/api-token", rotated, expecting: 200)
        #expect(try user.undone([path]).status == 0)
        #expect(try user.content(configuration) == Data(configuration.text.utf8))
        // The value in the vault is newer than the one in the file: an import does not put the old one over it.
        let again = try user.imported([path])
        #expect(again.status == 0, "\(again.screen)")
        #expect(try user.secrets() == ["notes/api-token": 2, "notes/api-token-2": 1])
    }

    @Test("an entry that was edited after the import is not undone, and it is said what to write there")
    func edited() throws {
        let user = try ImportingUser()
        let configuration = ClientConfiguration.small("notes", path: ".cursor/mcp.json")
        let path = try user.put(configuration)
        #expect(try user.imported([path]).status == 0)
        let text = String(decoding: try user.content(configuration), as: UTF8.self)
        let edited = Data(text.replacing("\"node\"", with: "\"node\", \"more\"").utf8)
        #expect(edited.count > text.utf8.count)
        try user.put(edited, path)
        let refused = try user.warder(["mcp", "undo", "--yes", path])
        #expect(refused.status == 7 && refused.screen.contains("was edited after the import"), "\(refused.screen)")
        #expect(refused.screen.contains("mcpServers › notes was changed after the import"), "\(refused.screen)")
        #expect(refused.screen.contains("warder secret get notes/api-token"), "\(refused.screen)")
        #expect(!refused.screen.contains(configuration.moved[0]))
        #expect(try user.content(configuration) == edited)
        #expect(try user.warder(["mcp", "list"]).screen.contains("edited"))
        let never = try user.warder(["mcp", "undo", "--yes", try user.put(.small("x", path: "x/.mcp.json"))])
        #expect(never.status == 3, "\(never.screen)")
    }

    @Test("what a client writes into its own file goes on, and the servers come back into it")
    func clientWrote() throws {
        let user = try ImportingUser()
        let tokens = ["ghp_Zq81LmTw0RkXc5Vb7Nd2Yh4Jf9Sg3PaEu6Qi", "xoxb-4821590733-kT4wQz8LrVm2XcBn6Hd0Yj3F"]
        func entry(_ token: String) -> String {
            #"{"type": "stdio", "command": "node", "args": [], "env": {"A_TOKEN": "\#(token)"}}"#
        }
        func file(_ starts: Int) throws -> Data {
            let text =
                #"{"numStartups": \#(starts), "mcpServers": {"a": \#(entry(tokens[0])), "b": \#(entry(tokens[1]))}}"#
            return try Self.writtenByClient(Data(text.utf8))
        }
        let path = user.home + "/.claude.json"
        try user.put(try file(1), path)
        try #require(unsafe chmod(path, 0o600) == 0)
        #expect(try user.imported([path]).status == 0)
        let rewritten = try Data(contentsOf: URL(fileURLWithPath: path))
        #expect(try Self.writtenByClient(rewritten) == rewritten, "the client would write it so itself")

        let counted = String(decoding: rewritten, as: UTF8.self).replacing("Startups\": 1", with: "Startups\": 4711")
        try user.put(Data(counted.utf8), path)
        try #require(unsafe chmod(path, 0o600) == 0)
        #expect(try user.warder(["mcp", "list"]).screen.contains("imported"))
        let again = try user.warder(["mcp", "import", "--yes", path])
        #expect(again.screen.contains("there is nothing to import"), "\(again.screen)")
        let undone = try user.undone([path])
        #expect(undone.status == 0 && undone.screen.contains("the rest as it is now"), "\(undone.screen)")
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == file(4711))
        #expect(try Self.mode(path) == 0o600)
        for token in tokens { #expect(!undone.screen.contains(token)) }
        #expect(try user.warder(["mcp", "list"]).screen.contains("undone"))

        // One entry changed besides: the other comes back, and what is left is named each time.
        #expect(try user.imported([path]).status == 0)
        let both = String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
        let end = try #require(both.range(of: "\"node\""))
        try user.put(Data(both.replacingCharacters(in: end, with: "\"nodejs\"").utf8), path)
        let partly = try user.undone([path])
        #expect(partly.status == 0, "\(partly.screen)")
        #expect(partly.screen.contains("mcpServers › a was changed after the import, and stays"), "\(partly.screen)")
        #expect(try user.files(with: tokens[0]) == [] && user.files(with: tokens[1]) == [".claude.json"])
        let more = try user.warder(["mcp", "undo", "--yes", path])
        #expect(more.status == 7 && more.screen.contains("mcpServers › a was changed"), "\(more.screen)")
    }

    /// The file as a client writes it that keeps its own state there.
    private static func writtenByClient(_ content: Data) throws -> Data {
        let script = """
            import json, sys
            print(json.dumps(json.loads(sys.argv[1]), indent=2, ensure_ascii=False), end="")
            """
        let result = try Program.python(script, [String(decoding: content, as: UTF8.self)])
        try #require(result.status == 0, "\(result.errors)")
        return Data(result.output.utf8)
    }

    @Test("two imports of one file are undone one after the other")
    func layers() throws {
        let user = try ImportingUser()
        let text = #"{"mcpServers": {"a": {"command": "a", "args": ["--token", "T"], "env": {"A_TOKEN": "U"}}}}"#
            .replacing("T\"]", with: "xoxb-4821590733-kT4wQz8LrVm2XcBn6Hd0Yj3F\"]")
            .replacing("\"U\"", with: "\"pw-9f2c4e81b7d05a36\"")
        let path = user.home + "/x/.mcp.json"
        try user.put(Data(text.utf8), path)
        #expect(try user.imported([path]).status == 0)
        let between = try Data(contentsOf: URL(fileURLWithPath: path))
        // The entry starts through the vault already; a new secret in it moves too.
        let more = String(decoding: between, as: UTF8.self).replacing(
            "\"env\": {",
            with: "\"env\": {\"B_TOKEN\": \"pw-77ac21d0c5e81b42\""
        )
        try user.put(Data(more.utf8), path)
        #expect(try user.imported([path]).status == 0)
        #expect(try user.files(with: "pw-77ac21d0c5e81b42") == [])
        #expect(try user.undone([path]).status == 0)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data(more.utf8))
    }
}
