import Foundation
import Testing

/// The real `warder` on a terminal, against the real `warderd`.
@Suite("Every command")
struct EveryCommandTests {
    /// A command of the tree as the program itself lists it.
    private struct Command: Decodable {
        var commandName: String
        var subcommands: [Command]?

        /// Names of the commands at the ends of the tree, without the root's and without the parser's own `help`.
        func verbs(below path: [String] = []) -> [String] {
            guard let subcommands else { return [path.joined(separator: " ")] }
            return subcommands.filter { $0.commandName != "help" }.flatMap {
                $0.verbs(below: path + [$0.commandName])
            }
        }
    }

    private struct Tree: Decodable {
        var command: Command
    }

    @Test("every verb of the program has a line in the table, and every line a verb")
    func complete() throws {
        let listed = try Program.run(Programs.path("warder"), ["--experimental-dump-help"])
        let verbs = try JSONDecoder().decode(Tree.self, from: Data(listed.output.utf8)).command.verbs()
        #expect(verbs.count > 40)
        let lines = Set(CommandTable.all.map(\.verb))
        #expect(Set(verbs).subtracting(lines).sorted() == [], "verbs without a line in CommandTable")
        #expect(lines.subtracting(verbs).sorted() == [], "lines without a verb")
    }

    @Test("every command does on a real daemon what its line in the table says")
    func run() throws {
        // The second operator reaches the operator socket by the daemon's own group.
        let vault = try VaultProcess(profile: "single-user", settings: "operator_group: root\nworker_user: root")
        let notes = try NotesService(in: vault.directory)
        try vault.addSetting("worker:\n" + notes.configuration)
        try vault.start()
        let memory = Memory(folder: vault.directory + "/out")
        memory["client"] = vault.clientSocket
        try FileManager.default.createDirectory(atPath: memory.folder, withIntermediateDirectories: false)
        for (name, text) in CommandTable.files {
            try Data(text.utf8).write(to: URL(filePath: memory.folder + "/" + name))
        }
        for line in CommandTable.setUp + CommandTable.keys { try run(line, vault, memory) }
        // The vault is open from here on, and the worker waits long before it is needed.
        let worker = try WorkerProcess(vault)
        defer { worker.kill() }
        for line in CommandTable.secrets + CommandTable.registry + CommandTable.approvals {
            try run(line, vault, memory)
        }
        let client = try vault.client()
        let issued = try client.request("POST", "/v1/tokens", body: "{\"tool\":\"list\"}")
        #expect(issued.status == 201, "\(issued.body)")
        let token = try #require(issued.json["token"] as? String)
        #expect(
            try client.request("GET", "/v1/secrets/github/pat", token: token).json["value"] as? String == "first value"
        )
        for line in CommandTable.tokens { try run(line, vault, memory) }
        #expect(try client.request("GET", "/v1/secrets/github/pat", token: token).status == 401)
        try rotateByHook(vault, memory)
        let later = CommandTable.people + CommandTable.log + CommandTable.backups + CommandTable.rotations
        for line in later { try run(line, vault, memory) }
        let exported = try String(contentsOfFile: memory.folder + "/log.jsonl", encoding: .utf8)
        #expect(exported.split(separator: "\n").count == Int(memory["exported"] ?? ""))
        for line in CommandTable.takenAway { try run(line, vault, memory) }
        let configuration = ClientConfiguration.small("calendar", path: ".mcp.json").text
        try configuration.write(toFile: memory.folder + "/.mcp.json", atomically: false, encoding: .utf8)
        for line in CommandTable.clients { try run(line, vault, memory) }
        #expect(memory.lines == CommandTable.all.count, "a part of the table was never run")
    }

    private func rotateByHook(_ vault: VaultProcess, _ memory: Memory) throws {
        for line in CommandTable.hooks { try run(line, vault, memory) }
        let body = #"{"tool":"github/list","secret":"notes/api-key"}"#
        let resolved = try vault.client().request("POST", "/v1/resolve", body: body)
        #expect(resolved.json["value"] as? String == NotesService.firstKey, "\(resolved.body)")
        for line in CommandTable.rotatedByHook { try run(line, vault, memory) }
    }

    /// What lines kept for later ones.
    private final class Memory {
        let folder: String
        /// Lines that were run.
        var lines = 0
        private var kept: [String: String]

        init(folder: String) {
            self.folder = folder
            kept = ["folder": folder]
        }

        subscript(name: String) -> String? {
            get { kept[name] }
            set { kept[name] = newValue }
        }

        func filled(_ text: String) throws -> String {
            var text = text
            for (name, value) in kept { text = text.replacing("{\(name)}", with: value) }
            while let start = text.range(of: "{file "), let end = text[start.upperBound...].firstIndex(of: "}") {
                let file = folder + "/" + text[start.upperBound..<end]
                let content = try String(contentsOfFile: file, encoding: .utf8)
                text.replaceSubrange(
                    start.lowerBound...end,
                    with: content.trimmingCharacters(in: .whitespacesAndNewlines)
                )
            }
            return text
        }
    }

    private func run(_ line: CommandRun, _ vault: VaultProcess, _ memory: Memory) throws {
        var session = TerminalSession(socket: vault.operatorSocket)
        if line.isStranger { session.uid = Stranger.uid }
        session.environment = ["XDG_STATE_HOME": memory.folder + "/remembered"]
        let arguments = try memory.filled("\(line.verb) \(line.arguments)").split(separator: " ").map(String.init)
        let result = try session.run(
            arguments,
            answers: line.answers.map { (try memory.filled($0.question), try memory.filled($0.typed)) },
            input: line.input
        )
        memory.lines += 1
        #expect(result.status == line.status, "\(line): \(result.screen)")
        let fact = try memory.filled(line.shows)
        #expect(result.screen.contains(fact), "\(line) does not say `\(fact)`: \(result.screen)")
        for (name, pattern) in line.keeps {
            let match = try Regex(pattern, as: (Substring, Substring).self).firstMatch(in: result.screen)
            memory[name] = String(try #require(match, "\(line): nothing matches \(pattern): \(result.screen)").1)
        }
    }
}
