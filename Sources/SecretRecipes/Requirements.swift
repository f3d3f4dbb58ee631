/// Reads `digits:2+symbols`.
enum Requirements {
    static func parse(_ text: String) throws(RecipeError) -> [CharacterClass: Int] {
        var required: [CharacterClass: Int] = [:]
        for part in text.split(separator: "+", omittingEmptySubsequences: false) {
            let words = part.split(separator: ":", omittingEmptySubsequences: false)
            guard (1...2).contains(words.count), let kind = CharacterClass(rawValue: String(words[0])),
                let least = words.count == 2 ? RecipeNumber.parse(words[1]) : 1, required[kind] == nil
            else { throw .badRequirement }
            required[kind] = least
        }
        return required
    }
}

/// A number of characters or words.
enum RecipeNumber {
    /// One to four decimal digits.
    static func parse(_ text: Substring) -> Int? {
        guard (1...4).contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return Int(text)
    }
}
