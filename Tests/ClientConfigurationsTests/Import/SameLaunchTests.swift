import RandomTesting
import StrictJSON
import Testing
import WarderModel

@testable import ClientConfigurations

/// A server must not notice that it was moved: same program, same arguments, same variables; same address, same headers.
@Suite struct SameLaunchTests {
    /// What a client starts.
    private struct Launch: Equatable {
        var command: String
        var arguments: [String]
        var variables: [String: String]

        init(_ program: ServerEntry.Program) {
            command = program.commandText
            arguments = program.arguments.map(\.text)
            variables = Dictionary(program.variables.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
        }

        /// What a client asks, as if it were a program.
        init(_ remote: ServerEntry.Remote) {
            command = "a remote server"
            arguments = [remote.url.value.text ?? ""] + remote.headers.map { "\($0.name): \($0.value)" }
            variables = [:]
        }

        /// What `warder run` starts in its place, once the vault has given the values.
        func started(with secrets: [String: String]) throws -> Launch {
            guard command == "warder", let separator = arguments.firstIndex(of: "--") else { return self }
            var launch = self
            launch.command = try #require(arguments.dropFirst(separator + 1).first)
            launch.arguments = Array(arguments[(separator + 2)...])
            for (index, argument) in arguments[..<separator].enumerated() where argument == "--env" {
                let parts = arguments[index + 1].split(separator: "=", maxSplits: 1).map(String.init)
                let value: String = try #require(secrets[parts[1]])
                launch.variables[parts[0]] = value
            }
            try launch.leaveShell()
            launch.connect()
            return launch
        }

        /// Does what the shell does that puts arguments together.
        private mutating func leaveShell() throws {
            guard command == "sh", arguments.first == "-c", arguments[1].hasSuffix("\"") else { return }
            let script = arguments[1]
            command = arguments[2]
            var parameters = Array(arguments[3...])
            for statement in script.split(separator: "; ") {
                if statement == "shift" {
                    parameters.removeFirst()
                    continue
                }
                var words: [String] = []
                for quoted in statement.matches(of: /"([^"]*)"/) {
                    let word = String(quoted.1)
                    if word == "$@" {
                        words += parameters
                    } else if let number = word.wholeMatch(of: /\$(\d)/).flatMap({ Int($0.1) }) {
                        words.append(number == 0 ? command : parameters[number - 1])
                    } else {
                        let match = try #require(word.wholeMatch(of: /(.*)\$(\w+)/))
                        words.append(String(match.1) + (try #require(variables[String(match.2)])))
                    }
                }
                parameters = words
            }
            variables = variables.filter { !script.contains("$\($0.key)\"") }
            arguments = Array(parameters.dropFirst())
        }

        /// Does what `warder mcp connect` does with braces.
        private mutating func connect() {
            guard command == "warder", arguments.prefix(2) == ["mcp", "connect"] else { return }
            command = "a remote server"
            arguments = arguments.dropFirst(2).filter { $0 != "--header" }.map { argument in
                variables.reduce(argument) { $0.replacing("{\($1.key)}", with: $1.value) }
            }
            variables = [:]
        }

        /// A container's client hands on its own variable under `-e NAME`.
        func isSame(as original: Launch) -> Bool {
            guard command == original.command, arguments.count == original.arguments.count else { return false }
            var variables = variables
            for (new, old) in zip(arguments, original.arguments) where new != old {
                let parts = old.split(separator: "=", maxSplits: 2).map(String.init)
                let name =
                    old.hasPrefix("--env=")
                    ? parts[1] : parts[0].hasPrefix("-e") ? String(parts[0].dropFirst(2)) : parts[0]
                guard let value = variables.removeValue(forKey: name), old == new + "=" + value else { return false }
            }
            return variables == original.variables
        }
    }

    private static func programs(_ file: ConfigurationFile) -> [(place: Place, launch: Launch)] {
        ServerEntries(of: file.tree.root, format: file.format).entries.compactMap { entry in
            switch entry.kind {
            case .program(let program): return (entry.place, Launch(program))
            case .remote(let remote): return (entry.place, Launch(remote))
            case .unclear: return nil
            }
        }
    }

    /// Holds the servers of a file before and after its import against each other; answers how many were moved.
    @discardableResult
    private static func compare(_ before: ConfigurationFile, _ plan: ImportPlan) throws -> Int {
        let rewritten = try #require(plan.files.first?.rewritten)
        let after = try ConfigurationFile(path: before.path, content: rewritten, format: before.format)
        var secrets: [String: String] = [:]
        for secret in plan.secrets {
            secrets["\(secret.name.text)#\(secret.field.text)"] = try secret.value().withBytes { $0.text }
        }
        let pairs = zip(programs(before), programs(after))
        #expect(programs(before).map(\.place) == programs(after).map(\.place))
        var moved = 0
        for (old, new) in pairs {
            // What was started by Warder before is resolved by a vault that this test does not have.
            guard old.launch.command != "warder" else { continue }
            moved += new.launch.command == "warder" ? 1 : 0
            let isSame = try new.launch.started(with: secrets).isSame(as: old.launch)
            #expect(isSame, "\(old.place)")
        }
        return moved
    }

    @Test(arguments: FixtureFile.all)
    func `a server is started as it was`(fixture: FixtureFile) throws {
        let before = try file(fixture.path, fixture.text)
        #expect(try Self.compare(before, ImportPlan([before])) > 0)
    }

    static let entries = [
        #"{"command": "docker", "args": ["run", "-eA_TOKEN=T", "--env=B_TOKEN=T", "-e", "C_TOKEN=T", "-itv", "a:b", "i", "-e", "x"]}"#,
        #"{"command": "/usr/bin/podman", "args": ["--log-level", "info", "run", "--name=x", "--env", "A_TOKEN=T", "i"], "env": {"X": 1}}"#,
        #"{"env": {"A_TOKEN": "T", "B_URL": "a://b:c-d@e", "": "x", "N": 1.50, "Z": null}, "args": [ ], "command": "\u0061"}"#,
        #"{"command": "a", "args": ["--", "--env", "A=b", ""], "env": {"A_TOKEN": "T\u0022\\\n\t\ud83d\ude00"}}"#,
        "{\"command\":\"a\" // x\n,\"args\":[ // y\n\"b\" // z\n] // w\n,\"env\":{ // v\n\"A_TOKEN\":\"T\" // u\n,\"B\":\"b\" // t\n} // s\n}",
    ]

    @Test(arguments: entries)
    func `however its entry is written`(entry: String) throws {
        let text =
            #"{"mcpServers": {"s": \#(entry.replacing("\"T", with: "\"" + Invented.github).replacing("=T\"", with: "=" + Invented.slack + "\""))}}"#
        let before = try file("claude_desktop_config.json", text)
        #expect(try Self.compare(before, ImportPlan([before])) == 1)
    }

    @Test func `whatever damage the file has`() throws {
        var random = SeededGenerator.printed()
        var moved = 0
        for round in 0..<1500 {
            let fixture = FixtureFile.all[round % FixtureFile.all.count]
            let content = Mutation.mutate(fixture.text.bytes, using: &random)
            guard let before = try? ConfigurationFile(path: fixture.path, content: content) else { continue }
            let plan = try ImportPlan([before])
            if !plan.changesNothing { moved += try Self.compare(before, plan) }
        }
        #expect(moved > 100, "seed \(random.seed)")
    }

    @Test(arguments: FixtureFile.all)
    func `what was strict JSON is strict JSON again`(fixture: FixtureFile) throws {
        let isStrict = { (bytes: [UInt8]) in (try? JSONDocument(copying: bytes.span)) != nil }
        guard isStrict(fixture.text.bytes) else { return }
        let rewritten = try #require(try ImportPlan([file(fixture.path, fixture.text)]).newText)
        #expect(isStrict(rewritten.bytes))
    }
}
