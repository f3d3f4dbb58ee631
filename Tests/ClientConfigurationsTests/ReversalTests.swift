import RandomTesting
import StrictJSON
import Testing
import WarderModel

@testable import ClientConfigurations

/// Taking an import back from a file that its client has written since.
@Suite struct ReversalTests {
    private struct Imported {
        let plan: ImportPlan
        let record: ImportRecord
        let original: String
        let rewritten: String

        init(_ path: String, _ text: String) throws {
            plan = try ImportPlan([file(path, text)])
            let planned = try #require(plan.files.first)
            record = try ImportRecord(stored: try #require(planned.record?.stored))
            original = text
            rewritten = try #require(planned.rewritten).text
        }

        func values(_ reversal: Reversal) throws -> [[UInt8]] {
            try reversal.values.map { moved in
                try #require(plan.secrets.first { $0.name == moved.secret }).value().withBytes { $0 }
            }
        }

        func undone(_ current: String) throws -> String {
            let reversal = try #require(record.reversal(of: current.bytes))
            return try reversal.original(current: current.bytes, values: values(reversal)).text
        }
    }

    private static func entry(_ token: String) -> String {
        #"{"command": "npx", "args": ["-y", "x"], "env": {"X_TOKEN": "\#(token)", "A": "b"}}"#
    }

    private static let two =
        #"{"numStartups": 1, "mcpServers": {"a": \#(entry(Invented.github)), "b": \#(entry(Invented.slack))}, "z": []}"#

    @Test(arguments: FixtureFile.all)
    func `what nobody wrote to comes back byte by byte`(fixture: FixtureFile) throws {
        let imported = try Imported(fixture.path, fixture.text)
        #expect(try imported.undone(imported.rewritten) == fixture.text)
        #expect(imported.record.reversal(of: imported.rewritten.bytes)?.places.isEmpty == true)
        #expect(imported.record.reversal(of: fixture.text.bytes) == nil, "there is nothing to take back")
    }

    @Test(arguments: FixtureFile.all)
    func `each server comes back where something else was written, which stays`(fixture: FixtureFile) throws {
        let imported = try Imported(fixture.path, fixture.text)
        let changed = imported.rewritten + "\n\n"
        #expect(try imported.undone(changed) == fixture.text + "\n\n")
        let reversal = try #require(imported.record.reversal(of: changed.bytes))
        #expect(Set(reversal.values) == Set(imported.record.layers[0].moved) && reversal.differing.isEmpty)
    }

    @Test func `a client's own state goes on, and the servers come back into it`() throws {
        let imported = try Imported(".claude.json", Self.two)
        func after(_ text: String) -> String {
            text.replacing(#""numStartups": 1"#, with: #""numStartups": 4711, "tip": {"mcpServers": [1]}"#)
                .replacing(#""z": []"#, with: #""z": ["\u00e9"]"#)
        }
        #expect(after(imported.rewritten) != imported.rewritten)
        #expect(try imported.undone(after(imported.rewritten)) == after(Self.two))
    }

    @Test func `an entry that was changed stays, the other comes back, and it is said what to write`() throws {
        let imported = try Imported(".claude.json", Self.two)
        let changed = imported.rewritten.replacing(
            "a/x-token#value",
            with: "a/x-token#value\", \"--env\", \"B=b/c#value"
        )
        #expect(changed != imported.rewritten)
        var record = imported.record
        let reversal = try #require(record.reversal(of: changed.bytes))
        #expect(reversal.places.map(\.pointer) == ["/mcpServers/b"])
        #expect(reversal.values.map(\.secret.text) == ["b/x-token"], "nothing else is asked of the vault")
        #expect(reversal.differing.map(\.place.pointer) == ["/mcpServers/a"])
        let remedy = try #require(reversal.differing.first?.remedy)
        #expect(remedy.contains("X_TOKEN is what warder secret get a/x-token prints"))
        #expect(!remedy.contains(Invented.github))
        let undone = try imported.undone(changed)
        #expect(undone.contains(#""b": \#(Self.entry(Invented.slack))"#) && !undone.contains(Invented.github))
        let managed = try Self.managed(changed)
        #expect(undone == changed.replacing(managed, with: Self.entry(Invented.slack)))
        record.forget(reversal)
        #expect(record.reversal(of: undone.bytes) == nil)
        #expect(record.differing(in: undone.bytes) == reversal.differing)
    }

    /// The entry of the second server, as the import wrote it.
    private static func managed(_ text: String) throws -> String {
        let tree = try SyntaxTree(text.bytes)
        let node = try #require(tree.root["mcpServers"]?["b"])
        return Array(tree.source[node.range]).text
    }

    @Test func `an entry that is gone, or starts without the vault again, is nobody's concern`() throws {
        let imported = try Imported(".claude.json", Self.two)
        let managed = try Self.managed(imported.rewritten)
        for other in [#"{"command": "node"}"#, "[]", #"{"url": "https://h"}"#, Self.entry(Invented.slack)] {
            let changed = imported.rewritten.replacing(managed, with: other)
            let reversal = try #require(imported.record.reversal(of: changed.bytes))
            #expect(reversal.places.map(\.pointer) == ["/mcpServers/a"] && reversal.differing.isEmpty)
        }
        #expect(imported.record.reversal(of: Array("{}".utf8)) == nil)
        #expect(imported.record.reversal(of: Array("{".utf8)) == nil)
        // Elsewhere the same bytes are another server.
        let moved = imported.rewritten.replacing("\"mcpServers\"", with: "\"mcpServer\"")
        #expect(imported.record.reversal(of: moved.bytes) == nil)
    }

    @Test func `other values than those that lay there are not written`() throws {
        let imported = try Imported(".claude.json", Self.two)
        let changed = (imported.rewritten + " ").bytes
        let reversal = try #require(imported.record.reversal(of: changed))
        let values = try imported.values(reversal)
        for wrong in [[], values + values, values.map { $0 + [0x61] }] {
            #expect(throws: UndoRefusal.otherValues) { try reversal.original(current: changed, values: wrong) }
        }
        #expect(throws: UndoRefusal.editedSince) { try reversal.original(current: changed + [0x20], values: values) }
    }

    @Test func `a record has no value, and none of what was there but its length`() throws {
        let imported = try Imported(".claude.json", Self.two)
        let stored = imported.record.stored.text
        #expect(stored.contains(#""entries":[{"place":["mcpServers","a"],"at":["#))
        for secret in Invented.all { #expect(!stored.contains(secret)) }
        for entry in [Self.entry(Invented.github), Self.entry(Invented.slack)] {
            #expect(!stored.contains(ImportRecord.Content(entry.bytes).sha256))
        }
    }

    @Test func `a server whose name no record can say is undone with the whole file alone`() throws {
        let text = #"{"mcpServers": {"a\u0000": \#(Self.entry(Invented.github)), "b": \#(Self.entry(Invented.slack))}}"#
        let imported = try Imported(".claude.json", text)
        #expect(imported.record.layers[0].entries.map(\.place.pointer) == ["/mcpServers/b"])
        #expect(try imported.undone(imported.rewritten) == text)
        let undone = try imported.undone(imported.rewritten + " ")
        #expect(undone.contains(Invented.slack) && !undone.contains(Invented.github))
    }

    @Test func `a record from before entries were remembered undoes as before`() throws {
        let imported = try Imported(".claude.json", Self.two)
        var before = imported.record
        before.layers[0].entries = []
        #expect(!before.stored.contains("entries"), "so it was written")
        let old = try ImportRecord(stored: before.stored)
        #expect(old.layers[0].entries.isEmpty)
        let reversal = try #require(old.reversal(of: imported.rewritten.bytes))
        let original = try reversal.original(current: imported.rewritten.bytes, values: imported.values(reversal))
        #expect(original.text == Self.two)
        #expect(old.reversal(of: (imported.rewritten + " ").bytes) == nil)
        #expect(try ImportRecord(stored: old.stored) == old)
    }

    @Test(arguments: [
        #"{"place":["a"],"at":[0],"sha256":"H","original_bytes":1}"#,
        #"{"place":["a"],"at":[2,1],"sha256":"H","original_bytes":1}"#,
        #"{"place":["a"],"at":[-1,1],"sha256":"H","original_bytes":1}"#,
        #"{"place":["a"],"at":[0,1],"sha256":"h","original_bytes":1}"#,
        #"{"place":["a"],"at":[0,1],"sha256":"H","original_bytes":-1}"#,
        #"{"place":["a"],"at":[0,1],"sha256":"H"}"#, #"{"place":[1],"at":[0,1],"sha256":"H","original_bytes":1}"#,
    ])
    func `an entry of another shape is refused`(entry: String) throws {
        let stored = try Imported(".claude.json", Self.two).record.stored.text
        let start = try #require(stored.firstRange(of: #""entries":["#))
        let text = entry.replacing("\"H\"", with: "\"\(String(repeating: "0a", count: 32))\"")
        let forged = String(stored[..<start.upperBound] + text + "," + stored[start.upperBound...])
        #expect(throws: UndoRefusal.unreadableRecord) { try ImportRecord(stored: forged.bytes) }
    }

    @Test func `attack: entries that lie in each other break no file`() throws {
        let imported = try Imported(".claude.json", Self.two)
        let rewritten = imported.rewritten + " "
        let tree = try SyntaxTree(rewritten.bytes)
        let outer = try #require(tree.root["mcpServers"])
        let sha = ImportRecord.Content(Array(tree.source[outer.range])).sha256
        let forged = imported.record.stored.text.replacing(
            #""entries":["#,
            with: #""entries":[{"place":["mcpServers"],"at":[\#(outer.range.lowerBound),\#(outer.range.upperBound)],"#
                + #""sha256":"\#(sha)","original_bytes":1},"#
        )
        let reversal = try #require(try ImportRecord(stored: forged.bytes).reversal(of: rewritten.bytes))
        let values = try imported.values(reversal)
        #expect(throws: UndoRefusal.otherValues) { try reversal.original(current: rewritten.bytes, values: values) }
    }

    @Test func `a second import of a file that its client wrote to forgets nothing`() throws {
        let imported = try Imported(".claude.json", Self.two)
        let changed = imported.rewritten.replacing(
            #""numStartups": 1"#,
            with: #""numStartups": 2, "projects": {"/p": {"mcpServers": {"c": \#(Self.entry(Invented.brave))}}}"#
        )
        let second = try ImportPlan([file(".claude.json", changed)])
        let planned = try #require(second.files.first)
        var record = imported.record
        record.layers = record.layers(shownIn: changed.bytes) + [try #require(ImportLayer(planned))]
        #expect(record.layers.count == 2)
        let now = try #require(planned.rewritten) + [0x20]
        let last = try #require(record.reversal(of: now))
        #expect(last.places.map(\.pointer) == ["/projects/~1p/mcpServers/c"] && last.differing.isEmpty)
        let between = try last.original(current: now, values: [Invented.brave.bytes])
        #expect(between.text == changed + " ")
        let first = try #require(record.reversal(of: between))
        #expect(first.places.map(\.pointer) == ["/mcpServers/a", "/mcpServers/b"])
    }

    @Test func `an entry that two imports rewrote is taken back twice, and a third import forgets neither`() throws {
        let entry =
            #"{"command": "a", "args": ["--token", "\#(Invented.slack)"], "env": {"X_TOKEN": "\#(Invented.github)"}}"#
        let text = #"{"numStartups": 1, "mcpServers": {"a": \#(entry)}}"#
        let kept = ImportSettings(keepsArguments: true)
        let planned = try #require(try ImportPlan([file(".claude.json", text)], settings: kept).files.first)
        let once = try #require(planned.rewritten)
        var record = try #require(planned.record)
        let again = try #require(try ImportPlan([file(".claude.json", once.text)]).files.first)
        record.layers = record.layers(shownIn: once) + [try #require(ImportLayer(again))]
        #expect(record.layers.map { $0.entries.map(\.place.pointer) } == [["/mcpServers/a"], ["/mcpServers/a"]])

        let now = try #require(again.rewritten) + [0x20]
        #expect(record.layers(shownIn: now) == record.layers)
        let last = try #require(record.reversal(of: now))
        #expect(last.layer == 1 && last.differing.isEmpty)
        let between = try last.original(current: now, values: [Invented.slack.bytes])
        #expect(between == once + [0x20])
        #expect(record.differing(in: between).isEmpty, "it is as the first import wrote it")
        let first = try #require(record.reversal(of: between))
        #expect(first.layer == 0 && first.differing.isEmpty)
        #expect(try first.original(current: between, values: [Invented.github.bytes]).text == text + " ")
    }

    @Test(arguments: [
        "https://hooks.slack.com/services/T0Q7LW2ZR/B0XK9VTYM/q7Lw2ZrXk9Vt", "https://h/\(Invented.github)",
        "https://ada:\(Invented.password)@h", "x \(Invented.slack)",
    ])
    func `attack: no record says where a server lies whose name holds a secret`(key: String) throws {
        let servers = #""\#(key)": \#(Self.entry(Invented.github)), "b": \#(Self.entry(Invented.slack))"#
        let text = #"{"mcpServers": {\#(servers)}}"#
        let imported = try Imported(".claude.json", text)
        #expect(imported.record.layers[0].entries.map(\.place.pointer) == ["/mcpServers/b"])
        #expect(!imported.record.stored.contains(key))
        #expect(try imported.undone(imported.rewritten) == text)
        #expect(try imported.undone(imported.rewritten + " ").contains(Self.entry(Invented.slack)))
    }

    /// What `JSON.stringify(…, null, unit)` writes.
    private static func written(_ node: JSONNode, _ unit: String, _ depth: Int = 0) throws -> String {
        let (line, end) = (
            "\n" + String(repeating: unit, count: depth + 1), "\n" + String(repeating: unit, count: depth)
        )
        switch node.kind {
        case .object:
            let members = try Array(node.members).map {
                try "\(written($0.key, unit)): \(written($0.value, unit, depth + 1))"
            }
            return members.isEmpty ? "{}" : "{" + line + members.joined(separator: "," + line) + end + "}"
        case .array:
            let elements = try Array(node.elements).map { try written($0, unit, depth + 1) }
            return elements.isEmpty ? "[]" : "[" + line + elements.joined(separator: "," + line) + end + "]"
        case .string: return TextLiteral.encode(try node.string()).text
        case .null: return "null"
        default: return "1"
        }
    }

    @Test(arguments: ["  ", "    ", "\t"])
    func `what a program laid out is still there when the program has written the file anew`(unit: String) throws {
        let servers = [
            #""a": {"type": "stdio", "command": "a", "args": [], "env": {"X_TOKEN": "\#(Invented.github)"}}"#,
            #""b": {"command": "b", "env": {"X_TOKEN": "\#(Invented.slack)", "A": "é\n"}}"#,
            #""c": {"type": "http", "url": "https://h/mcp", "headers": {"Authorization": "Bearer \#(Invented.hex)"}}"#,
            #""d": {"command": "d", "args": ["-y", "--token", "\#(Invented.brave)"], "env": {}}"#,
        ].joined(separator: ", ")
        let compact = #"{"n": 1, "e": {}, "mcpServers": {\#(servers)}, "l": [[], [null]]}"#
        let text = try Self.written(JSONDocument(parsing: compact.bytes).root, unit)
        let imported = try Imported(".claude.json", text)
        let again = try Self.written(JSONDocument(parsing: imported.rewritten.bytes).root, unit)
        #expect(again == imported.rewritten)
        let later = again.replacing("\"n\": 1", with: "\"m\": null,\n\(unit)\"n\": 1")
        #expect(try imported.undone(later) == text.replacing("\"n\": 1", with: "\"m\": null,\n\(unit)\"n\": 1"))
    }
}
