import Testing
import WarderModel

@Suite struct HiddenCharacterTests {
    @Test(arguments: ["\u{115F}", "\u{3164}", "\u{FFA0}", "\u{34F}", "\u{FE0F}", "\u{E0101}", "\u{2800}", "\u{202E}"])
    func `what shows nothing or turns text around hides, whatever its category`(text: String) {
        #expect(text.unicodeScalars.allSatisfy(HiddenCharacter.contains))
    }

    @Test(arguments: ["a", " ", "\u{A0}", "ß", "鍵", "\u{301}", "\u{1F511}", "\u{FFFD}"])
    func `what can be seen does not`(text: String) {
        #expect(!text.unicodeScalars.contains(where: HiddenCharacter.contains))
    }
}
