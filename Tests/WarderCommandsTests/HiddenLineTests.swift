import SecretMemory
import Testing

@testable import WarderCommands

@Suite("Hidden lines")
struct HiddenLineTests {
    /// What comes out of these keys; `nil` where the line is not finished.
    private func type(_ keys: String, limit: Int = 64) -> Result<[UInt8], PromptError>? {
        var line = HiddenLine(maximumBytes: limit)
        for byte in keys.utf8 {
            if let outcome = line.take(byte) { return outcome.map { $0.copy } }
        }
        return nil
    }

    @Test(
        "editing",
        arguments: [
            ("abc\n", "abc"), ("abc\r", "abc"), ("abd\u{7F}c\n", "abc"), ("zoë\u{7F}e\n", "zoe"),
            ("wrong\u{15}abc\n", "abc"),
            ("\n", ""), ("\u{7F}\u{8}a\n", "a"), ("abc\u{4}", "abc"), ("\u{1B}[A\u{15}abc\n", "abc"),
            ("日本\u{7F}\n", "日"),
        ]
    )
    func editing(_ keys: String, _ expected: String) throws {
        #expect(try type(keys)?.get() == Array(expected.utf8))
    }

    @Test("Ctrl-C, Ctrl-D and arrow keys are no input")
    func ends() {
        #expect(type("abc\u{3}") == .failure(.interrupted))
        #expect(type("abc\u{1C}") == .failure(.interrupted))
        #expect(type("\u{4}") == .failure(.endOfInput))
        #expect(type("abc\u{1B}[A\n") == .failure(.controlCharacter))
        #expect(type("abc") == nil)
    }

    @Test("a line as long as the limit is taken, and a longer one refused")
    func limit() throws {
        #expect(try type(String(repeating: "x", count: 64) + "\n")?.get().count == 64)
        #expect(type(String(repeating: "x", count: 65)) == .failure(.tooLong(limit: 64)))
    }
}

extension SecretBytes {
    /// The bytes, for comparison in a test.
    var copy: [UInt8] { unsafe withUnsafeBytes { unsafe Array($0) } }
}
