package import SecretMemory

/// How the vault makes a value by itself: checked once, when it is read, and then never too weak.
///
/// Settings, all of them optional: `length` (32), `alphabet` (`letters+digits`), `require` (`digits:2+symbols`), `exclude`
/// (`0O1l`), or in place of these `words` (6).
package struct ValueRecipe: Hashable, Sendable {
    /// Below that a value could be guessed by whoever can try offline.
    package static let leastEntropyBits = 64
    package static let standardLength = 32
    package static let standardAlphabet = "letters+digits"
    /// The names of all settings.
    package static let settings = ["length", "alphabet", "require", "exclude", "words"]

    private enum Form: Hashable, Sendable {
        case characters(CharacterRecipe)
        case words(WordRecipe)
    }

    private let form: Form

    /// Letters and digits, 32 of them: 190 bits.
    ///
    /// - Throws: ``RecipeError``, which never quotes a setting.
    package init(settings: [String: String] = [:]) throws(RecipeError) {
        guard settings.keys.allSatisfy(Self.settings.contains) else { throw .unknownSetting }
        if let words = settings["words"] {
            guard settings.count == 1 else { throw .wordsStandAlone }
            guard let count = RecipeNumber.parse(words[...]) else { throw .badWords }
            form = .words(try WordRecipe(count: count))
        } else {
            form = .characters(try Self.characters(settings))
        }
        guard entropyBits >= Double(Self.leastEntropyBits) else { throw .tooWeak(bits: Int(entropyBits)) }
    }

    private static func characters(_ settings: [String: String]) throws(RecipeError) -> CharacterRecipe {
        guard let length = settings["length"].map({ RecipeNumber.parse($0[...]) }) ?? standardLength else {
            throw .badLength
        }
        var alphabet = try Alphabet(settings["alphabet"] ?? standardAlphabet)
        if let excluded = settings["exclude"] { alphabet = try alphabet.excluding(excluded) }
        let required = try settings["require"].map(Requirements.parse) ?? [:]
        return try CharacterRecipe(length: length, alphabet: alphabet, required: required)
    }

    /// The logarithm of the number of values that can come of it, all of which are as likely.
    package var entropyBits: Double {
        switch form {
        case .characters(let recipe): recipe.entropyBits
        case .words(let recipe): recipe.entropyBits
        }
    }

    /// What it makes, in words: `32 characters out of 62, 190 bits of entropy`.
    package var summary: String {
        let what =
            switch form {
            case .characters(let recipe): "\(recipe.length) characters out of \(recipe.alphabet.characters.count)"
            case .words(let recipe): "\(recipe.count) words"
            }
        return "\(what), \(Int(entropyBits)) bits of entropy"
    }

    /// A new value, of the kernel's randomness, made where it stays.
    ///
    /// - Throws: ``SecretMemoryError`` when there is no memory for it.
    package func makeValue() throws(SecretMemoryError) -> SecretBytes {
        switch form {
        case .characters(let recipe): try recipe.make(uniform: SecureRandom.uniform(below:))
        case .words(let recipe): try recipe.make(uniform: SecureRandom.uniform(below:))
        }
    }
}
