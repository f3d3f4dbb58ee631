import Foundation
import SecretMemory
import Testing

@testable import SecretRedaction

@Suite("Redaction")
struct RedactorTests {
    private static let secret = "s3cr3t/\"päß\\wörd'?>~ x\ttail"

    private static func clean(_ text: String, _ secrets: [String] = [secret]) throws -> String {
        let redactor = Redactor(try secrets.map { try SecretBytes(copying: Array($0.utf8)) })
        return String(decoding: redactor.redact(Array(text.utf8)), as: UTF8.self)
    }

    private static func spellings() -> [(String, String)] {
        let data = Data(secret.utf8)
        let hex = data.map { String(format: "%02x", $0) }.joined()
        let plain = CharacterSet(charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
        let percent = secret.addingPercentEncoding(withAllowedCharacters: plain) ?? ""
        let base64 = data.base64EncodedString()
        let basic = Data("someone:\(secret)".utf8).base64EncodedString()
        let json = String(decoding: (try? JSONEncoder().encode([secret])) ?? Data(), as: UTF8.self)
        return [
            ("as it is", secret), ("hex", hex), ("HEX", hex.uppercased()), ("base64", base64),
            ("base64 for URLs", base64.replacing("+", with: "-").replacing("/", with: "_")),
            ("within base64", basic), ("percent", percent), ("percent, small", percent.lowercased()),
            ("form", percent.replacing("%20", with: "+")), ("JSON", String(json.dropFirst(2).dropLast(2))),
            ("JSON in ASCII", #"s3cr3t/\"p\u00e4\u00df\\w\u00f6rd'?>~ x\ttail"#),
            ("shell", secret.replacing("'", with: "'\\''")),
        ]
    }

    @Test("every spelling of a value is found")
    func spellings() throws {
        for (name, spelling) in Self.spellings() {
            let text = try Self.clean("before \(spelling) after")
            #expect(text.hasPrefix("before ") && text.hasSuffix(" after"), "\(name): \(text)")
            #expect(text.contains("[redacted]"), "\(name): \(text)")
            // What may be left of a base64 text that had something before it is less than one byte of the value.
            #expect(text.utf8.count <= "before [redacted] after".utf8.count + 24, "\(name): \(text)")
            for start in stride(from: 0, to: Self.secret.count - 6, by: 1) {
                let part = String(Self.secret.dropFirst(start).prefix(6))
                #expect(!text.contains(part), "\(name): \(text)")
            }
        }
    }

    @Test("a value is found that a tool has broken into lines, at any place", arguments: [1, 3, 7, 19, 64])
    func brokenIntoLines(width: Int) throws {
        for (name, spelling) in Self.spellings() {
            let characters = Array(spelling)
            let lines = stride(from: 0, to: characters.count, by: width).map {
                String(characters[$0..<min($0 + width, characters.count)])
            }
            let text = try Self.clean("x: " + lines.joined(separator: "\r\n    "))
            #expect(text.hasPrefix("x: ") && text.contains("[redacted]"), "\(name)")
            #expect(!text.contains("tail") && !text.contains("cr3t"), "\(name): \(text)")
        }
    }

    @Test("one line of a longer value is found by itself")
    func lines() throws {
        let key =
            "-----BEGIN KEY-----\nMIIBVwIBADANBgkqhkiG9w0BAQEFAASC\nAUEwggE9AgEAAkEAq7BFUpkGp3+LQmlQ\n-----END KEY-----\n"
        let text = try Self.clean("line 2: AUEwggE9AgEAAkEAq7BFUpkGp3+LQmlQ!", [key])
        #expect(text == "line 2: [redacted]!")
    }

    @Test("the part of a value at which a text was cut is found, whichever end it is")
    func cuts() throws {
        let redactor = Redactor([try SecretBytes(copying: Array("correct-horse-battery".utf8))])
        let left = redactor.redact(Array("horse-battery is wrong".utf8), isCutBefore: true)
        #expect(String(decoding: left, as: UTF8.self) == "[redacted] is wrong")
        let right = redactor.redact(Array("trying correct-ho".utf8), isCutAfter: true)
        #expect(String(decoding: right, as: UTF8.self) == "trying [redacted]")
        let whole = redactor.redact(Array("trying correct-ho".utf8))
        #expect(String(decoding: whole, as: UTF8.self) == "trying correct-ho")
    }

    @Test("values that overlap or repeat leave nothing of each other")
    func overlaps() throws {
        #expect(try Self.clean("abcdefgh", ["abcdef", "defgh"]) == "[redacted]")
        #expect(try Self.clean("aaaaaaaa-", ["aaaa"]) == "[redacted]-")
        #expect(try Self.clean("short: ab", ["ab"]) == "short: [redacted]")
        #expect(try Self.clean("nothing here", ["", " "]) == "nothing here")
    }

    @Test("a value of more lines than can be looked for hides everything")
    func tooManyLines() throws {
        let long = (0..<2000).map { "line number \($0)" }.joined(separator: "\n")
        #expect(try Self.clean("anything", [long]) == "[redacted]")
    }
}
