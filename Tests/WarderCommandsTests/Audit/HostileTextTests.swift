import Foundation
import Testing
import WarderModel

@testable import WarderCommands

/// What a server says of its caller, and how a process calls itself, reaches people in many forms.
@Suite("Hostile text in events")
struct HostileTextTests {
    private static let texts: [String: String] = [
        "control": "a\u{1B}[2J\u{7}\u{0}\u{9B}31m\u{7F}b",
        "title and link": "\u{1B}]0;root\u{7}\u{1B}]8;;http://example.org\u{1B}\\x\u{9D}52;c;eA==\u{9C}",
        "lines": "a\r\nwarder: all is well\n\u{2028}\u{2029}\u{85}b",
        "bidi": "\u{202E}tp/buhtig\u{2066}\u{200F}\u{61C}",
        "formula behind spaces": " \t\u{A0}\u{3000}@SUM(1+1)|cmd",
        "wide formula": "\u{FF1D}1+1",
        "formula": "=HYPERLINK(\"http://example.org\",\"x\")",
        "formula behind a delimiter": "x\",\"=1+2\";=1+2\t=3",
        "delimiters": "a,b;c\"d'e|f\\g{}[]:&*!%@` #- ---",
        "yaml": "- !!python/object: {a: 1}",
        "a line of the log": #"","seq":1},{"leaf":"00"}"# + "\n{\"leaf\":\"00\",\"seq\":1}\n{\"manifest\":\"x\"}",
        "long": String(repeating: "x", count: 60_000),
        "long and wide": String(repeating: "\u{1F600}\u{202E}\u{0301}", count: 5_000),
        "invisible": "ad\u{200B}a\u{FEFF}\u{2060}\u{E0041}\u{E000}",
    ]

    /// What the vault answers with.
    private enum Source {
        case export, page, summary, fourExports, history, access, leak
    }

    /// Every way to show events.
    private static let views: [(arguments: [String], source: Source)] = [
        (["audit", "export", "--output-file", "-"], .export),
        (["audit", "export", "--output-file", "-", "--format", "csv"], .export),
        (["audit", "export", "--output-file", "-", "--format", "csv", "--no-csv-safe"], .export),
        (["audit", "export", "--output-file", "-", "--format", "ocsf"], .export),
        (["audit", "search"], .page), (["audit", "search", "-o", "json"], .page),
        (["audit", "search", "-o", "yaml"], .page), (["audit", "tail"], .page),
        (["audit", "tail", "-o", "json"], .page), (["audit", "tail", "-o", "yaml"], .page),
        (["audit", "summary"], .summary), (["audit", "summary", "-o", "yaml"], .summary),
        (["audit", "summary", "-o", "json"], .summary), (["audit", "who-read", "a/b"], .fourExports),
        (["audit", "who-read", "a/b", "-o", "json"], .fourExports),
        (["audit", "who-read", "a/b", "-o", "yaml"], .fourExports),
        (["audit", "who-can", "a/b", "--at", "1h"], .access),
        (["audit", "who-can", "a/b", "--at", "1h", "-o", "json"], .access),
        (["audit", "who-can", "a/b", "--at", "1h", "-o", "yaml"], .access),
        (["operator", "show", "ada", "--history"], .history),
        (["operator", "show", "ada", "--history", "-o", "json"], .history),
        (["operator", "show", "ada", "--history", "-o", "yaml"], .history),
        (["audit", "find-leak", "--stdin"], .leak), (["audit", "find-leak", "--stdin", "-o", "json"], .leak),
        (["audit", "find-leak", "--stdin", "-o", "yaml"], .leak),
    ]

    private static let status = #"""
        {"state":"unsealed","profile":"team","version":"0.1.0","pid":1,"started":"2026-11-21T07:00:00Z","slots":[],"memory_locked":true,"client_socket":"/c"}
        """#
    private static let operators = #"""
        {"operators":[{"name":"ada","uid":1000,"roles":["admin"],"groups":[],"presence":true,"created":"2026-11-01T08:00:00.000Z"}]}
        """#

    private static let retention = StubVault.Reply.json(
        "GET /v1/audit/retention",
        200,
        #"{"keep_days":0,"legal_hold":false}"#
    )

    /// The answers to one run about an event.
    private static func replies(_ source: Source, _ line: [UInt8], _ text: String) throws -> [StubVault.Reply] {
        let event = String(decoding: line, as: UTF8.self)
        func lines(_ events: [[String: Any]]) throws -> StubVault.Reply {
            .chunked(try events.map { String(decoding: try SampleEvent.line($0), as: UTF8.self) + "\n" })
        }
        switch source {
        case .export: return [.chunked([event + "\n"])]
        case .summary: return [.chunked([event + "\n"]), retention]
        case .page: return [.json("", 200, "{\"events\":[\(event)],\"scanned_to\":17,\"complete\":true}")]
        case .fourExports: return Array(repeating: .chunked([event + "\n"]), count: 4) + [retention]
        case .history:
            var seen = Self.event(text)
            (seen["actor"], seen["type"]) = ("operator:ada", "secret.reveal")
            var deed = seen
            deed["type"] = "server.update"
            return [
                .json("", 200, operators), try lines([seen, deed]), .json("", 200, #"{"secrets":[]}"#),
                retention,
            ]
        case .access:
            var made = Self.event(text)
            made["action"] = "create"
            var (secret, server, tool, grant) = (made, made, made, made)
            (secret["type"], secret["secret"], secret["changes"]) = ("secret.put", "a/b", ["secret/03@1"])
            (server["type"], server["changes"]) = (
                "server.add", ["server/04@1", "uid=1001", "executable=\(text)", "unit=\(text)"]
            )
            (tool["type"], tool["changes"]) = ("tool.add", ["tool/05@1", "risk=read-only", "category=\(text)"])
            (grant["type"], grant["secret"]) = ("grant.add", "a/b")
            grant["changes"] = ["grant/06@1", "approval=by-class", "lifetime=300s"]
            (grant["fields"], grant["actor"]) = ([text], "operator:\(text)")
            return [retention, .json("", 200, status), try lines([secret, server, tool, grant])]
        case .leak:
            // U+0000 does not come so far.
            let json = String(decoding: try SampleEvent.text(text.replacing("\0", with: "")), as: UTF8.self)
            return [
                .chunked([
                    #"{"match":{"secret":\#(json),"version":1,"state":"current","deleted":false,"fields":[\#(json)],"matched":[\#(json)],"differs_by_line_break":false,"seq":4,"stored":"2026-10-01T09:00:00.000Z","stored_by":\#(json)}}"#
                        + "\n",
                    #"{"use":{"secret":\#(json),"version":1,"type":"secret.resolve","server":\#(json),"tool":\#(json),"actor":\#(json),"on_behalf_of":\#(json),"count":2,"first":"2026-10-01T09:00:00.000Z","last":"2026-10-01T09:00:00.000Z"}}"#
                        + "\n",
                    #"{"report":{"found":true,"events":9,"unreadable":0,"first_event":1,"since":"2026-09-30T09:00:00.000Z","last_event":9,"matches_cut":false,"uses_cut":false}}"#
                        + "\n",
                ])
            ]
        }
    }

    /// An event with the text in every field that a peer has a say in.
    private static func event(_ text: String) -> [String: Any] {
        var event = SampleEvent.full(.secretResolve)
        for name in ["agent", "on_behalf_of", "purpose", "session", "request_id", "tool", "secret", "server"] {
            event[name] = text
        }
        event["changes"] = ["outputs=\(text)"]
        event["peer"] = ["attestation": "uid", "exe": "/\(text)", "gid": 1, "pid": 4242, "uid": 1001, "unit": text]
        return event
    }

    private static func run(
        _ arguments: [String],
        _ source: Source,
        _ text: String,
        width: Int? = nil
    ) throws -> CommandRun {
        let stub = try StubVault(try replies(source, SampleEvent.line(event(text)), text))
        defer { stub.stop() }
        let input = source == .leak ? Array("leaked".utf8) : []
        return try CommandRun(arguments, socket: stub.path, standardInput: input, width: width)
    }

    /// Whether a terminal acts on it, or a line breaks or turns around.
    private static func drives(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F...0x9F, 0x61C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    @Test("is harmless in every form, to a pipe and on a terminal", arguments: texts.keys.sorted())
    func harmless(_ name: String) throws {
        let text = try #require(Self.texts[name])
        for (arguments, source) in Self.views {
            for width in [nil, 80] {
                let run = try Self.run(arguments, source, text, width: width)
                let expected: WarderCommands.ExitStatus = source == .leak ? .valueFound : .done
                #expect(run.status == expected, "\(arguments): \(run.errors)")
                let isCSV = arguments.contains("csv")
                let shown = run.outputText.unicodeScalars.filter { $0 != "\n" && !(isCSV && $0 == "\r") }
                #expect(!shown.isEmpty, "\(arguments)")
                #expect(!shown.contains { Self.drives($0) }, "\(arguments)")
                #expect(!run.errors.unicodeScalars.contains { $0 != "\n" && Self.drives($0) }, "\(arguments)")
                #expect(!run.outputText.contains("\nwarder: all is well"), "\(arguments)")
            }
        }
    }

    @Test("says the same to a program as the log does", arguments: texts.keys.sorted())
    func unaltered(_ name: String) throws {
        let text = try #require(Self.texts[name])
        let line = try SampleEvent.line(Self.event(text))
        let lossless = try Self.run(["audit", "export", "--output-file", "-"], .export, text)
        #expect(lossless.output == line + [UInt8(ascii: "\n")])
        let arguments = ["audit", "export", "--output-file", "-", "--format", "ocsf"]
        let converted = try Self.run(arguments, .export, text)
        #expect(converted.output.count { $0 == UInt8(ascii: "\n") } == 1)
        let event = try #require(
            try JSONSerialization.jsonObject(with: Data(converted.output)) as? [String: Any]
        )
        #expect((event["unmapped"] as? [String: Any])?["on_behalf_of"] as? String == text)
        #expect(try OCSFTypes.read().faults(of: event) == [])
    }

    @Test("stays in its cell, and a spreadsheet computes none", arguments: texts.keys.sorted())
    func cells(_ name: String) throws {
        let text = try #require(Self.texts[name])
        let arguments = ["audit", "export", "--output-file", "-", "--format", "csv"]
        let run = try Self.run(arguments, .export, text)
        let rows = run.outputText.components(separatedBy: "\r\n")
        #expect(rows.count == 3 && rows.last == "")
        let cells = try #require(CSVLineTests.cells(Array((rows[1] + "\r\n").utf8)))
        #expect(cells.count == CSVLine.columns.count + 1)
        let formulas: Set<Unicode.Scalar> = ["=", "+", "-", "@", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}"]
        for cell in cells {
            let first = cell.unicodeScalars.first { !$0.properties.isWhitespace }
            #expect(!(first.map(formulas.contains) ?? false))
        }
    }

    @Test("of a file that somebody brings, a verdict is harmless too")
    func verdict() throws {
        let folder = try TemporaryFolder()
        let log = try SignedLog(count: 3)
        let path = folder.file("log.jsonl")
        let lines = log.filtered { $0 == 2 }
        try Data(lines).write(to: URL(filePath: path))
        let filter = "on_behalf_of=\u{202E}tp\u{9B}31m\u{200B}"
        try Data(try log.manifest(lines, count: 1, filter: filter)).write(to: URL(filePath: path + ".manifest"))
        for arguments in [[], ["-o", "json"], ["-o", "yaml"]] {
            let run = try CommandRun(["audit", "verify", path, "--key", log.key] + arguments)
            #expect(run.status == .done, "\(run.errors)")
            #expect(run.outputText.contains("on_behalf_of="))
            #expect(!run.outputText.unicodeScalars.contains { $0 != "\n" && Self.drives($0) }, "\(arguments)")
        }
    }
}
