import Testing

@testable import WarderWorker

@Suite("Text of steps")
struct StepTextTests {
    @Test("text for people has nothing that moves a cursor")
    func harmless() {
        let text = StepText.harmless(Array("a\u{1B}[2Jb\u{202E}c\r\nd\u{7}\u{FFFF}".utf8), keepsLines: true)
        #expect(text == "a\\u{1b}[2Jb\\u{202e}c\\u{d}\nd\\u{7}\\u{ffff}")
        #expect(StepText.harmless([0xFF, 0x0A], keepsLines: false) == "\u{FFFD}\\u{a}")
    }
}
