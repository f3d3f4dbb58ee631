import Foundation
import Testing
import WarderModel

@Suite struct PlainTextTests {
    @Test(arguments: [
        "Creates issues in the tracker", "a", " ", "Größe: 5 µm", "鍵を保管する", "مفتاح", "e\u{301}", "\u{1F511}",
        "x\u{A0}y", "100 % \"quoted\" \\ <b>",
    ])
    func `words in any language are taken as they are`(text: String) throws {
        #expect(Array(try PlainText(text).text.utf8) == Array(text.utf8))
        #expect(try PlainText(text).description == text)
    }

    @Test(arguments: [
        "\0", "\u{1}", "\u{8}", "\t", "\n", "\r", "\u{1B}[31m", "\u{1F}", "\u{7F}", "\u{80}", "\u{85}", "\u{9B}31m",
        "\u{9F}",
    ])
    func `a control character is refused, line breaks and escape sequences among them`(part: Spelling) {
        #expect(throws: NameError.badCharacter) { try PlainText("a" + part.text + "b") }
    }

    @Test(arguments: [
        "\u{061C}", "\u{200E}", "\u{200F}", "\u{202A}", "\u{202B}", "\u{202C}", "\u{202D}", "\u{202E}", "\u{2066}",
        "\u{2067}", "\u{2068}", "\u{2069}",
    ])
    func `what turns text around is refused`(part: Spelling) {
        #expect(throws: NameError.badCharacter) { try PlainText("a" + part.text + "b") }
    }

    @Test(arguments: [
        "\u{AD}", "\u{180E}", "\u{200B}", "\u{200C}", "\u{200D}", "\u{2060}", "\u{2064}", "\u{FEFF}", "\u{E0001}",
        "\u{E0041}",
    ])
    func `what has no width is refused`(part: Spelling) {
        #expect(throws: NameError.badCharacter) { try PlainText("a" + part.text + "b") }
    }

    @Test(arguments: ["\u{2028}", "\u{2029}", "\u{E000}", "\u{F8FF}", "\u{100000}", "\u{FFFE}", "\u{0378}"])
    func `separators of lines, private and unassigned characters are refused`(part: Spelling) {
        #expect(throws: NameError.badCharacter) { try PlainText("a" + part.text + "b") }
    }

    @Test(arguments: [
        "\u{34F}", "\u{115F}", "\u{1160}", "\u{17B4}", "\u{180B}", "\u{2800}", "\u{3164}", "\u{FE00}", "\u{FE0F}",
        "\u{FFA0}", "\u{E0100}",
    ])
    func `letters and marks that show nothing are refused`(part: Spelling) {
        #expect(throws: NameError.badCharacter) { try PlainText("a" + part.text + "b") }
    }

    @Test func `a text has 1 to 2000 bytes`() throws {
        #expect(throws: NameError.empty) { try PlainText("") }
        #expect(try PlainText(String(repeating: "é", count: 1000)).text.utf8.count == 2000)
        #expect(throws: NameError.tooLong(limit: 2000)) { try PlainText(String(repeating: "a", count: 2001)) }
        #expect(throws: NameError.tooLong(limit: 2000)) { try PlainText(String(repeating: "é", count: 1000) + "a") }
    }

    @Test func `decoding checks as well`() throws {
        #expect(try JSONDecoder().decode(PlainText.self, from: Data(#""ok""#.utf8)).text == "ok")
        for text in [#""""#, #""a\u001b[2J""#, #""\u202egnp.exe""#, "1"] {
            #expect(throws: (any Error).self) { try JSONDecoder().decode(PlainText.self, from: Data(text.utf8)) }
        }
    }
}
