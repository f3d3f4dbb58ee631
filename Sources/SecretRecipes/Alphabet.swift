/// The characters that a value is made of: each once, so that none is likelier than another.
struct Alphabet: Hashable, Sendable {
    /// Printable ASCII without the space, ascending.
    let characters: [UInt8]

    /// Sets by name, joined by `+` (`letters+digits`), or `only:` and the characters themselves.
    ///
    /// - Throws: ``RecipeError``, which never quotes the text.
    init(_ text: String) throws(RecipeError) {
        if text.hasPrefix("only:") {
            characters = try Self.distinct(text.dropFirst(5))
            return
        }
        var members: Set<UInt8> = []
        for name in text.split(separator: "+", omittingEmptySubsequences: false) {
            members.formUnion(try Self.named(name))
        }
        characters = members.sorted()
    }

    private init(characters: [UInt8]) { self.characters = characters }

    /// Without the characters of `text`, which need not be in it.
    func excluding(_ text: String) throws(RecipeError) -> Alphabet {
        let excluded = try Self.distinct(text[...])
        return Alphabet(characters: characters.filter { !excluded.contains($0) })
    }

    func count(of kind: CharacterClass) -> Int { characters.count { kind.contains($0) } }

    private static func named(_ name: Substring) throws(RecipeError) -> [UInt8] {
        switch name {
        case "letters": return CharacterClass.lowercase.characters + CharacterClass.uppercase.characters
        case "hex": return Array("0123456789abcdef".utf8)
        default:
            guard let kind = CharacterClass(rawValue: String(name)) else { throw .badAlphabet }
            return kind.characters
        }
    }

    private static func distinct(_ text: Substring) throws(RecipeError) -> [UInt8] {
        guard !text.utf8.isEmpty, text.utf8.allSatisfy({ (33...126).contains($0) }) else { throw .badCharacters }
        let characters = Set(text.utf8).sorted()
        guard characters.count == text.utf8.count else { throw .repeatedCharacter }
        return characters
    }
}
