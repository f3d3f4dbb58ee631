import Foundation
import Glibc
import Testing
import WarderModel

@testable import WarderCommands

@Suite("Audit export")
struct ExportTests {
    private static let lines = ["{\"action\":1}\n", "{\"action\":2}\n{\"act", "ion\":3}\n"]

    private func export(
        _ arguments: [String],
        _ reply: StubVault.Reply = .chunked(lines),
        width: Int? = nil
    ) throws -> (CommandRun, StubVault) {
        let stub = try StubVault([reply])
        defer { stub.stop() }
        // What is signed of exports: EvidenceTests.
        let command = ["audit", "export", "--no-manifest"] + arguments
        return (try CommandRun(command, socket: stub.path, width: width), stub)
    }

    @Test("the file holds the log's own bytes, is private, and nothing else is left")
    func file() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("log.jsonl")
        let (run, stub) = try export(["--output-file", path, "--server", "github", "--since", "2026-11-01"])
        #expect(run.status == .done, "\(run.errors)")
        #expect(try String(contentsOfFile: path, encoding: .utf8) == Self.lines.joined())
        #expect(try folder.mode(of: "log.jsonl") == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["log.jsonl"])
        #expect(run.outputText.isEmpty)
        #expect(run.errors.contains("3 events"))
        #expect(stub.requests.first?.line == "GET /v1/audit/export?server=github&since=2026-11-01")
    }

    @Test("an export that breaks off leaves no file, and an error")
    func brokenOff() throws {
        let folder = try TemporaryFolder()
        let (run, _) = try export(["--output-file", folder.file("log")], .chunked(Self.lines, isComplete: false))
        #expect(run.status == .server)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test(
        "a signal in the middle of an export ends the command and leaves no file",
        arguments: [SIGINT, SIGTERM, SIGHUP]
    )
    func interrupted(_ signal: Int32) throws {
        let folder = try TemporaryFolder()
        // An answer that never ends.
        var reply = StubVault.Reply.chunked(Self.lines, isComplete: false)
        reply.closes = false
        let stub = try StubVault([reply])
        defer { stub.stop() }
        let command = Process()
        command.executableURL = URL(filePath: "/usr/bin/env")
        // As from a shell: whoever runs the tests may have signals ignored.
        command.arguments = [
            "--default-signal", try BuiltProgram.path(), "audit", "export", "--output-file", folder.file("log"),
            "--socket",
            stub.path,
        ]
        command.standardError = FileHandle.nullDevice
        try command.run()
        defer { if command.isRunning { kill(command.processIdentifier, SIGKILL) } }
        func files() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder.path) }
        let deadline = ContinuousClock.now + .seconds(120)
        while try files().isEmpty, ContinuousClock.now < deadline { usleep(5000) }
        #expect(try files().count == 1)
        kill(command.processIdentifier, signal)
        command.waitUntilExit()
        #expect(command.terminationReason == .uncaughtSignal)
        #expect(command.terminationStatus == signal)
        #expect(try files() == [])
    }

    @Test("an existing file is replaced only with --yes, and stays whole until then")
    func replacing() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("evidence", to: "log")
        let stub = try StubVault([])
        defer { stub.stop() }
        let run = try CommandRun(["audit", "export", "--no-manifest", "--output-file", path], socket: stub.path)
        #expect(run.status == .usage)
        #expect(stub.requests.isEmpty)
        let (broken, _) = try export(["--output-file", path, "--yes"], .chunked(Self.lines, isComplete: false))
        #expect(broken.status == .server)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "evidence")
        let (second, _) = try export(["--output-file", path, "--yes"])
        #expect(second.status == .done)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == Self.lines.joined())
    }

    @Test("a pipe gets the bytes as they are, a terminal gets them harmless")
    func standardOutput() throws {
        let hostile = "{\"a\":\"\u{1B}[2J\u{202E}\"}\n"
        let (pipe, _) = try export(["--output-file", "-"], .chunked([hostile]))
        #expect(pipe.outputText == hostile)
        let (terminal, _) = try export(["--output-file", "-"], .chunked([hostile]), width: 80)
        #expect(terminal.outputText == "{\"a\":\"\\u{1b}[2J\\u{202e}\"}\n")
    }

    @Test("a refusal is reported as such, and leaves no file")
    func refused() throws {
        let folder = try TemporaryFolder()
        let body = #"{"error":{"code":"denied","message":"no","reason":"role_missing","request_id":"r-1"}}"#
        let (run, _) = try export(["--output-file", folder.file("log")], .json("GET /v1/audit/export", 403, body))
        #expect(run.status == .denied)
        #expect(run.errors.contains("role_missing"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test("each format gets every event, whatever pieces the answer comes in", arguments: ["jsonl", "csv", "ocsf"])
    func formats(_ format: String) throws {
        let events = try [Action.secretResolve, .vaultStart, .grantAdd].map {
            String(decoding: try SampleEvent.line(SampleEvent.full($0)), as: UTF8.self) + "\n"
        }
        let all = events.joined()
        let middle = all.index(all.startIndex, offsetBy: all.count / 2)
        let folder = try TemporaryFolder()
        let pieces = [String(all[..<middle]), String(all[middle...])]
        let (run, stub) = try export(["--format", format, "--output-file", folder.file("log")], .chunked(pieces))
        #expect(run.status == .done && stub.surprises == [], "\(run.errors)")
        #expect(run.errors.hasPrefix("warder: 3 events, "))
        let text = try String(contentsOfFile: folder.file("log"), encoding: .utf8)
        switch format {
        case "jsonl": #expect(text == all)
        case "csv":
            #expect(text.components(separatedBy: "\r\n").count == 5)
            #expect(text.hasPrefix("\"seq\",\"time\",\"type\""))
        default: #expect(text.split(separator: "\n").count == 3 && text.hasPrefix("{\"actor\""))
        }
        #expect(try folder.mode(of: "log") == 0o600)
    }

    @Test("an event that the vault cannot read ends the export with an error and no file", arguments: ["jsonl", "csv"])
    func damaged(_ format: String) throws {
        let folder = try TemporaryFolder()
        let line = String(decoding: try SampleEvent.line(SampleEvent.full(.secretResolve)), as: UTF8.self) + "\n"
        let reply = StubVault.Reply.chunked([line, #"{"export_failed":"value_damaged","after_seq":17}"# + "\n"])
        let (run, _) = try export(["--format", format, "--output-file", folder.file("log")], reply)
        #expect(run.status == .server)
        #expect(run.errors.contains("could not be read on after event 17 (value_damaged)"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        let (piped, _) = try export(["--format", format, "--output-file", "-"], reply)
        #expect(piped.status == .server && piped.outputText.contains("github"))
    }

    @Test("an export without events is a header and nothing else, and a refused one nothing at all")
    func empty() throws {
        let (run, _) = try export(["--format", "csv", "--output-file", "-"], .chunked([]))
        #expect(run.status == .done && run.output == CSVLine(isSafe: true).header)
        let body = #"{"error":{"code":"denied","message":"no","reason":"role_missing","request_id":"r"}}"#
        let (refused, _) = try export(["--format", "csv", "--output-file", "-"], .json("", 403, body))
        #expect(refused.status == .denied && refused.output.isEmpty)
    }

    @Test("on a terminal the rows of a CSV end without what the log would call a control character")
    func csvOnTerminal() throws {
        let (run, _) = try export(["--format", "csv", "--output-file", "-"], .chunked([]), width: 80)
        #expect(run.outputText.hasSuffix("\"other\"\n"))
    }

    @Test("what alters a CSV is for a CSV")
    func csvSafeAlone() throws {
        let run = try CommandRun(["audit", "export", "--output-file", "x", "--no-csv-safe"])
        #expect(run.status == .usage && run.errors.contains("--no-csv-safe is for --format csv"))
    }
}
