import SecretMemory
import Testing

@testable import SecretRecipes

/// Values are drawn without bias, and the check would see one: every test holds a deliberately biased maker against it.
@Suite struct BiasTests {
    /// How often each character came up in each place.
    private func counts(
        _ recipe: CharacterRecipe,
        values: Int,
        uniform: (UInt32) -> UInt32 = SecureRandom.uniform(below:)
    ) throws -> [[Int]] {
        var counts = Array(repeating: Array(repeating: 0, count: 256), count: recipe.length)
        for _ in 0..<values {
            let value = try recipe.make(uniform: uniform).characters
            for (place, character) in value.enumerated() { counts[place][Int(character)] += 1 }
        }
        return counts.map { place in recipe.alphabet.characters.map { place[Int($0)] } }
    }

    private func bySymbol(_ counts: [[Int]]) -> [Int] {
        counts.dropFirst().reduce(counts[0]) { sums, place in zip(sums, place).map { $0 + $1 } }
    }

    @Test func `every character is as likely, and a remainder's bias would be seen`() throws {
        let recipe = try CharacterRecipe(length: 32, alphabet: Alphabet("letters+digits"), required: [:])
        #expect(ChiSquare.isUniform(bySymbol(try counts(recipe, values: 4000))))
        #expect(!ChiSquare.isUniform(bySymbol(try counts(recipe, values: 4000, uniform: Biased.modulo))))
    }

    @Test func `every character is as likely in every place, and a favourite place would be seen`() throws {
        let recipe = try CharacterRecipe(length: 12, alphabet: Alphabet("hex"), required: [:])
        for place in try counts(recipe, values: 20_000) { #expect(ChiSquare.isUniform(place)) }
        // Draws a zero once more, in the first place alone.
        var draws = 0
        let favouring: (UInt32) -> UInt32 = { bound in
            draws += 1
            let drawn = SecureRandom.uniform(below: bound)
            return draws % 12 == 1 && drawn == 0 ? SecureRandom.uniform(below: bound) : drawn
        }
        let places = try counts(recipe, values: 20_000, uniform: favouring)
        #expect(!ChiSquare.isUniform(places[0]))
        let areOthersUniform = places.dropFirst().allSatisfy { ChiSquare.isUniform($0) }
        #expect(areOthersUniform)
    }

    @Test func `with what is required every accepted value is as likely, and filling places first would be seen`()
        throws
    {
        let alphabet = try Alphabet("only:abC12")
        let required: [CharacterClass: Int] = [.digits: 1, .uppercase: 1]
        let recipe = try CharacterRecipe(length: 3, alphabet: alphabet, required: required)
        var honest: [String: Int] = [:]
        for _ in 0..<40_000 { honest[try recipe.make(uniform: SecureRandom.uniform(below:)).text, default: 0] += 1 }
        // Of 125 values those with neither digit, nor capital, nor both: 125 - 27 - 64 + 8.
        #expect(honest.count == 42)
        #expect(ChiSquare.isUniform(Array(honest.values)))

        var filled: [String: Int] = [:]
        for _ in 0..<40_000 {
            let any = alphabet.characters[Int(SecureRandom.uniform(below: 5))]
            let value = [UInt8(ascii: "C"), SecureRandom.uniform(below: 2) == 0 ? UInt8(ascii: "1") : 50, any]
            var random = SystemRandomNumberGenerator()
            filled[String(decoding: value.shuffled(using: &random), as: UTF8.self), default: 0] += 1
        }
        #expect(filled.count == 42)
        #expect(!ChiSquare.isUniform(Array(filled.values)))
    }

    @Test func `every word is as likely`() throws {
        let recipe = try WordRecipe(count: 4)
        var first: [UInt8: Int] = [:]
        var vowels: [UInt8: Int] = [:]
        for _ in 0..<10_000 {
            let value = try recipe.make(uniform: SecureRandom.uniform(below:)).characters
            first[value[6], default: 0] += 1
            vowels[value[21], default: 0] += 1
        }
        #expect(first.count == 16 && ChiSquare.isUniform(Array(first.values)))
        #expect(vowels.count == 4 && ChiSquare.isUniform(Array(vowels.values)))
    }

    @Test(arguments: [UInt32(62), 90, 100, 200])
    func `numbers below a bound are as likely`(bound: UInt32) {
        var honest = Array(repeating: 0, count: Int(bound))
        var biased = honest
        for _ in 0..<40_000 {
            honest[Int(SecureRandom.uniform(below: bound))] += 1
            biased[Int(Biased.modulo(bound))] += 1
        }
        #expect(ChiSquare.isUniform(honest))
        #expect(!ChiSquare.isUniform(biased))
    }
}
