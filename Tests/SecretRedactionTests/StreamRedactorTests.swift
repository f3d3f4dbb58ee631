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
                // Hexadecimal takes two for a byte.
                #expect(redactor.keptCount <= (12 * 2 + 1) * 64, "seed \(seed)")
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

    @Test("a value is covered whatever each of its characters is escaped by, in whatever pieces it comes")
    func escapes() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<600 {
            let length = Int.random(in: 8...40, using: &random)
            let secret = (0..<length).map { _ in UInt8.random(in: 0x20...0x7E, using: &random) }
            let shapes = try SecretShapes([SecretBytes(copying: secret)])
            let noise = Array("%\\&'#;ux02Bb".utf8) + secret.prefix(4)
            func noises() -> [UInt8] {
                (0..<Int.random(in: 0...9, using: &random)).map { _ in noise.randomElement(using: &random) ?? 0 }
            }
            let before = noises()
            let spelled = Escaping.spelled(secret, &random)
            let text = before + spelled + noises()
            var redactor = StreamRedactor(shapes)
            var clean: [UInt8] = []
            var rest = text[...]
            while !rest.isEmpty {
                let piece = rest.prefix(Int.random(in: 1...9, using: &random))
                rest = rest.dropFirst(piece.count)
                clean += redactor.next(Array(piece))
            }
            clean += redactor.end()
            let middle = clean.dropFirst(before.count).prefix(spelled.count)
            let shown = String(decoding: text, as: UTF8.self)
            #expect(clean.count == text.count, "seed \(seed)")
            #expect(middle.allSatisfy { $0 == StreamRedactor.cover }, "seed \(seed): \(shown)")
        }
    }

    @Test(
        "what libraries make of a value is covered",
        arguments: [
            // urllib.parse.quote, quote_plus, encodeURI, and a redirect that holds one that was escaped.
            "Zm9v%2BYmFy/cXV4Kz0%3Dw/x9%3D%3D", "Zm9v%2BYmFy%2FcXV4Kz0%3Dw%2Fx9%3D%3D", "Zm9v+YmFy/cXV4Kz0=w/x9==",
            "Zm9v%252BYmFy%252FcXV4Kz0%253Dw%252Fx9%253D%253D", "Zm9v%2bYmFy%2fcXV4Kz0%3dw%2fx9%3d%3d",
            // html/template, markupsafe, PHP, names; Go's JSON of HTML.
            "Zm9v&#43;YmFy/cXV4Kz0=w/x9==", "Zm9v&#x2B;YmFy&#x2f;cXV4Kz0&#x3D;w/x9==",
            "Zm9v&#0043;YmFy&#00000047;cXV4Kz0=w/x9==", "Zm9v&plus;YmFy&sol;cXV4Kz0&equals;w/x9==",
            #"Zm9v\u0026#43;YmFy/cXV4Kz0=w/x9=="#, "Zm9v&amp;#43;YmFy/cXV4Kz0=w/x9==",
            // JSON, also within JSON, and JavaScript.
            #"Zm9v\u002bYmFy\/cXV4Kz0\u003Dw\/x9\u003d="#, #"Zm9v\\u002bYmFy\\\/cXV4Kz0=w/x9=="#,
            #"Zm9v\x2bYmFy/cXV4Kz0\x3dw/x9=="#, #"Zm9v\+YmFy\/cXV4Kz0\=w/x9\=\="#,
        ]
    )
    func libraries(spelling: String) throws {
        let shapes = try Self.shapes(["Zm9v+YmFy/cXV4Kz0=w/x9=="])
        let stars = String(repeating: "*", count: spelling.utf8.count)
        #expect(shapes.redacted("a=\(spelling)&b") == "a=\(stars)&b")
    }

    @Test("characters that are no ASCII are covered as halves, as numbers and as bytes")
    func beyondASCII() throws {
        let shapes = try Self.shapes(["pässwörd-\u{1F511}"])
        for spelling in [
            #"p\u00e4ssw\u00F6rd-\ud83d\udd11"#, "p&#228;ssw&#xF6;rd-&#128273;", "p%C3%A4ssw%c3%b6rd-%F0%9F%94%91",
            #"p\xc3\xa4sswörd-\ud83d\udd11"#,
        ] {
            #expect(shapes.redacted(spelling) == String(repeating: "*", count: spelling.utf8.count))
        }
    }

    @Test("base64 is covered where its own characters are escaped as well")
    func escapedBase64() throws {
        let secret = "\u{3F}>?>?>?>~~~???>>>"
        let base64 = Data(secret.utf8).base64EncodedString().prefix { $0 != "=" }
        #expect(base64.contains("+") && base64.contains("/"))
        let shapes = try Self.shapes([secret])
        for spelling in [
            base64.replacing("+", with: "%2B").replacing("/", with: "%2f"), base64.replacing("/", with: #"\/"#),
            base64.replacing("+", with: "&#43;"),
        ] {
            let shown = shapes.redacted(String(spelling))
            #expect(shown.filter { $0 != "*" }.count <= 2, "\(shown)")
        }
    }

    @Test("what comes to be known in the middle of a text is covered from there on, also in what was kept back")
    func knownLater() throws {
        var redactor = StreamRedactor(try Self.shapes(["glsa_first_value"]))
        var clean = redactor.next(Array("a glsa_".utf8))
        #expect(redactor.keptCount == 7)
        redactor.look(for: try Self.shapes(["glsa_first_value", "glsa_second_value"]))
        clean += redactor.next(Array("second_value glsa_first_value b".utf8)) + redactor.end()
        #expect(String(decoding: clean, as: UTF8.self) == "a ***************** **************** b")
    }

    @Test("whole lines leave at once, as events are made of")
    func nothingKept() throws {
        var redactor = StreamRedactor(try Self.shapes())
        let event = Array("data: {\"x\":1}\n\n".utf8)
        #expect(redactor.next(event) == event)
        #expect(redactor.keptCount == 0)
        #expect(redactor.next(event + Array("data".utf8)) == event)
        #expect(redactor.keptCount == 4)
    }

    @Test("a value that goes on over the end of a line is covered, however it comes")
    func overLines() throws {
        let secret = "first\nsecond\nthird"
        for cut in 1..<secret.utf8.count {
            var redactor = StreamRedactor(try Self.shapes([secret]))
            let bytes = Array(secret.utf8)
            let clean = redactor.next(Array(bytes[..<cut])) + redactor.next(Array(bytes[cut...])) + redactor.end()
            #expect(clean.allSatisfy { $0 == StreamRedactor.cover }, "cut \(cut)")
        }
    }

    @Test("what leaves when depends on the text's length and lines, and not on how far it agrees with a value")
    func noOracle() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        let secret = "ghp_Zx81kQ+7/mWc93"
        let shapes = try Self.shapes([secret])
        for _ in 0..<300 {
            let pieces = (0..<6).map { _ in Int.random(in: 1...3_000, using: &random) }
            var sizes: Set<[Int]> = []
            // One guess ends as the value begins, in some spelling, another almost so, and another not at all.
            let spelled = Escaping.spelled(Array(secret.utf8), &random)
            let right = Array(spelled.prefix(Int.random(in: 1..<spelled.count, using: &random)))
            var almost = right
            almost[almost.count - 1] ^= 1
            for guess in [right, almost, [UInt8](repeating: UInt8(ascii: "-"), count: right.count)] {
                var redactor = StreamRedactor(shapes)
                sizes.insert(
                    pieces.map { size in
                        let filler = [UInt8](repeating: UInt8(ascii: "."), count: max(0, size - guess.count))
                        return redactor.next(Array((filler + guess).suffix(size))).count
                    }
                )
            }
            #expect(sizes.count == 1, "seed \(seed), pieces \(pieces)")
        }
    }

    @Test("a value that could be guessed, and one that no header takes, are refused")
    func unusable() throws {
        #expect(throws: SecretShapes.Unusable.tooShort) { try Self.shapes(["1234567"]) }
        #expect(throws: SecretShapes.Unusable.tooLong) { try Self.shapes([String(repeating: "x", count: 16_385)]) }
        #expect(throws: SecretShapes.Unusable.tooEven) { try Self.shapes([String(repeating: "x", count: 66)]) }
        _ = try Self.shapes(["12345678", String(repeating: "x", count: 64)])
    }
}
