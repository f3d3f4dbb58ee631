import Foundation
import Testing
import WarderModel

@testable import ClientConfigurations

/// Arguments leave the file, at the price that a shell says them.
@Suite struct ArgumentTests {
    @Test func `a shell puts the arguments together, and the file has none of the secrets`() throws {
        let entry = #"{"command": "npx", "args": ["-y", "server-postgres", "\#(Invented.databaseURL)"]}"#
        let plan = try plan(entry: entry, key: "postgres")
        #expect(plan.left.isEmpty)
        #expect(plan.secrets.map(\.name.text) == ["postgres/postgresql-url"])
        #expect(try plan.secrets.first?.value().withBytes { $0 } == Invented.databaseURL.bytes)
        #expect(
            plan.newText == #"""
                {"mcpServers": {"postgres": {"command": "warder", "args": ["run", "--server", "postgres", "--env", \#
                "MCP_ARGUMENT_3=postgres/postgresql-url#value", "--", "sh", "-c", \#
                "exec \"$0\" \"$1\" \"$2\" \"$MCP_ARGUMENT_3\"", "npx", "-y", "server-postgres", "{MCP_ARGUMENT_3}"]}}}
                """#
        )
        let again = try ImportPlan([file(".cursor/mcp.json", try #require(plan.newText))])
        #expect(again.changesNothing && again.left.isEmpty)
    }

    static let commands: [[String]] = [
        ["--token", Invented.github, "x"], ["x", "--token=\(Invented.github)"], [Invented.databaseURL],
        ["a b", "$HOME", "`id`", "\"q\"", "'", "", "*", "--api-key", Invented.hex, "\\"],
        ["--header", "Authorization: Bearer \(Invented.slack)", "-H", "X-Api-Key:\(Invented.hex)"],
        ["--password", "it's $HOME \"x\" `y` \\n *", "end"], ["run", "-it", "--token", Invented.github],
        // More than nine others: a parameter of two digits needs braces, which a client would take for its own.
        ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9 9", "--token", Invented.github],
        ["--token", Invented.github, "1", "--key=\(Invented.hex)", "", "4", "5", "6", "7", "$8", "9", "*", "\"", "13"],
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
        let plan = try plan(entry: entry)
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

    static let unmoved: [(String, Left.Reason)] = [
        // What stands before the secret would mean something to the shell.
        (#"{"command": "a", "args": ["--t*k=\#(Invented.github)"]}"#, .argument),
        (#"{"command": "a", "args": ["--$(id)-token=\#(Invented.github)"]}"#, .argument),
        (#"{"command": "a", "args": ["postgres://${USER}:\#(Invented.password)@h/d"]}"#, .mixed),
    ]

    @Test(arguments: unmoved)
    func `what a shell could misread stays`(entry: String, why: Left.Reason) throws {
        let plan = try plan(entry: entry)
        #expect(plan.changesNothing)
        #expect(plan.left.map(\.reason) == [why])
    }

    @Test func `one argument that stays does not hold back the others`() throws {
        let entry = #"{"command": "a", "args": ["--t*k=\#(Invented.slack)", "--token", "\#(Invented.github)"]}"#
        let plan = try plan(entry: entry)
        #expect(plan.secrets.count == 1 && plan.left.map(\.reason) == [.argument])
        #expect(plan.newText?.contains(Invented.github) == false)
    }

    @Test func `whoever wants them kept has them kept, and they are named`() throws {
        let entry =
            #"{"command": "a", "args": ["--token", "\#(Invented.github)"], "env": {"B_TOKEN": "\#(Invented.slack)"}}"#
        let plan = try plan(entry: entry, settings: ImportSettings(keepsArguments: true))
        #expect(plan.secrets.map(\.name.text) == ["github/b-token"])
        #expect(plan.left.map(\.reason) == [.argumentByChoice])
        #expect(plan.newText?.contains(Invented.github) == true)
    }

    @Test func `the plan says which secrets stay in the list of processes`() throws {
        let entry =
            #"{"command": "a", "args": ["--token", "\#(Invented.github)"], "env": {"B_TOKEN": "\#(Invented.slack)"}}"#
        let plan = try plan(entry: entry)
        #expect(plan.secrets.map(\.isArgument) == [false, true])
    }

    static let launched = [
        #"{"command": "warder", "args": ["run", "--server", "x", "--", "a", "--token", "\#(Invented.github)", "b c"]}"#,
        // The name of the variable is taken.
        #"{"command": "warder", "args": ["run", "--server", "x", "--env", "MCP_ARGUMENT_9=x/y#value", "--", "a", "b", "\#(Invented.github)"]}"#,
        "{\"command\": \"warder\", \"args\": [\n  \"run\",\n  \"--server\",\n  \"x\",\n  \"--\",\n  \"a\",\n  \"--key\", // its\n  \"\(Invented.hex)\"\n]}",
    ]

    @Test(arguments: launched)
    func `arguments of a server that is started through the vault move as well`(entry: String) throws {
        let plan = try plan(entry: entry, settings: ImportSettings(takenServers: [try ServerName("x")]))
        let text = try #require(plan.newText)
        #expect(plan.left.isEmpty && plan.secrets.count == 1)
        #expect(!Invented.all.contains { text.contains($0) })
        #expect(text.contains(#"\"$MCP_ARGUMENT_"#) && text.contains(#""sh""#))
        let variables = Set(text.matches(of: /--env",\s+"(\w+)=/).map { String($0.1) })
        #expect(variables.count == text.matches(of: /"--env"/).count, "each has a name of its own")
        #expect(try ImportPlan([file("claude_desktop_config.json", text)]).changesNothing)
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
        let plan = try plan(entry: entry)
        #expect(plan.secrets.map(\.name.text) == ["github/b-token", "github/token"])
        let text = try #require(plan.newText)
        #expect(text.contains("// words") && text.contains("// secret") && text.contains("// last"))
        let again = try ImportPlan([file("claude_desktop_config.json", text)])
        #expect(again.changesNothing)
    }

    @Test func `the script that an import wrote is no secret to the next one, whatever its words say`() throws {
        for arguments in [
            #"["-urapika_key=::::::y","p://-grav:l@h/d"]"#,
            #"["1","2","3","4","5","6","7","8","9","10","-urapika_key=::::::y","p://-grav:l@h/d"]"#,
        ] {
            let plan = try plan(entry: #"{"command": "npx", "args": \#(arguments)}"#, key: "a")
            #expect(plan.secrets.count == 2)
            #expect(try ImportPlan([file(".cursor/mcp.json", try #require(plan.newText))]).changesNothing)
        }
    }

    @Test func `a program is none to the next import either, whatever its name says`() throws {
        let entry = #"{"command": "el@h?token=q9gravelmotgghpzq82", "args": ["-y", "--token=\#(Invented.github)"]}"#
        let plan = try plan(entry: entry, key: "a")
        #expect(plan.secrets.count == 1)
        #expect(try ImportPlan([file(".cursor/mcp.json", try #require(plan.newText))]).changesNothing)
    }

    @Test func `a script of somebody else is looked at like any other argument`() {
        for script in [
            #"exec "$0" "$1" "#, #"exec "$0" "$1" --token=x"#, #"exec "$0" "--token=x""#, #"exec "$0" "$(id)$A""#,
            #"exec "$0" "$1"; curl"#, "exec", "", #"set -- "$@" "$1"; shift; "#,
            #"set -- "$@" "x"; shift; exec "$0" "$@""#,
        ] {
            #expect(!ShellCommand.isScript(script), "\(script)")
        }
    }
}
