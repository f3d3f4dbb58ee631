import Foundation
import Testing
import WarderModel

@testable import ClientConfigurations

/// Arguments that a person wants out of the file, at the price that a shell says them.
@Suite struct ArgumentTests {
    private static let settings = ImportSettings(movesArguments: true)

    @Test func `a shell puts the arguments together, and the file has none of the secrets`() throws {
        let entry = #"{"command": "npx", "args": ["-y", "server-postgres", "\#(Invented.databaseURL)"]}"#
        let plan = try plan(entry: entry, key: "postgres", settings: Self.settings)
        #expect(plan.left.isEmpty)
        #expect(plan.secrets.map(\.name.text) == ["postgres/postgresql-url"])
        #expect(try plan.secrets.first?.value().withBytes { $0 } == Invented.databaseURL.bytes)
        #expect(
            plan.newText == #"""
                {"mcpServers": {"postgres": {"command": "warder", "args": ["run", "--server", "postgres", "--env", \#
                "MCP_ARGUMENT_3=postgres/postgresql-url#value", "--", "sh", "-c", \#
                "exec \"$0\" \"$1\" \"$2\" \"$MCP_ARGUMENT_3\"", "npx", "-y", "server-postgres"]}}}
                """#
        )
        let again = try ImportPlan([file(".cursor/mcp.json", try #require(plan.newText))], settings: Self.settings)
        #expect(again.changesNothing && again.left.isEmpty)
    }

    static let commands: [[String]] = [
        ["--token", Invented.github, "x"], ["x", "--token=\(Invented.github)"], [Invented.databaseURL],
        ["a b", "$HOME", "`id`", "\"q\"", "'", "", "*", "--api-key", Invented.hex, "\\"],
        ["--header", "Authorization: Bearer \(Invented.slack)", "-H", "X-Api-Key:\(Invented.hex)"],
        ["--password", "it's $HOME \"x\" `y` \\n *", "end"], ["run", "-it", "--token", Invented.github],
    ]

    @Test(arguments: commands)
    func `the program gets the very same arguments from a real shell`(arguments: [String]) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "warder-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let program = folder.appending(path: "program")
        try Data("#!/bin/sh\nfor word; do printf '%s\\0' \"$word\"; done\n".utf8).write(to: program)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: program.path)

        let list = String(decoding: Edits.array(arguments), as: UTF8.self)
        let entry = #"{"command": "\#(program.path)", "args": \#(list)}"#
        let plan = try plan(entry: entry, settings: Self.settings)
        let text = try #require(plan.newText)
        let tree = try SyntaxTree(text.bytes)
        let rewritten = tree.root["mcpServers"]?["github"]?["args"]
        let words = try #require(rewritten).elements.compactMap(\.text)
        let separator = try #require(words.firstIndex(of: "--"))
        var environment = ["PATH": "/usr/bin:/bin"]
        for (index, word) in words[..<separator].enumerated() where word == "--env" {
            let parts = words[index + 1].split(separator: "=", maxSplits: 1).map(String.init)
            let secret = plan.secrets.first { "\($0.name.text)#\($0.field.text)" == parts[1] }
            environment[parts[0]] = try #require(secret).value().withBytes { $0.text }
        }
        #expect(!Invented.all.contains { text.contains($0) })
        #expect(try Self.run(Array(words[(separator + 1)...]), environment) == arguments)
    }

    private static func run(_ command: [String], _ environment: [String: String]) throws -> [String] {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = command
        process.environment = environment
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return output.split(separator: 0, omittingEmptySubsequences: false).dropLast().map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    static let unmoved = [
        // Ten other arguments: a parameter of two digits needs braces, which a client would take for its own.
        #"{"command": "a", "args": ["0","1","2","3","4","5","6","7","8","9", "--token", "\#(Invented.github)"]}"#,
        // What stands before the secret would mean something to the shell.
        #"{"command": "a", "args": ["--t*k=\#(Invented.github)"]}"#,
        #"{"command": "a", "args": ["--$(id)-token=\#(Invented.github)"]}"#,
        #"{"command": "a", "args": ["postgres://${USER}:\#(Invented.password)@h/d"]}"#,
        #"{"command": "warder", "args": ["run", "--server", "x", "--", "a", "--token", "\#(Invented.github)"]}"#,
    ]

    @Test(arguments: unmoved)
    func `what a shell could misread stays`(entry: String) throws {
        let plan = try plan(entry: entry, settings: Self.settings)
        #expect(plan.changesNothing)
        #expect(!plan.left.isEmpty && plan.left.allSatisfy { $0.reason == .argument })
    }

    @Test func `variables move with arguments, and comments stay`() throws {
        let entry = """
            {
              "command": "a",
              "args": [ // words
                "--token", "\(Invented.slack)", // secret
                "x", // last
              ],
              "env": {"B_TOKEN": "\(Invented.github)"}
            }
            """
        let plan = try plan(entry: entry, settings: Self.settings)
        #expect(plan.secrets.map(\.name.text) == ["github/token", "github/b-token"])
        let text = try #require(plan.newText)
        #expect(text.contains("// words") && text.contains("// secret") && text.contains("// last"))
        let again = try ImportPlan([file("claude_desktop_config.json", text)], settings: Self.settings)
        #expect(again.changesNothing)
    }
}
