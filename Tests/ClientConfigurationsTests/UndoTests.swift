import ClientConfigurations
import RandomTesting
import Testing
import WarderModel

@Suite struct UndoTests {
    private static let text = #"{"mcpServers": {"a": {"command": "a", "env": {"A_TOKEN": "\#(Invented.github)"}}}}"#

    private static func refusal(_ layer: ImportLayer, _ current: [UInt8], _ values: [[UInt8]]) -> UndoRefusal? {
        do throws(UndoRefusal) {
            _ = try layer.original(current: current, values: values)
            return nil
        } catch {
            return error
        }
    }

    @Test func `what was edited since is not written over, and what to do is said`() throws {
        let plan = try ImportPlan([file("x/.mcp.json", Self.text)])
        let planned = try #require(plan.files.first)
        let layer = try #require(ImportLayer(planned))
        let rewritten = try #require(planned.rewritten)
        let values = try plan.values(planned)
        #expect(try layer.original(current: rewritten, values: values) == Self.text.bytes)
        #expect(Self.refusal(layer, rewritten + [0x0A], values) == .editedSince)
        #expect(Self.refusal(layer, [], values) == .editedSince)
        #expect(Self.refusal(layer, planned.original, values) == .editedSince)
        #expect(Self.refusal(layer, rewritten, []) == .otherValues)
        #expect(Self.refusal(layer, rewritten, values + values) == .otherValues)
        #expect(Self.refusal(layer, rewritten, [Array("a rotated value".utf8)]) == .otherValues)
        for refusal in [UndoRefusal.editedSince, .otherValues, .unreadableRecord] {
            #expect(!refusal.description.isEmpty && !refusal.remedy.isEmpty)
        }
    }

    @Test func `a record is one line of JSON, and holds neither a value nor a hash of one`() throws {
        let planned = try #require(try ImportPlan([file("x/.mcp.json", Self.text)]).files.first)
        let record = try #require(planned.record)
        #expect(record.stored.text.hasPrefix(#"{"format":1,"path":"/x/.mcp.json","client":"claude-code","#))
        #expect(record.stored.last == UInt8(ascii: "\n"))
        #expect(record.stored.count { $0 == UInt8(ascii: "\n") } == 1)
        #expect(!record.stored.contains(Invented.github))
        #expect(record.stored.contains("\\\"A_TOKEN\\\""), "the search would find what was taken out")
        #expect(!record.stored.contains(ImportRecord.Content(planned.original).sha256))
        #expect(try ImportRecord(stored: record.stored) == record)
    }

    @Test(arguments: [
        #""\u0067h\u0070_Zq81Lm\/Tw0RkXc5Vb7Nd2Yh4Jf9Sg3PaEu6Qi""#,
        #""a\u00e4\u00E4b\ud83D\uDE00-42-\"\\\n\b\f\t\r\/é😀-zz""#,
        #""\u004a\u004A\u000a\u000Amarmot-gravel""#, "418273645546372819", "-12345678901234567e+12",
    ])
    func `a value is put back as it was spelled`(literal: String) throws {
        let text = #"{"mcpServers": {"a": {"env": {"X": 1, "A_PASSWORD" : \#(literal) }, "command": "a"}}}"#
        let plan = try ImportPlan([file("x/.mcp.json", text)])
        let planned = try #require(plan.files.first)
        let record = try ImportRecord(stored: try #require(planned.record?.stored))
        let rewritten = try #require(planned.rewritten)
        let original = try record.layers.last?.original(current: rewritten, values: plan.values(planned))
        #expect(original?.text == text)
        #expect(!record.stored.contains("marmot") && !record.stored.contains("4182") && !record.stored.contains("Zq8"))
    }

    @Test func `any spelling of any text comes back`() throws {
        var random = SeededGenerator.printed()
        // No zero: three at the end are what a placeholder ends with, and that stays in the file.
        let characters = Array("aZ19/\\\"\n\t\u{8}\u{c}\r\u{7f}\u{1}é€😀\u{ffff}".unicodeScalars)
        for _ in 0..<400 {
            var literal = "\"marmot-42-"
            for _ in 0..<Int.random(in: 0...12, using: &random) {
                let scalar = characters.randomElement(using: &random) ?? "a"
                let isPlain = scalar.value >= 0x20 && scalar != "\"" && scalar != "\\"
                if isPlain, Bool.random(using: &random) {
                    literal.unicodeScalars.append(scalar)
                } else {
                    for unit in String(scalar).utf16 {
                        let digits = String(unit, radix: 16)
                        let padded = String(repeating: "0", count: 4 - digits.count) + digits
                        literal += "\\u"
                        for digit in padded { literal += Bool.random(using: &random) ? digit.uppercased() : "\(digit)" }
                    }
                }
            }
            literal += "\""
            let text = #"{"mcpServers":{"a":{"command":"a","args":["-e"],"env":{"A_PASSWORD":\#(literal)}}}}"#
            let plan = try ImportPlan([file("x/.mcp.json", text)])
            let planned = try #require(plan.files.first)
            let rewritten = try #require(planned.rewritten, "seed \(random.seed): \(literal)")
            let record = try ImportRecord(stored: try #require(planned.record?.stored))
            let original = try record.layers.last?.original(current: rewritten, values: plan.values(planned))
            #expect(original?.text == text, "seed \(random.seed)")
        }
    }

    private static let layer =
        #"{"rewritten":{"bytes":1,"sha256":"S"},"original_bytes":1,"servers":["a"],"values":[{"secret":"a/b","field":"value","version":1}],"pieces":P}"#
    private static let shape =
        #"{"format":1,"path":"/p","client":"cursor","state":"written","imported":"2026-11-21T09:30:00.000Z","layers":[L]}"#

    private static func record(_ change: (String) -> String, pieces: String = "[]") throws -> ImportRecord {
        let text = change(shape.replacing("L", with: layer)).replacing("P", with: pieces)
        return try ImportRecord(
            stored: text.replacing("\"S\"", with: "\"\(String(repeating: "0a", count: 32))\"").bytes
        )
    }

    @Test(arguments: [
        ("{", ""), ("\"format\":1", "\"format\":2"), ("\"path\":\"/p\"", "\"path\":\"p\""), ("cursor", "codex"),
        ("written\",", "over\","), ("2026-11-21T", "yesterday "), ("\"bytes\":1", "\"bytes\":-1"), ("\"S\"", "\"ab\""),
        ("\"original_bytes\":1", "\"original_bytes\":-1"), ("[\"a\"]", "[\"A B\"]"), ("a/b", "a//b"),
        ("\"version\":1", "\"version\":-1"), ("\"layers\":[", "\"layers\":[],\"more\":["), ("}]}", "}],\"more\":1}"),
    ])
    func `a record of another shape is refused`(part: String, replacement: String) {
        #expect(Self.shape.replacing("L", with: Self.layer).contains(part), "the change is one")
        #expect(throws: UndoRefusal.unreadableRecord) { try Self.record { $0.replacing(part, with: replacement) } }
    }

    @Test(arguments: [
        #"[{}]"#, #"[{"kept":[0]}]"#, #"[{"kept":[1,0]}]"#, #"[{"kept":[-1,0]}]"#, #"[{"value":1}]"#,
        #"[{"value":-1}]"#,
        #"[{"kept":[0,1],"text":"a"}]"#, #"[{"value":0,"spelling":"z"}]"#, #"[{"text":"a","spelling":"."}]"#,
    ])
    func `a piece of another shape is refused`(pieces: String) {
        #expect(throws: UndoRefusal.unreadableRecord) { try Self.record({ $0 }, pieces: pieces) }
    }

    @Test func `the shape that the refused ones differ from is read, and a piece beyond the file gives nothing`() throws
    {
        let pieces = #"[{"kept":[0,1]},{"text":"b"},{"value":0,"spelling":"."}]"#
        let record = try Self.record({ $0 }, pieces: pieces)
        #expect(record.path == "/p" && record.layers.first?.moved.first?.version == 1)
        let layer = try #require(record.layers.first)
        #expect(Self.refusal(layer, Array("x".utf8), [[1]]) == .editedSince)
        let beyond = try Self.record({ $0 }, pieces: #"[{"kept":[0,99]}]"#)
        #expect(beyond.layers(leadingTo: Array("x".utf8)).isEmpty)
    }
}
