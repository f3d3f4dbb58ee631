/// Why the settings of a recipe were refused. Carries no part of them.
package enum RecipeError: Error, Hashable, Sendable {
    case unknownSetting
    case badLength
    case badWords
    case badAlphabet
    /// Characters beyond printable ASCII, or none.
    case badCharacters
    case repeatedCharacter
    case tooFewCharacters
    case badRequirement
    case requiredIsExcluded(CharacterClass)
    case requiresMoreThanLength(Int)
    case seldomAccepted
    /// Words together with a setting of characters.
    case wordsStandAlone
    case tooWeak(bits: Int)
}

extension RecipeError: CustomStringConvertible {
    /// What is wrong, and what would be right.
    package var description: String {
        switch self {
        case .unknownSetting: "the settings of a random value are length, alphabet, require, exclude and words"
        case .badLength: "length is 1 to \(CharacterRecipe.lengths.upperBound) characters, as in 32"
        case .badWords: "words is 1 to \(WordRecipe.counts.upperBound), as in 6"
        case .badAlphabet:
            "an alphabet is letters, lowercase, uppercase, digits, symbols and hex, joined as in letters+digits, or"
                + " only: and the characters"
        case .badCharacters: "characters are printable ASCII without the space, and at least one"
        case .repeatedCharacter: "a character is there twice, which would not make it likelier: write it once"
        case .tooFewCharacters: "an alphabet has at least two characters"
        case .badRequirement:
            "what is required is lowercase, uppercase, digits and symbols, each once and with a number from 1 on, as in"
                + " digits:2+symbols"
        case .requiredIsExcluded(let kind): "\(kind.rawValue) are required, and the alphabet has none"
        case .requiresMoreThanLength(let length): "more characters are required than the \(length) that a value has"
        case .seldomAccepted:
            "fewer than one value in 1000 has what is required: require less, or make values longer"
        case .wordsStandAlone: "words come without length, alphabet, require and exclude"
        case .tooWeak(let bits):
            "such values have \(bits) bits of entropy, and \(ValueRecipe.leastEntropyBits) are the least: make them longer"
        }
    }
}
