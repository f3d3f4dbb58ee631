import Foundation
import Testing

@testable import SecretRecipes

@Suite struct EntropyTests {
    /// Counts by writing down every value.
    private static func countByHand(_ recipe: CharacterRecipe) -> Int {
        let characters = recipe.alphabet.characters
        var value = Array(repeating: 0, count: recipe.length)
        var count = 0
        while true {
            let text = value.map { characters[$0] }
            let isAccepted = recipe.required.allSatisfy { kind, least in text.count { kind.contains($0) } >= least }
            if isAccepted { count += 1 }
            guard let place = value.lastIndex(where: { $0 < characters.count - 1 }) else { return count }
            value[place] += 1
            for later in (place + 1)..<max(place + 1, recipe.length) { value[later] = 0 }
        }
    }

    @Test(arguments: [
        ("only:aB1!", 5, [CharacterClass.digits: 1]),
        ("only:aB1!", 5, [.digits: 1, .lowercase: 1, .uppercase: 1, .symbols: 1]),
        ("only:abAB12", 5, [.digits: 2]), ("only:abAB12", 5, [.digits: 2, .uppercase: 3]),
        ("only:abcAB1", 5, [.lowercase: 1, .digits: 2]), ("only:ab", 10, [:]), ("only:a1", 10, [.digits: 5]),
        ("only:a1", 9, [.digits: 9]), ("only:abc12345", 5, [.lowercase: 4]),
        ("only:ab12", 6, [.lowercase: 3, .digits: 3]),
        ("digits", 4, [.digits: 4]), ("only:!\"'a", 6, [.symbols: 6]),
    ])
    func `entropy is that of the values that can come of it`(
        alphabet: String,
        length: Int,
        required: [CharacterClass: Int]
    ) throws {
        let recipe = try CharacterRecipe(length: length, alphabet: Alphabet(alphabet), required: required)
        let count = Self.countByHand(recipe)
        #expect(abs(recipe.entropyBits - log2(Double(count))) < 1e-9)
        let all = pow(Double(recipe.alphabet.characters.count), Double(length))
        #expect(abs(recipe.acceptance - Double(count) / all) < 1e-12)
    }

    /// Inclusion and exclusion over the classes that are missing, which works for one of each.
    @Test(arguments: [8, 12, 32, 100, 256])
    func `one of each class is what inclusion and exclusion say`(length: Int) throws {
        let alphabet = try Alphabet("letters+digits+symbols")
        let kinds = CharacterClass.allCases
        let required = Dictionary(uniqueKeysWithValues: kinds.map { ($0, 1) })
        let recipe = try CharacterRecipe(length: length, alphabet: alphabet, required: required)
        var sum = 0.0
        for missing in 0..<(1 << kinds.count) {
            let gone = kinds.indices.filter { missing & (1 << $0) != 0 }
            let left = 90 - gone.reduce(0) { $0 + alphabet.count(of: kinds[$1]) }
            sum += (gone.count.isMultiple(of: 2) ? 1 : -1) * pow(Double(left) / 90, Double(length))
        }
        #expect(abs(recipe.acceptance - sum) < 1e-11)
    }

    @Test func `what is required takes a little of the entropy, and never adds any`() throws {
        let free = try ValueRecipe(settings: ["length": "12", "alphabet": "letters+digits+symbols"])
        let bound = try ValueRecipe(
            settings: [
                "length": "12", "alphabet": "letters+digits+symbols", "require": "digits+symbols+uppercase+lowercase",
            ]
        )
        #expect(bound.entropyBits < free.entropyBits)
        #expect(bound.entropyBits > free.entropyBits - 2)
    }
}
