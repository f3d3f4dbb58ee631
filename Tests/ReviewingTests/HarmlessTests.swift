import Testing

@testable import Reviewing

@Suite struct HarmlessTests {
    @Test(
        "a page shows a mark for what shows nothing",
        arguments: ["\u{3164}", "\u{FE0F}", "\u{2800}", "\u{202E}", "\u{1B}", "\n"]
    )
    func hidden(_ text: String) {
        #expect(Harmless.shown("acme" + text) == "acme\u{FFFD}")
    }
}
