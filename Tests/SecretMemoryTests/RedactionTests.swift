import SecretMemory
import Testing

/// Every way in which Swift turns a value into text; the canary and the length (4243) must show in none.
@Suite struct RedactionTests {
    private struct Holder {
        let secret: SecretBytes
        let name = "holder"
    }

    private static let canary = "canary-7f3a91"

    private func secret() throws -> SecretBytes {
        try SecretBytes(
            copying: Array(Self.canary.utf8) + [UInt8](repeating: 0x41, count: 4243 - Self.canary.utf8.count)
        )
    }

    private func expectNothing(in text: String, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(text.contains("SecretBytes(redacted)"), sourceLocation: sourceLocation)
        for trace in [Self.canary, "4243", "AAAA", "65, 65", "0x", "block", "count", "address"] {
            #expect(!text.contains(trace), "shows \(trace)", sourceLocation: sourceLocation)
        }
    }

    @Test func `printing shows nothing`() throws {
        var text = ""
        print(try secret(), to: &text)
        #expect(text == "SecretBytes(redacted)\n")
        text = ""
        debugPrint(try secret(), to: &text)
        #expect(text == "SecretBytes(redacted)\n")
    }

    @Test func `interpolation shows nothing`() throws {
        #expect("\(try secret())" == "SecretBytes(redacted)")
        #expect(String(describing: try secret()) == "SecretBytes(redacted)")
        #expect(String(reflecting: try secret()) == "SecretBytes(redacted)")
    }

    @Test func `dump shows nothing`() throws {
        var text = ""
        dump(try secret(), to: &text)
        expectNothing(in: text)
        text = ""
        dump(Holder(secret: try secret()), to: &text)
        expectNothing(in: text)
    }

    @Test func `a mirror has no children and no ancestor`() throws {
        let mirror = Mirror(reflecting: try secret())
        #expect(mirror.children.isEmpty)
        #expect(mirror.superclassMirror == nil)
        #expect(mirror.descendant("block") == nil)
        #expect(mirror.descendant("count") == nil)
    }

    @Test func `inside of other values it shows nothing`() throws {
        let secret = try secret()
        expectNothing(in: "\(Holder(secret: secret))")
        expectNothing(in: String(reflecting: [secret]))
        expectNothing(in: String(reflecting: ["key": secret]))
        expectNothing(in: String(reflecting: Optional(secret)))
        expectNothing(in: String(reflecting: Result<SecretBytes, any Error>.success(secret)))
        expectNothing(in: "\((secret, 1))")
    }

    @Test func `an error holds sizes and nothing else`() {
        #expect("\(SecretMemoryError.notLocked(limitBytes: 65_536))" == "notLocked(limitBytes: Optional(65536))")
        #expect("\(SecretMemoryError.outOfBounds)" == "outOfBounds")
    }
}
