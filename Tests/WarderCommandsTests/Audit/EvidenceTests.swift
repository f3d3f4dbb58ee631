import Foundation
import Testing
import TransparencyLog

@testable import WarderCommands

/// From the vault into files, and from files to a verdict: without a vault, with the log's public key alone.
@Suite("Exports as evidence")
struct EvidenceTests {
    private let folder: TemporaryFolder
    private let log: SignedLog
    private var file: String { folder.file("log.jsonl") }

    init() throws {
        folder = try TemporaryFolder()
        log = try SignedLog(count: 40)
    }

    private func export(_ arguments: [String], _ file: [UInt8], _ manifest: [UInt8]) throws -> (CommandRun, StubVault) {
        let stub = try StubVault([try .evidence(file, manifest)])
        defer { stub.stop() }
        return (try CommandRun(["audit", "export"] + arguments, socket: stub.path), stub)
    }

    private func put(_ bytes: [UInt8], _ name: String) throws {
        try Data(bytes).write(to: URL(filePath: folder.file(name)))
    }

    private func verify(_ arguments: [String] = []) throws -> CommandRun {
        try CommandRun(["audit", "verify", file, "--key", log.key] + arguments)
    }

    @Test("the manifest lies beside the file, as it was signed, and both are private")
    func beside() throws {
        let manifest = try log.manifest()
        let (run, stub) = try export(["--output-file", file], log.file, manifest)
        #expect(run.status == .done, "\(run.errors)")
        #expect(stub.requests.first?.line == "GET /v1/audit/export?evidence=true")
        #expect(try Data(contentsOf: URL(filePath: file)) == Data(log.file))
        #expect(try Data(contentsOf: URL(filePath: file + ".manifest")) == Data(manifest))
        #expect(try folder.mode(of: "log.jsonl") == 0o600 && folder.mode(of: "log.jsonl.manifest") == 0o600)
        #expect(run.errors.contains("warder: 40 events, ") && run.errors.contains("signed: events 1 to 40, in "))
        let verdict = try verify()
        #expect(verdict.status == .done, "\(verdict.errors)")
        #expect(verdict.outputText.contains("proven   up to event 40"))
        #expect(verdict.outputText.contains("complete from event 1 to event 40"))
        #expect(verdict.outputText.contains("unknown  whether the log was rewritten before"))
    }

    @Test("a filtered export says that it proves inclusion and not completeness")
    func filtered() throws {
        let lines = log.filtered { $0.isMultiple(of: 3) }
        let (run, _) = try export(
            ["--output-file", file, "--secret", "github/pat"],
            lines,
            try log.manifest(lines, count: 13, filter: "secret=github/pat")
        )
        #expect(run.status == .done, "\(run.errors)")
        #expect(run.errors.contains("13 events, ") && run.errors.contains("filtered"))
        let verdict = try verify()
        #expect(verdict.status == .done)
        #expect(verdict.outputText.contains("filter   secret=github/pat"))
        #expect(verdict.outputText.contains("that no other fits the filter is the vault's word alone"))
        let json = try verify(["--output", "json"])
        let manifest = #""manifest":{"first":1,"last":40,"count":13,"filter":"secret=github/pat"}"#
        #expect(json.outputText.filter { !$0.isWhitespace }.contains(manifest))
    }

    @Test("a table has rows for events alone, and a manifest beside it; what it says cannot be verified")
    func table() throws {
        let lines = log.filtered { $0.isMultiple(of: 3) }
        let manifest = try log.manifest(lines, count: 13, filter: "secret=github/pat")
        for format in ["csv", "ocsf"] {
            let (run, _) = try export(["--output-file", file, "--format", format, "--yes"], lines, manifest)
            #expect(run.status == .done, "\(run.errors)")
            #expect(run.errors.contains("13 events, "))
            let text = try Data(contentsOf: URL(filePath: file))
            #expect(text.count { $0 == UInt8(ascii: "\n") } == (format == "csv" ? 14 : 13))
            #expect(try Data(contentsOf: URL(filePath: file + ".manifest")) == Data(manifest))
            let verdict = try verify()
            #expect(verdict.status == .usage)
            #expect(verdict.errors.contains("this is an export as \(format.uppercased())"), "\(verdict.errors)")
        }
    }

    @Test(
        "an event that the vault could not read counts, and its leaf proves its place",
        arguments: ["jsonl", "csv", "ocsf"]
    )
    func damaged(_ format: String) throws {
        var lines = log.lines
        lines[8] = ExportLine.damaged(number: 9, leaf: .leaf(lines[8])).bytes
        let bytes: [UInt8] = lines.flatMap { $0 + [0x0A] }
        let arguments = ["--output-file", file, "--format", format]
        let (run, _) = try export(arguments, bytes, try log.manifest(bytes))
        #expect(run.status == .done, "\(run.errors)")
        #expect(run.errors.contains("warder: 40 events, ") && run.errors.contains("1 of them could not be read"))
        let rows = try Data(contentsOf: URL(filePath: file)).count { $0 == UInt8(ascii: "\n") }
        #expect(rows == (format == "csv" ? 41 : 40))
        guard format == "jsonl" else { return }
        let verdict = try verify()
        #expect(verdict.status == .done, "\(verdict.errors)")
        #expect(verdict.outputText.contains("proven   up to event 40"))
        #expect(verdict.outputText.contains("damaged  1 events could not be read by the vault"))
    }

    @Test(
        "whatever the format, and without a manifest too, it says how many events had been pruned, and up to which",
        arguments: ["jsonl", "csv", "ocsf"],
        [true, false]
    )
    func pruned(_ format: String, signs: Bool) throws {
        let said = #"{"pruned":{"events":890,"through":900,"before":"2026-09-01T00:00:00.000Z","damaged":10}}"# + "\n"
        let note = String(decoding: try log.manifest(), as: UTF8.self).replacing("\n", with: "\\n")
        let manifest = signs ? #"{"manifest":"\#(note)"}"# + "\n" : ""
        let gap =
            "890 events that were asked for had been pruned: number 1 to 900, all from before 2026-09-01 00:00:00Z"
        let cases: [(asked: [String], first: String, words: String)] = [
            ([], "", format == "jsonl" && signs ? "It has their hashes alone" : "They are not in it: their contents"),
            (["--secret", "a/b"], "", "Whether any of them would have matched, nobody knows: their contents"),
            (["--since", "2026-08-01"], "up to ", "How many are of this time, and would have matched, nobody knows"),
        ]
        for (asked, first, words) in cases {
            for file in [folder.file("log"), "-"] where !signs || file != "-" {
                let stub = try StubVault([.chunked([String(decoding: log.file, as: UTF8.self) + said + manifest])])
                defer { stub.stop() }
                let command = ["audit", "export", "--format", format, "--output-file", file, "--yes"]
                let run = try CommandRun(command + (signs ? [] : ["--no-manifest"]) + asked, socket: stub.path)
                #expect(run.status == .done, "\(run.errors)")
                #expect(run.errors.contains("warder: \(first)\(gap)\n  \(words)"), "\(run.errors)")
                let isInLines = asked.isEmpty && format == "jsonl" && signs
                #expect(run.errors.contains("10 more up to there are damaged") == !isInLines)
                let written = file == "-" ? run.output : Array(try Data(contentsOf: URL(filePath: file)))
                #expect(!String(decoding: written, as: UTF8.self).contains("pruned"))
                #expect(format != "jsonl" || written == log.file)
            }
        }
    }

    @Test("a manifest that says how far the log was pruned keeps its export from being taken for complete")
    func prunedManifest() throws {
        let lines = log.filtered { $0 > 30 }
        try put(lines, "log.jsonl")
        try put(try log.manifest(lines, count: 10, filter: "type=x", pruned: 20), "log.jsonl.manifest")
        let verdict = try verify()
        #expect(verdict.status == .done, "\(verdict.outputText)")
        #expect(verdict.outputText.contains("pruned   all up to event 20 before the export was made"))
        let json = try verify(["--output", "json"]).outputText.filter { !$0.isWhitespace }
        #expect(json.contains(#""filter":"type=x","pruned":20}"#))
    }

    @Test("through a pipe the manifest goes where it is told to, or there is none, and no hashes either")
    func piped() throws {
        let manifest = folder.file("m")
        let (run, _) = try export(["--output-file", "-", "--manifest-file", manifest], log.file, try log.manifest())
        #expect(run.status == .done && run.output == log.file)
        #expect(try Data(contentsOf: URL(filePath: manifest)) == Data(try log.manifest()))
        for arguments in [["--output-file", "-"], ["--output-file", file, "--no-manifest"]] {
            let stub = try StubVault([.chunked([String(decoding: log.file, as: UTF8.self)])])
            defer { stub.stop() }
            #expect(try CommandRun(["audit", "export"] + arguments, socket: stub.path).status == .done)
            #expect(stub.requests.first?.line == "GET /v1/audit/export")
        }
        #expect(!FileManager.default.fileExists(atPath: file + ".manifest"))
    }

    @Test("an export whose manifest does not come, or is none, is none")
    func withoutManifest() throws {
        let stub = try StubVault([.chunked([String(decoding: log.file, as: UTF8.self)])])
        defer { stub.stop() }
        let run = try CommandRun(["audit", "export", "--output-file", file], socket: stub.path)
        #expect(run.status == .server)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        let (other, _) = try export(["--output-file", "-", "--manifest-file", file], log.file, Array("no note".utf8))
        #expect(other.status == .server)
        #expect(!FileManager.default.fileExists(atPath: file))
    }

    @Test("a log that is not signed any more is exported without a manifest, and the command says how")
    func notSigned() throws {
        let lines = String(decoding: log.file, as: UTF8.self) + #"{"export_failed":"log_broken","after_seq":40}"# + "\n"
        let stub = try StubVault([.chunked([lines])])
        defer { stub.stop() }
        let run = try CommandRun(["audit", "export", "--output-file", file], socket: stub.path)
        #expect(run.status == .server)
        #expect(run.errors.contains("(log_broken)") && run.errors.contains("--no-manifest"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test("a manifest that is there already is replaced only with --yes, and nothing is asked for before")
    func taken() throws {
        try folder.write("evidence", to: "log.jsonl.manifest")
        let run = try CommandRun(["audit", "export", "--output-file", file], socket: folder.file("none"))
        #expect(run.status == .usage && run.errors.contains("log.jsonl.manifest exists already"))
        let (replaced, _) = try export(["--output-file", file, "--yes"], log.file, try log.manifest())
        #expect(replaced.status == .done)
        #expect(try verify().status == .done)
    }

    @Test("what is wrong is named, and where; with an earlier checkpoint, more exactly")
    func wrong() throws {
        let manifest = try log.manifest()
        func faults(_ lines: [[UInt8]], _ arguments: [String] = []) throws -> String {
            try put(lines.flatMap { $0 + [0x0A] }, "log.jsonl")
            try put(manifest, "log.jsonl.manifest")
            let run = try verify(arguments)
            #expect(run.status == .verificationFailed)
            #expect(run.outputText.contains("proven   nothing"))
            return run.outputText
        }
        var lines = log.lines
        lines.remove(at: 20)
        #expect(try faults(lines).contains("Event 21 is missing."))
        lines = log.lines
        lines.swapAt(3, 4)
        #expect(try faults(lines).contains("Event 4 stands where event 6 should."))
        #expect(
            try faults(Array(log.lines.prefix(30))).contains("The checkpoint says 40 events, the export ends at 30.")
        )
        lines = log.lines
        lines[35] = Array(String(decoding: lines[35], as: UTF8.self).replacing("ada@", with: "eve@").utf8)
        #expect(try faults(lines).contains("Some line up to event 40 is not what the log's key signed."))
        #expect(try faults(lines).contains("The file is not the one that the manifest is about."))
        try put(try log.checkpoint(size: 30), "older")
        let narrowed = try faults(lines, ["--since", folder.file("older")])
        #expect(narrowed.contains("Some line from event 31 to event 40 is not what the log's key signed"))
        lines = log.lines
        lines[5] = lines[6]
        let early = try faults(lines, ["--since", folder.file("older")])
        #expect(early.contains("Event 6 is missing."))
    }

    @Test("an event that is passed off as pruned is named, with a manifest and without one")
    func withheld() throws {
        var lines = log.lines
        lines[8] = ExportLine.pruned(number: 9, leaf: .leaf(lines[8])).bytes
        let bytes: [UInt8] = lines.flatMap { $0 + [0x0A] }
        try put(bytes, "log.jsonl")
        try put(try log.manifest(bytes), "log.jsonl.manifest")
        try put(try log.checkpoint(), "checkpoint")
        for arguments in [[], ["--checkpoint", folder.file("checkpoint")]] {
            let run = try verify(arguments)
            #expect(run.status == .verificationFailed)
            #expect(run.outputText.contains("What event 9 says is withheld, and no proven prune explains it."))
        }
    }

    @Test("an older manifest is what later exports are held against")
    func since() throws {
        try put(log.file, "log.jsonl")
        try put(try log.manifest(), "log.jsonl.manifest")
        try put(try log.checkpoint(size: 17), "older")
        let run = try verify(["--since", folder.file("older")])
        #expect(run.status == .done)
        #expect(run.outputText.contains("goes on  from the 17 events of the checkpoint that you kept"))
    }

    @Test("lines behind the checkpoint are claimed")
    func claimed() throws {
        try put(log.file, "log.jsonl")
        try put(try log.checkpoint(size: 30), "c")
        let run = try verify(["--checkpoint", folder.file("c")])
        #expect(run.status == .done)
        #expect(run.outputText.contains("proven   up to event 30"))
        #expect(run.outputText.contains("claimed  10 later events"))
    }

    @Test("without a manifest or a checkpoint there is nothing to verify with, and it says what to name")
    func nothing() throws {
        try put(log.file, "log.jsonl")
        let run = try verify()
        #expect(run.status == .usage)
        #expect(run.errors.contains("log.jsonl.manifest is not there") && run.errors.contains("--checkpoint PATH"))
        #expect(try verify(["--checkpoint", "a", "--manifest", "b"]).status == .usage)
    }
}
