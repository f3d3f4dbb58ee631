import Foundation
import RandomTesting
import SecretMemory
import Testing

@testable import SecretRedaction

@Suite("Redaction of streams")
struct StreamRedactorTests {
    private static let secret = "glsa_s3cr3t<&>'+/=tail"

    private static func shapes(_ secrets: [String] = [secret]) throws -> SecretShapes {
        try SecretShapes(secrets.map { try SecretBytes(copying: Array($0.utf8)) })
    }

    private static var spellings: [(String, String)] {
        let data = Data(secret.utf8)
        let hex = data.map { String(format: "%02x", $0) }.joined()
        let plain = CharacterSet(charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
        let json = String(decoding: (try? JSONEncoder().encode([secret])) ?? Data(), as: UTF8.self)
        let go = secret.replacing("<", with: #"\u003c"#).replacing(">", with: #"\u003e"#).replacing(
            "&",
            with: #"\u0026"#
        )
        return [
            ("as it is", secret), ("hex", hex), ("HEX", hex.uppercased()), ("base64", data.base64EncodedString()),
            ("percent", secret.addingPercentEncoding(withAllowedCharacters: plain) ?? ""),
            ("JSON", String(json.dropFirst(2).dropLast(2))), ("JSON as Go writes it", go),
            ("HTML", "glsa_s3cr3t&lt;&amp;&gt;&#39;+/=tail"),
        ]
    }

    @Test("every spelling is covered, byte for byte, whichever two pieces the text comes in")
    func everyCut() throws {
        let shapes = try Self.shapes()
        for (name, spelling) in Self.spellings {
            let text = Array("{\"a\":\"\(spelling)\",\"b\":1}".utf8)
            for cut in 0...text.count {
                var redactor = StreamRedactor(shapes)
                let clean = redactor.next(Array(text[..<cut])) + redactor.next(Array(text[cut...])) + redactor.end()
                let shown = String(decoding: clean, as: UTF8.self)
                #expect(clean.count == text.count, "\(name)")
                #expect(shown.hasPrefix("{\"a\":\"") && shown.hasSuffix("\",\"b\":1}"), "\(name) \(cut): \(shown)")
                let middle = shown.dropFirst(6).dropLast(8)
                // What base64 has at its end depends on what follows the value: one character, and padding.
                #expect(middle.filter { $0 == "*" }.count >= middle.count - 3, "\(name) \(cut): \(shown)")
            }
        }
    }

    @Test("a value after a user's name in base64 is covered, however long the name is")
    func basic() throws {
        let shapes = try Self.shapes()
        for length in 0..<7 {
            let user = String(repeating: "u", count: length)
            let text = Data("\(user):\(Self.secret)".utf8).base64EncodedString()
            let shown = shapes.redacted(text)
            #expect(shown.contains("********************"), "\(shown)")
        }
    }

    @Test("any pieces give what the whole gives, and what is kept back never exceeds a spelling")
    func property() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        let alphabet = Array("abcab".utf8)
        for _ in 0..<400 {
            let secrets = (0..<Int.random(in: 1...3, using: &random)).map { _ in
                String(
                    decoding: (0..<Int.random(in: 8...12, using: &random)).map { _ in
                        alphabet.randomElement(using: &random) ?? 0
                    },
                    as: UTF8.self
                )
            }
            let shapes = try Self.shapes(secrets)
            var text: [UInt8] = []
            for _ in 0..<Int.random(in: 0...30, using: &random) {
                if Bool.random(using: &random) { text += Array((secrets.randomElement(using: &random) ?? "").utf8) }
                text += (0..<Int.random(in: 0...9, using: &random)).map { _ in
                    alphabet.randomElement(using: &random) ?? 0
                }
            }
            var redactor = StreamRedactor(shapes)
            var clean: [UInt8] = []
            var rest = text[...]
            while !rest.isEmpty {
                let piece = rest.prefix(Int.random(in: 1...7, using: &random))
                rest = rest.dropFirst(piece.count)
                clean += redactor.next(Array(piece))
                #expect(redactor.keptCount <= 12 * 6, "seed \(seed)")
            }
            clean += redactor.end()
            #expect(clean == Self.model(text, secrets), "seed \(seed)")
        }
    }

    /// Covers by looking at every place.
    private static func model(_ text: [UInt8], _ secrets: [String]) -> [UInt8] {
        var clean = text
        for secret in secrets.map({ Array($0.utf8) }) where text.count >= secret.count {
            for start in 0...(text.count - secret.count) where text[start..<start + secret.count].elementsEqual(secret)
            {
                for place in start..<start + secret.count { clean[place] = UInt8(ascii: "*") }
            }
        }
        return clean
    }

    @Test("an event that holds no beginning of a value leaves at once")
    func nothingKept() throws {
        var redactor = StreamRedactor(try Self.shapes())
        let event = Array("data: {\"x\":1}\n\n".utf8)
        #expect(redactor.next(event) == event)
        #expect(redactor.keptCount == 0)
    }

    @Test("a value that could be guessed, and one that no header takes, are refused")
    func unusable() throws {
        #expect(throws: SecretShapes.Unusable.tooShort) { try Self.shapes(["1234567"]) }
        #expect(throws: SecretShapes.Unusable.tooLong) { try Self.shapes([String(repeating: "x", count: 16_385)]) }
        _ = try Self.shapes(["12345678"])
    }
}
