import Foundation
import Glibc
import Testing
import WarderTesting

/// What a daemon does with a log of which the beginning was pruned.
@Suite("A pruned log")
struct PrunedLogTests {
    private let vault: VaultProcess
    private let directory: String

    init() async throws {
        vault = try VaultProcess(profile: "single-user")
        directory = vault.directory
        try OldVault.put(try await OldVault.make(), into: vault)
    }

    private func start() throws {
        try vault.start()
        try vault.ask("POST", "/v1/sys/unseal", #"{"passphrase":"\#(TestVault.passphrase)"}"#, expecting: 200)
    }

    private func prune() throws {
        let client = try vault.operator()
        let passphrase = #"{"passphrase":"\#(TestVault.passphrase)"}"#
        let proof = try client.request("POST", "/v1/presence", body: passphrase).json["proof"] as? String
        let answer = try client.request("POST", "/v1/audit/prune", body: #"{"before":"2021-01-01"}"#, presence: proof)
        #expect(answer.status == 200 && answer.body.contains("pruned"), "\(answer.body)")
    }

    private func isDeleting() throws -> Bool {
        try vault.ask("GET", "/v1/audit/retention").json["deleting"] as? Bool == true
    }

    private func waitUntilDeleted() throws {
        let end = ContinuousClock.now + .seconds(30)
        while try isDeleting(), ContinuousClock.now < end { usleep(50_000) }
        #expect(try !isDeleting())
    }

    private func warder(_ arguments: [String]) throws -> (status: Int32, text: String) {
        let command = Process()
        command.executableURL = URL(fileURLWithPath: Programs.path("warder"))
        command.arguments = arguments + ["--socket", vault.operatorSocket]
        command.environment = ["PATH": "/usr/bin:/bin", "HOME": directory]
        let pipe = Pipe()
        command.standardOutput = pipe
        command.standardError = pipe
        command.standardInput = FileHandle.nullDevice
        try command.run()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        command.waitUntilExit()
        return (command.terminationStatus, text)
    }

    @Test("rows wait for a sink that has not got them, which then has every event")
    func sink() throws {
        let file = directory + "/events.jsonl"
        try FileManager.default.createDirectory(atPath: file, withIntermediateDirectories: false)
        try vault.addSetting("audit:\n  file: \(file)")
        try start()
        let before = try vault.events().count
        try prune()
        // Longer than a round of the service that deletes.
        usleep(2_500_000)
        #expect(try isDeleting())
        try FileManager.default.removeItem(atPath: file)
        try waitUntilDeleted()
        let text = try String(contentsOfFile: file, encoding: .utf8)
        #expect(text.split(separator: "\n").count >= before)
        #expect(text.hasPrefix(#"{"action":"create""#))
        #expect(try vault.events().count < before)
    }

    @Test("a sink that comes when the events are gone gets the others, and the daemon says which it missed")
    func lateSink() throws {
        try start()
        try prune()
        try waitUntilDeleted()
        let through = try #require(vault.ask("GET", "/v1/audit/retention").json["pruned_through"] as? Int)
        let file = directory + "/events.jsonl"
        vault.kill()
        try vault.addSetting("audit:\n  file: \(file)")
        try start()
        let end = ContinuousClock.now + .seconds(20)
        while !FileManager.default.fileExists(atPath: file), ContinuousClock.now < end { usleep(50_000) }
        usleep(300_000)
        let first = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").first
        #expect(first?.contains(#""seq":\#(through + 1),"#) == true)
        #expect(vault.said.contains("events=1 to \(through)"), "\(vault.said)")
    }

    @Test("its export verifies with a checkpoint from before the prune, and says what is pruned")
    func verifies() throws {
        try start()
        let key = try #require(vault.ask("GET", "/v1/sys/status").json["log_key"] as? String)
        let (older, newer, export) = (directory + "/older", directory + "/newer", directory + "/log.jsonl")
        #expect(try warder(["audit", "checkpoint", "--output-file", older]).status == 0)
        try prune()
        for _ in 0..<2 {
            let exported = try warder(["audit", "export", "--output-file", export, "--yes"])
            #expect(exported.status == 0 && exported.text.contains("their contents were pruned"), "\(exported.text)")
            let size = try String(contentsOfFile: export, encoding: .utf8).split(separator: "\n").count
            #expect(
                try warder(["audit", "checkpoint", "--size", "\(size)", "--output-file", newer, "--yes"]).status == 0
            )
            let verdict = try warder(["audit", "verify", export, "--key", key, "--checkpoint", newer, "--since", older])
            #expect(verdict.status == 0, "\(verdict.text)")
            #expect(verdict.text.contains("events are there as hashes alone; what they said is gone"))
            try waitUntilDeleted()
        }
    }

    @Test("its export verifies without Warder, and an event that is passed off as pruned does not")
    func page() throws {
        try start()
        let key = try #require(vault.ask("GET", "/v1/sys/status").json["log_key"] as? String)
        let folder = directory + "/evidence"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        try (key + "\n").write(toFile: folder + "/vkey.txt", atomically: false, encoding: .utf8)
        try prune()
        let through = try #require(vault.ask("GET", "/v1/audit/retention").json["pruned_through"] as? Int)
        let export = folder + "/export.jsonl"
        #expect(try warder(["audit", "export", "--output-file", export]).status == 0)
        let page = try VerificationPage(folder: folder)
        let proven = try page.follow(Array(VerificationPage.sections.prefix(3)))
        #expect(proven.status == 0 && proven.output.contains("proven up to event "), "\(proven.output)\(proven.errors)")
        let number = through + 1
        let leaf = try page.leaf(number)
        var lines = try String(contentsOfFile: export, encoding: .utf8).components(separatedBy: "\n")
        lines[number - 1] = #"{"leaf":"\#(leaf)","seq":\#(number)}"#
        try lines.joined(separator: "\n").write(toFile: export, atomically: false, encoding: .utf8)
        let sections = [VerificationPage.sections[0], VerificationPage.sections[2]]
        let withheld = try page.follow(sections)
        #expect(withheld.status != 0 && withheld.output.contains("event \(number) is withheld"), "\(withheld.output)")
        let checkpoint = directory + "/newer"
        #expect(
            try warder(["audit", "checkpoint", "--size", "\(lines.count - 1)", "--output-file", checkpoint]).status == 0
        )
        let verdict = try warder(["audit", "verify", export, "--key", key, "--checkpoint", checkpoint])
        #expect(
            verdict.status != 0 && verdict.text.contains("What event \(number) says is withheld"),
            "\(verdict.text)"
        )
    }
}
