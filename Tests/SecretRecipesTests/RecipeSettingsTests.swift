import SecretMemory
import Testing

@testable import SecretRecipes

@Suite struct RecipeSettingsTests {
    @Test(arguments: [
        ([:], "32 characters out of 62, 190 bits of entropy"),
        (["length": "20"], "20 characters out of 62, 119 bits of entropy"),
        (["alphabet": "hex", "length": "64"], "64 characters out of 16, 256 bits of entropy"),
        (["alphabet": "hex", "length": "16"], "16 characters out of 16, 64 bits of entropy"),
        (["alphabet": "letters+digits+symbols"], "32 characters out of 90, 207 bits of entropy"),
        (["alphabet": "lowercase+hex"], "32 characters out of 36, 165 bits of entropy"),
        (["alphabet": "only:ACGT"], "32 characters out of 4, 64 bits of entropy"),
        (["alphabet": "only:a+b:,\"'\\"], "32 characters out of 8, 96 bits of entropy"),
        (["exclude": "0O1lI"], "32 characters out of 57, 186 bits of entropy"),
        (["require": "digits:2+lowercase+uppercase:3"], "32 characters out of 62, 190 bits of entropy"),
        (["words": "6"], "6 words, 96 bits of entropy"), (["words": "4"], "4 words, 64 bits of entropy"),
        (["length": "256", "alphabet": "letters+digits+symbols"], "256 characters out of 90, 1661 bits of entropy"),
    ])
    func `settings are taken, and what they make is shown`(settings: [String: String], summary: String) throws {
        #expect(try ValueRecipe(settings: settings).summary == summary)
    }

    static let refused: [([String: String], RecipeError)] = [
        (["lenght": "32"], .unknownSetting), (["Length": "32"], .unknownSetting), (["": ""], .unknownSetting),
        (["length": ""], .badLength), (["length": "0"], .badLength), (["length": "257"], .badLength),
        (["length": "-5"], .badLength), (["length": "+32"], .badLength), (["length": "32 "], .badLength),
        (["length": "٣٢"], .badLength), (["length": "99999999999999999999"], .badLength),
        (["words": "0"], .badWords), (["words": "65"], .badWords), (["words": "six"], .badWords),
        (["words": "6", "length": "32"], .wordsStandAlone), (["words": "6", "exclude": "z"], .wordsStandAlone),
        (["words": "3"], .tooWeak(bits: 48)), (["length": "10"], .tooWeak(bits: 59)),
        (["alphabet": "only:ACGT", "length": "31"], .tooWeak(bits: 62)),
        (["alphabet": ""], .badAlphabet), (["alphabet": "letters,digits"], .badAlphabet),
        (["alphabet": "letters+"], .badAlphabet), (["alphabet": "Letters"], .badAlphabet),
        (["alphabet": "only:"], .badCharacters), (["alphabet": "only:a b"], .badCharacters),
        (["alphabet": "only:abä"], .badCharacters), (["alphabet": "only:aba"], .repeatedCharacter),
        (["alphabet": "only:a"], .tooFewCharacters), (["exclude": ""], .badCharacters),
        (["exclude": "00"], .repeatedCharacter), (["alphabet": "digits", "exclude": "0123456789"], .tooFewCharacters),
        (["require": ""], .badRequirement), (["require": "digits:0"], .badRequirement),
        (["require": "digits:"], .badRequirement), (["require": "digits:1:2"], .badRequirement),
        (["require": "digits+digits"], .badRequirement), (["require": "letters"], .badRequirement),
        (["require": "symbols"], .requiredIsExcluded(.symbols)),
        (["require": "digits", "exclude": "0123456789"], .requiredIsExcluded(.digits)),
        (["require": "digits:20+uppercase:13"], .requiresMoreThanLength(32)),
        (["require": "digits:257"], .badRequirement), (["require": "digits:25"], .seldomAccepted),
    ]

    @Test(arguments: refused)
    func `settings that are wrong are refused for what is wrong`(settings: [String: String], error: RecipeError) {
        #expect(throws: error) { try ValueRecipe(settings: settings) }
        #expect(!error.description.isEmpty && !error.description.contains("lenght"))
    }

    @Test func `a value is what its recipe says`() throws {
        let recipe = try ValueRecipe(settings: [
            "length": "24", "alphabet": "letters+digits+symbols", "require": "digits:3+symbols:2", "exclude": "0O1lI$",
        ])
        for _ in 0..<200 {
            let characters = try recipe.makeValue().characters
            #expect(characters.count == 24)
            #expect(characters.count { (48...57).contains($0) } >= 3)
            #expect(characters.count { CharacterClass.symbols.characters.contains($0) } >= 2)
            let areAllowed = characters.allSatisfy { (33...126).contains($0) && !"0O1lI$\"'\\`".utf8.contains($0) }
            #expect(areAllowed)
        }
    }

    @Test func `words can be spoken and told apart`() throws {
        let recipe = try ValueRecipe(settings: ["words": "6"])
        let word = "[bdfghjklmnprstvz][aiou][bdfghjklmnprstvz][aiou][bdfghjklmnprstvz]"
        let pattern = try Regex("\(word)(-\(word)){5}")
        let values = try (0..<100).map { _ in try recipe.makeValue().text }
        let areWords = values.allSatisfy { $0.wholeMatch(of: pattern) != nil }
        #expect(areWords)
        #expect(Set(values).count == 100)
    }

    @Test func `every printable character but the space is of one class`() {
        for character in UInt8(33)...126 {
            #expect(CharacterClass.allCases.count { $0.contains(character) } == 1)
        }
        for kind in CharacterClass.allCases {
            let areItsOwn = kind.characters.allSatisfy { kind.contains($0) }
            #expect(areItsOwn && Set(kind.characters).count == kind.characters.count)
        }
    }
}
