import WarderModel

/// Other people's words on their way into a page.
enum Harmless {
    /// The text with a mark in place of every character that shows nothing, drives a terminal or turns text around.
    static func shown(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: HiddenCharacter.contains) else { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { result.append(HiddenCharacter.contains(scalar) ? "\u{FFFD}" : scalar) }
        return String(result)
    }
}
