import ArgumentParser
import Testing

@testable import WarderCommands

@Suite("Command tree")
struct CommandTreeTests {
    /// Every command with its names from the root.
    static let commands: [(path: [String], type: any ParsableCommand.Type)] = walk([], Warder.self)

    private static func walk(
        _ path: [String],
        _ type: any ParsableCommand.Type
    ) -> [(path: [String], type: any ParsableCommand.Type)] {
        let here = path + [type.configuration.commandName ?? "?"]
        return [(here, type)] + type.configuration.subcommands.flatMap { walk(here, $0) }
    }

    /// The command lines in a command's help, without what the shell adds.
    private static func examples(of type: any ParsableCommand.Type) -> [[String]] {
        // A line that ends with a backslash goes on in the next one.
        let discussion = type.configuration.discussion.replacing("\\\n", with: "")
        let lines = discussion.split(separator: "\n").drop { $0 != "EXAMPLE" }.dropFirst()
        return lines.prefix { $0.hasPrefix("  ") }.flatMap { line in
            line.split(whereSeparator: { "|;>".contains($0) }).compactMap { part -> [String]? in
                var words: [String] = []
                for (index, piece) in part.prefix(while: { $0 != "<" }).split(
                    separator: "\"",
                    omittingEmptySubsequences: false
                ).enumerated() {
                    words += index % 2 == 1 ? [String(piece)] : piece.split(separator: " ").map(String.init)
                }
                return words.first == "warder" ? Array(words.dropFirst()) : nil
            }
        }
    }

    @Test("all verbs of the first release are there")
    func verbs() {
        let paths = Set(Self.commands.map { $0.path.dropFirst().joined(separator: " ") })
        let verbs = """
            init status unseal seal doctor report rehearse completion run
            secret:put set get list show versions promote rollback delete undelete destroy
            server:add update list show quarantine release remove
            tool:add list show set diff accept classify remove
            grant:add list remove
            token:list revoke
            approval:list inbox show approve deny break-glass review
            approval rule:list set remove
            approval standing:add list revoke
            limit:list set
            alert:list show ack mute unmute
            operator:add list show remove enrol passphrase
            audit:tail search who-read who-can summary find-leak export checkpoint prove verify prune
            rotate:now schedule status history test resume abort rollback pause continue forget remove
            backup:create verify restore review release
            mcp:import list undo
            key:slots add-slot remove-slot change-passphrase rotate
            """
        for line in verbs.split(separator: "\n") {
            let parts = line.split(separator: ":")
            for verb in (parts.last ?? "").split(separator: " ") {
                let path = parts.count == 2 ? "\(parts[0]) \(verb)" : String(verb)
                #expect(paths.contains(path), "\(path)")
            }
        }
    }

    @Test("every command's help has an example, and every example is a command line that parses")
    func everyHelpHasExamples() throws {
        #expect(Self.commands.count > 45)
        for (path, type) in Self.commands {
            let examples = Self.examples(of: type)
            // Wrapped by the help's 80 columns, a line could not be copied.
            let narrow = Set(Warder.helpMessage(for: type, columns: 80).split(separator: "\n"))
            for line in type.configuration.discussion.split(separator: "\n") where line.hasPrefix("  ") {
                #expect(narrow.contains(line), "\(line)")
            }
            #expect(!examples.isEmpty, "\(path)")
            #expect(Warder.helpMessage(for: type).contains("EXAMPLE"), "\(path)")
            for example in examples {
                #expect(throws: Never.self, "\(example)") { _ = try Warder.parseAsRoot(example) }
            }
        }
    }

    @Test("every leaf takes the global options, before and after its name")
    func globalOptions() throws {
        for arguments in [
            ["--output", "json", "--yes", "--socket", "/s", "secret", "list"],
            ["secret", "list", "--output", "json", "--yes", "--socket", "/s"],
            ["secret", "-o", "json", "list", "-y", "--socket", "/s"],
        ] {
            let command = try #require(try Warder.parseAsRoot(arguments) as? any VaultCommand)
            #expect(command.global.output == .json, "\(arguments)")
            #expect(command.global.yes, "\(arguments)")
            #expect(command.global.socket == "/s", "\(arguments)")
        }
        for (path, type) in Self.commands where type.configuration.subcommands.isEmpty {
            #expect(type is any VaultCommand.Type, "\(path)")
        }
    }

    @Test("no option takes a secret as its value")
    func noSecretInArguments() {
        let suspicious = ["password", "passphrase", "value", "token", "credential", "key", "pin"]
        for (path, type) in Self.commands {
            for word in Warder.helpMessage(for: type).split(whereSeparator: { " \n,".contains($0) }) {
                guard word.hasPrefix("--") else { continue }
                let name = word.dropFirst(2).prefix { $0.isLetter || $0 == "-" }
                if name == "credential-file" { continue }  // A path.
                if path.last == "verify", name.hasPrefix("key") { continue }  // The log's key is public.
                #expect(
                    !suspicious.contains { name.split(separator: "-").contains(Substring($0)) }
                        || name == "keep-newline",
                    "\(path) \(word)"
                )
            }
        }
    }

    @Test(
        "a value on the command line is refused, and not repeated",
        arguments: [["secret", "put", "a/b"], ["unseal"], ["init"], ["operator", "passphrase"]]
    )
    func valueAsArgument(_ command: [String]) throws {
        let run = try CommandRun(command + ["hunter2-canary"])
        #expect(run.status == .usage)
        #expect(run.errors.contains("never given as an argument"))
        #expect(!run.errors.contains("canary") && !run.outputText.contains("canary"))
    }

    @Test("values do not come from the environment")
    func valueInEnvironment() throws {
        let status = """
            {"state":"unsealed","profile":"team","version":"0.1.0","pid":1,"started":"2026-11-21T07:00:00Z","slots":[],\
            "memory_locked":true,"client_socket":"/c"}
            """
        let stub = try StubVault([.json("GET /v1/sys/status", 200, status)])
        defer { stub.stop() }
        let names = ["WARDER_PASSPHRASE", "WARDER_SECRET", "WARDER_VALUE", "WARDER_TOKEN", "PASSPHRASE"]
        let run = try CommandRun(
            ["secret", "put", "a/b"],
            socket: stub.path,
            environment: Dictionary(uniqueKeysWithValues: names.map { ($0, "hunter2") })
        )
        #expect(run.status == .usage)
        #expect(stub.surprises == [] && stub.requests.count == 1)
    }

    @Test(
        "a group without a command is an error that names its commands",
        arguments: ["secret", "key", "token", "audit", "server", "tool", "grant", "operator"]
    )
    func groupAlone(_ group: String) throws {
        let run = try CommandRun([group])
        #expect(run.status == .usage && run.output.isEmpty)
        #expect(run.errors.hasPrefix("warder: say what to do: `warder \(group) COMMAND`\n  Commands: "))
        let help = try CommandRun([group, "--help"])
        #expect(help.status == .done && help.outputText.contains("EXAMPLE"))
    }

    @Test("completion scripts know the commands", arguments: ["bash", "zsh", "fish"])
    func completion(_ shell: String) throws {
        let run = try CommandRun(["completion", shell])
        #expect(run.status == .done)
        #expect(run.outputText.contains("quarantine"))
    }

    @Test(
        "completion offers every word where only some are possible, and the usual ones where others are too",
        arguments: [
            (
                "approval_rule_set",
                "read-only side-effect critical standard financial administrative operator owner security team-lead"
            ),
            ("approval_rule_remove", "read-only side-effect critical standard financial administrative"),
            (
                "alert_rule_set",
                "honeytoken spike many_secrets refusals unknown_peers unexpected_peer off_hours"
            ),
            ("alert_mute", "honeytoken spike many_secrets refusals unknown_peers unexpected_peer off_hours"),
            ("alert_unmute", "honeytoken spike many_secrets refusals unknown_peers unexpected_peer off_hours"),
            ("limit_set", "read-only side-effect critical"),
        ]
    )
    func completedWords(_ command: String, _ words: String) throws {
        let script = try CommandRun(["completion", "bash"]).outputText
        let start = try #require(script.firstRange(of: "\n_warder_\(command)() {\n"))
        let rest = script[start.upperBound...]
        let body = rest[..<(try #require(rest.firstRange(of: "\n}"))).lowerBound]
        for word in words.split(separator: " ") { #expect(body.contains("'\(word)'"), "\(word)") }
    }
}

extension Warder {
    /// The help screen of a command below the root.
    fileprivate static func helpMessage(for type: any ParsableCommand.Type, columns: Int = 100) -> String {
        helpMessage(for: type as any ParsableArguments.Type, columns: columns)
    }

    private static func helpMessage(for type: any ParsableArguments.Type, columns: Int) -> String {
        type.helpMessage(includeHidden: false, columns: columns)
    }
}
