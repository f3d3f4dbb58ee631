import Foundation
import Glibc
import Testing

/// Files that are not what they seem, and what must become of them: nothing.
@Suite("Files that an import leaves alone")
struct ImportAttackTests {
    /// What another client calls its file, and the name that the refusal says.
    private static let foreign = [
        (".codeium/windsurf/mcp_config.json", "Windsurf"), (".codex/config.toml", "Codex"),
        (".continue/config.yaml", "Continue"),
        (".gemini/settings.json", "Gemini CLI"), (".kiro/settings/mcp.json", "Kiro"),
        (".config/zed/settings.json", "Zed"),
        ("opencode.json", "opencode"), (".aws/amazonq/mcp.json", "Amazon Q"),
        (".copilot/mcp-config.json", "Copilot CLI"),
        ("servers.toml", "TOML"), ("servers.json", "--format"),
    ]

    @Test("another client's file is refused by name, and one refusal stops everything")
    func foreignClients() throws {
        let user = try ImportingUser()
        let good = ClientConfiguration.cursor()
        let path = try user.put(good)
        for (name, client) in Self.foreign {
            let other = user.home + "/" + name
            try user.put(Data(good.text.utf8), other)
            let refused = try user.warder(["mcp", "import", "--yes", path, other])
            #expect(refused.status == 1 && refused.screen.contains(client), "\(name): \(refused.screen)")
            #expect(try Data(contentsOf: URL(fileURLWithPath: other)) == Data(good.text.utf8))
        }
        #expect(try user.content(good) == Data(good.text.utf8))
        #expect(try user.secrets().isEmpty && user.servers().isEmpty)
    }

    @Test("attack: what is no plain file of one's own is refused with words, and stays as it is")
    func strangeFiles() throws {
        let user = try ImportingUser()
        let good = ClientConfiguration.cursor()
        let content = Data(good.text.utf8)
        func refuse(_ path: String, _ words: String) throws {
            let refused = try user.warder(["mcp", "import", "--yes", path])
            #expect(refused.status == 1 && refused.screen.contains(words), "\(path): \(refused.screen)")
        }
        let linked = user.home + "/linked/.mcp.json"
        try user.put(content, linked)
        try #require(unsafe link(linked, user.home + "/second-name") == 0)
        try refuse(linked, "has another name")

        let pipe = user.home + "/pipe/.mcp.json"
        try user.put(Data(), user.home + "/pipe/x")
        try #require(unsafe mkfifo(pipe, 0o600) == 0)
        try refuse(pipe, "is no regular file")

        let loop = user.home + "/loop/.mcp.json"
        try user.put(Data(), user.home + "/loop/x")
        try #require(unsafe symlink(loop, loop) == 0)
        try refuse(loop, "cannot find")

        let open = user.home + "/open/.mcp.json"
        try user.put(content, open)
        try #require(unsafe chmod(user.home + "/open", 0o777) == 0)
        try refuse(open, "other users can exchange")

        let others = user.home + "/others/.mcp.json"
        try user.put(content, others)
        try #require(unsafe chown(others, Stranger.uid, Stranger.uid) == 0)
        try refuse(others, "belongs to user \(Stranger.uid)")
        let directory = user.home + "/theirs/.mcp.json"
        try user.put(content, directory)
        try #require(unsafe chown(user.home + "/theirs", Stranger.uid, Stranger.uid) == 0)
        try refuse(directory, "belongs to another user")
        // Behind a link it is the same file.
        let way = user.home + "/way/.mcp.json"
        try user.put(Data(), user.home + "/way/x")
        try #require(unsafe symlink(others, way) == 0)
        try refuse(way, "belongs to user \(Stranger.uid)")

        for (name, text) in [
            ("twice", #"{"mcpServers": {}, "mcpServers": {}}"#), ("list", "[]"), ("empty", ""),
            ("nul", "{\"a\": \"\0\"}"),
            (
                "half",
                #"{"mcpServers": {"a": {"command": "a", "env": {"T_TOKEN": "ghp_Zq81LmTw0RkXc5Vb7Nd2Yh4Jf9Sg3PaEu6Qi"}}}"#
            ),
            ("misplaced", #"{"mcpServers": ["ghp_Zq81LmTw0RkXc5Vb7Nd2Yh4Jf9Sg3PaEu6Qi"]}"#),
        ] {
            let path = "\(user.home)/\(name)/.mcp.json"
            try user.put(Data(text.utf8), path)
            let refused = try user.warder(["mcp", "import", "--yes", path])
            #expect(refused.status == 1 && refused.screen.contains("line "), "\(name): \(refused.screen)")
            #expect(!refused.screen.contains("ghp_"))
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data(text.utf8))
        }
        for path in [linked, open, others, directory] {
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == content)
        }
        #expect(try user.secrets().isEmpty && user.servers().isEmpty)
    }

    @Test("a link is followed to the file that it means, and stays a link")
    func followed() throws {
        let user = try ImportingUser()
        let dotfiles = ClientConfiguration.small("notes", path: "dotfiles/claude.json")
        let target = try user.put(dotfiles)
        let path = user.home + "/.claude.json"
        try #require(unsafe symlink(target, path) == 0)
        let imported = try user.imported([path])
        #expect(imported.status == 0 && imported.screen.contains("leads to \(target)"), "\(imported.screen)")
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: path) == target)
        #expect(try user.files(with: dotfiles.moved[0]) == [])
        #expect(try user.undone([path]).status == 0)
        #expect(try user.content(dotfiles) == Data(dotfiles.text.utf8))
    }

    @Test("names that the vault has already are not taken over")
    func takenNames() throws {
        let user = try ImportingUser()
        let configuration = ClientConfiguration.small("notes", path: ".cursor/mcp.json")
        let path = try user.put(configuration)
        try user.vault.ask(
            "PUT",
            "/v1/secrets/notes-2/api-token",
            #"{"fields":{"value":"somebody else's"}}"#,
            expecting: 201
        )
        let theirs = #"{"name":"notes","selectors":{"uid":\#(Stranger.uid)}}"#
        try user.vault.ask("POST", "/v1/servers", theirs, expecting: 201)
        let imported = try user.imported([path])
        #expect(imported.status == 0, "\(imported.screen)")
        #expect(try user.servers() == ["notes", "notes-2"])
        #expect(try user.secrets() == ["notes-2/api-token": 1, "notes-2/api-token-2": 1])
    }

    @Test("what lay in git is named as such, and nothing in the repository is run")
    func git() throws {
        let user = try ImportingUser()
        let configuration = ClientConfiguration.project()
        let path = try user.put(configuration)
        let folder = (path as NSString).deletingLastPathComponent
        let mark = user.home + "/was-run"
        let program = user.home + "/hook.sh"
        try user.put(Data("#!/bin/sh\ntouch '\(mark)'\n".utf8), program)
        try #require(unsafe chmod(program, 0o755) == 0)
        func git(_ arguments: [String]) throws {
            let environment = ["PATH": "/usr/bin:/bin", "HOME": user.home, "GIT_CONFIG_NOSYSTEM": "1"]
            let result = try Program.run("/usr/bin/git", ["-C", folder] + arguments, environment: environment)
            try #require(result.status == 0, "\(result.errors)")
        }
        try git(["init", "--quiet"])
        try git(["add", ".mcp.json"])
        try git(["-c", "user.name=Ada", "-c", "user.email=ada@example.net", "commit", "--quiet", "-m", "Servers"])
        try git(["rm", "--quiet", "--cached", ".mcp.json"])
        for name in ["core.fsmonitor", "core.pager", "core.sshCommand", "core.editor", "gpg.program", "diff.external"] {
            try git(["config", name, program])
        }
        // The attack is one: git itself runs what the configuration names.
        _ = try Program.run(
            "/usr/bin/git",
            ["-C", folder, "status"],
            environment: ["PATH": "/usr/bin:/bin", "HOME": user.home]
        )
        #expect(FileManager.default.fileExists(atPath: mark))
        try FileManager.default.removeItem(atPath: mark)

        let shown = try user.warder(["mcp", "import", "--dry-run", path, "--output", "json"])
        #expect(shown.screen.contains("every clone of the repository has it"), "\(shown.screen)")
        let outside = try user.put(.small("x", path: "elsewhere/.mcp.json"))
        let other = try user.warder(["mcp", "import", "--dry-run", outside, "--output", "json"])
        #expect(other.status == 0 && !other.screen.contains("every clone"), "\(other.screen)")
        #expect(!FileManager.default.fileExists(atPath: mark), "a program of the repository was run")
    }
}
