import Foundation
import Testing

@testable import WarderCommands

/// The real program: what is encrypted opens with the private key that belongs to the recipient.
@Suite("Shares encrypted by age")
struct AgeTests {
    private static let path = ProcessInfo.processInfo.environment["PATH"]

    /// Runs a program; returns its exit status and what it printed.
    private static func attempt(_ arguments: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: bytes, as: UTF8.self))
    }

    private static func run(_ arguments: [String]) throws -> String {
        let (status, output) = try attempt(arguments)
        try #require(status == 0, "\(arguments)")
        return output.trimmingCharacters(in: .newlines)
    }

    /// Makes a key pair in the folder; returns the recipient.
    private static func ageKey(_ name: String, in folder: TemporaryFolder) throws -> String {
        _ = try run(["age-keygen", "-o", folder.file(name)])
        return try run(["age-keygen", "-y", folder.file(name)])
    }

    private static func sshKey(_ name: String, in folder: TemporaryFolder) throws -> String {
        _ = try run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "someone", "-f", folder.file(name)])
        return try String(contentsOfFile: folder.file(name + ".pub"), encoding: .utf8)
            .trimmingCharacters(in: .newlines)
    }

    private static func answer(_ shares: [String]) -> StubVault.Reply {
        let list = shares.map { "\"\($0)\"" }.joined(separator: ",")
        return .json(
            "POST /v1/keys/slots",
            201,
            """
            {"id":"0f1e2d3c4b5a69788796a5b4c3d2e1f0","kind":"shares","created":"2026-11-21T07:00:00.000Z",\
            "threshold":2,"shares":[\(list)]}
            """
        )
    }

    private static func addSlot(_ recipients: [String], out: String, socket: String, path: String?) throws -> CommandRun
    {
        let options = recipients.flatMap { ["--recipient", $0] }
        return try CommandRun(
            ["key", "add-slot", "--shares", "\(recipients.count)", "--threshold", "2", "--out", out] + options,
            socket: socket,
            environment: path.map { ["PATH": $0] } ?? [:]
        )
    }

    @Test("each recipient opens their own share, with an age key or an SSH key, and nobody else's")
    func recipients() throws {
        let folder = try TemporaryFolder()
        let out = try TemporaryFolder()
        let recipients = [try Self.ageKey("a", in: folder), try Self.sshKey("b", in: folder)]
        let stub = try StubVault([Self.answer(["wdr_s_one", "wdr_s_two"])])
        defer { stub.stop() }
        let run = try Self.addSlot(recipients, out: out.path, socket: stub.path, path: Self.path)
        #expect(run.status == .done, "\(run.errors)")
        for (name, identity, share) in [("1", "a", "wdr_s_one"), ("2", "b", "wdr_s_two")] {
            let file = "share-\(name)-of-2.age"
            #expect(try out.mode(of: file) == 0o600)
            #expect(try Self.run(["age", "-d", "-i", folder.file(identity), out.file(file)]) == share)
            let bytes = try Data(contentsOf: URL(filePath: out.file(file)))
            #expect(bytes.range(of: Data("wdr_s_".utf8)) == nil)
            let other = identity == "a" ? "b" : "a"
            let attempt = try Self.attempt(["age", "-d", "-i", folder.file(other), out.file(file)])
            #expect(attempt.status != 0 && attempt.output.isEmpty)
        }
    }

    @Test(
        "a recipient that age does not take is found before there is a slot, and not repeated",
        arguments: ["age1canary", "ssh-ed25519 canary", "-canary", "AGE-SECRET-KEY-1CANARY"]
    )
    func refused(_ recipient: String) throws {
        let folder = try TemporaryFolder()
        let out = try TemporaryFolder()
        let stub = try StubVault([])
        defer { stub.stop() }
        let good = try Self.ageKey("a", in: folder)
        let run = try CommandRun(
            [
                "key", "add-slot", "--shares", "2", "--threshold", "2", "--out", out.path, "--recipient=\(good)",
                "--recipient=\(recipient)",
            ],
            socket: stub.path,
            environment: ["PATH": Self.path ?? ""]
        )
        #expect(run.status == .usage)
        #expect(run.errors.contains("recipient 2"), "\(run.errors)")
        #expect(!run.errors.lowercased().contains("canary"))
        #expect(stub.requests.isEmpty)
        #expect(try FileManager.default.contentsOfDirectory(atPath: out.path) == [])
    }

    @Test(
        "without the program there is no slot, and a word on where it comes from",
        arguments: ["", "relative:/nowhere"]
    )
    func missing(_ path: String) throws {
        let out = try TemporaryFolder()
        let stub = try StubVault([])
        defer { stub.stop() }
        let run = try Self.addSlot(["age1x", "age1y"], out: out.path, socket: stub.path, path: path)
        #expect(run.status == .usage)
        #expect(run.errors.contains("apt install age"))
        #expect(stub.requests.isEmpty)
    }

    @Test("when age fails half-way the files go, and the slot to remove is named")
    func fails() throws {
        let programs = try TemporaryFolder()
        let out = try TemporaryFolder()
        // Takes both recipients when they are tried, then one share and no second one.
        try programs.write(
            """
            #!/bin/sh
            echo run >> '\(programs.file("log"))'
            while read -r line; do echo "encrypted $line"; done
            [ "$(grep -c run '\(programs.file("log"))')" -le 3 ]
            """,
            to: "age",
            mode: 0o700
        )
        let stub = try StubVault([Self.answer(["wdr_s_one", "wdr_s_two"])])
        defer { stub.stop() }
        let path = "\(programs.path):/usr/bin:/bin"
        let run = try Self.addSlot(["age1x", "age1y"], out: out.path, socket: stub.path, path: path)
        #expect(run.status == .usage)
        #expect(run.errors.contains("age did not encrypt share 2"), "\(run.errors)")
        #expect(run.errors.contains("warder key remove-slot 0f1e2d3c"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: out.path) == [])
        #expect(try String(contentsOfFile: programs.file("log"), encoding: .utf8) == "run\nrun\nrun\nrun\n")
    }

    @Test("a signal half-way takes the files away, and the slot to remove is named")
    func interrupted() throws {
        let programs = try TemporaryFolder()
        let out = try TemporaryFolder()
        // Takes both recipients and the first share; at the second one a signal comes.
        try programs.write(
            """
            #!/bin/sh
            echo run >> '\(programs.file("log"))'
            cat
            [ "$(grep -c run '\(programs.file("log"))')" -gt 3 ] || exit 0
            exec 2> /dev/null
            ls '\(out.path)' > '\(programs.file("before"))'
            kill -TERM $PPID
            exec sleep 2
            """,
            to: "age",
            mode: 0o700
        )
        let stub = try StubVault([Self.answer(["wdr_s_one", "wdr_s_two"])])
        defer { stub.stop() }
        let process = Process()
        process.executableURL = URL(filePath: try BuiltProgram.path())
        process.arguments = [
            "key", "add-slot", "--shares", "2", "--threshold", "2", "--out", out.path, "--recipient", "age1x", "age1y",
        ]
        process.environment = ["PATH": "\(programs.path):/usr/bin:/bin", "WARDER_OPERATOR_SOCKET": stub.path]
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationReason == .uncaughtSignal)
        #expect(process.terminationStatus == 15)
        let before = try String(contentsOfFile: programs.file("before"), encoding: .utf8)
        #expect(before == "share-1-of-2.age\nshare-2-of-2.age\n")
        #expect(try FileManager.default.contentsOfDirectory(atPath: out.path) == [])
        #expect(said.contains("nobody has a share"), "\(said)")
        #expect(said.contains("warder key remove-slot 0f1e2d3c"))
    }
}
