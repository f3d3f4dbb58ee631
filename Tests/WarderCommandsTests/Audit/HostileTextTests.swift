import Foundation
import Testing
import WarderModel

@testable import WarderCommands

/// What a server says of its caller, and how a process calls itself, reaches people in many forms.
@Suite("Hostile text in events")
struct HostileTextTests {
    private static let texts: [String: String] = [
        "control": "a\u{1B}[2J\u{7}\u{0}\u{9B}31m\u{7F}b",
        "lines": "a\r\nwarder: all is well\n\u{2028}\u{2029}\u{85}b",
        "bidi": "\u{202E}tp/buhtig\u{2066}\u{200F}\u{61C}",
        "formula": "=HYPERLINK(\"http://example.org\",\"x\")",
        "formula behind a delimiter": "x\",\"=1+2\";=1+2\t=3",
        "delimiters": "a,b;c\"d'e|f\\g{}[]:&*!%@` #- ---",
        "yaml": "- !!python/object: {a: 1}",
        "long": String(repeating: "x", count: 2000),
        "invisible": "ad\u{200B}a\u{FEFF}\u{2060}",
    ]

    /// Every way to show events, and whether it is meant for eyes.
    private static let views: [(arguments: [String], target: String)] = [
        (["audit", "export", "--output-file", "-"], "export"),
        (["audit", "export", "--output-file", "-", "--format", "csv"], "export"),
        (["audit", "export", "--output-file", "-", "--format", "csv", "--no-csv-safe"], "export"),
        (["audit", "export", "--output-file", "-", "--format", "ocsf"], "export"),
        (["audit", "search"], "events"), (["audit", "search", "-o", "json"], "events"),
        (["audit", "search", "-o", "yaml"], "events"), (["audit", "tail"], "events"),
        (["audit", "tail", "-o", "yaml"], "events"), (["audit", "summary"], "export"),
        (["audit", "summary", "-o", "yaml"], "export"), (["audit", "summary", "-o", "json"], "export"),
    ]

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

    private static func run(_ arguments: [String], _ target: String, _ line: [UInt8], width: Int?) throws -> CommandRun
    {
        let text = String(decoding: line, as: UTF8.self)
        let reply =
            target == "export"
            ? StubVault.Reply.chunked([text + "\n"])
            : .json("", 200, "{\"events\":[\(text)],\"scanned_to\":17,\"complete\":true}")
        let stub = try StubVault([reply])
        defer { stub.stop() }
        return try CommandRun(arguments, socket: stub.path, width: width)
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
        let line = try SampleEvent.line(Self.event(text))
        for (arguments, target) in Self.views {
            for width in [nil, 80] {
                let run = try Self.run(arguments, target, line, width: width)
                #expect(run.status == .done, "\(arguments): \(run.errors)")
                let isCSV = arguments.contains("csv")
                let shown = run.outputText.unicodeScalars.filter { $0 != "\n" && !(isCSV && $0 == "\r") }
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
        let lossless = try Self.run(["audit", "export", "--output-file", "-"], "export", line, width: nil)
        #expect(lossless.output == line + [UInt8(ascii: "\n")])
        let arguments = ["audit", "export", "--output-file", "-", "--format", "ocsf"]
        let converted = try Self.run(arguments, "export", line, width: nil)
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
        let line = try SampleEvent.line(Self.event(text))
        let arguments = ["audit", "export", "--output-file", "-", "--format", "csv"]
        let run = try Self.run(arguments, "export", line, width: nil)
        let rows = run.outputText.components(separatedBy: "\r\n")
        #expect(rows.count == 3 && rows.last == "")
        let cells = try #require(CSVLineTests.cells(Array((rows[1] + "\r\n").utf8)))
        #expect(cells.count == CSVLine.columns.count + 1)
        #expect(!cells.contains { cell in cell.first.map { "=+-@".contains($0) } ?? false })
    }
}
