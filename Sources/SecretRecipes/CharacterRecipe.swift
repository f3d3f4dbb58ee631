import Glibc
import SecretMemory

/// So many characters of an alphabet, with at least so many of some classes; every such value is as likely as another.
struct CharacterRecipe: Hashable, Sendable {
    static let lengths = 1...256
    /// Values are drawn until one has what is required. With fewer than one in so many the draws would take too long.
    static let leastAcceptance = 1.0 / 1000

    let length: Int
    let alphabet: Alphabet
    /// The least number of characters of a class, at least 1.
    let required: [CharacterClass: Int]
    /// The part of all values of this length that has what is required.
    let acceptance: Double

    init(length: Int, alphabet: Alphabet, required: [CharacterClass: Int]) throws(RecipeError) {
        guard Self.lengths.contains(length) else { throw .badLength }
        guard alphabet.characters.count > 1 else { throw .tooFewCharacters }
        for (kind, count) in required {
            guard (1...Self.lengths.upperBound).contains(count) else { throw .badRequirement }
            guard alphabet.count(of: kind) > 0 else { throw .requiredIsExcluded(kind) }
        }
        guard required.values.reduce(0, +) <= length else { throw .requiresMoreThanLength(length) }
        self.length = length
        self.alphabet = alphabet
        self.required = required
        acceptance = Self.acceptance(length: length, alphabet: alphabet, required: required)
        guard acceptance >= Self.leastAcceptance else { throw .seldomAccepted }
    }

    /// Bits: the logarithm of the number of values that are accepted.
    var entropyBits: Double { Double(length) * log2(Double(alphabet.characters.count)) + log2(acceptance) }

    /// Draws whole values until one is accepted. Putting required characters into places and filling up the others would
    /// make some values likelier.
    ///
    /// - Parameter uniform: a number below its argument, each as likely as another.
    /// - Returns: the value, which was nowhere else than in its own memory.
    /// - Throws: ``SecretMemoryError`` when there is no memory for the value.
    func make(uniform: (UInt32) -> UInt32) throws(SecretMemoryError) -> SecretBytes {
        let characters = alphabet.characters
        return try unsafe SecretBytes(
            count: length,
            filling: { value in
                repeat {
                    for index in 0..<length {
                        unsafe value[index] = characters[Int(uniform(UInt32(characters.count)))]
                    }
                } while unsafe !isAccepted(value)
            }
        )
    }

    private func isAccepted(_ value: UnsafeMutableRawBufferPointer) -> Bool {
        required.allSatisfy { kind, least in
            var count = 0
            for index in 0..<length where kind.contains(unsafe value[index]) { count += 1 }
            return count >= least
        }
    }

    /// Classes do not overlap, so that values are counted class by class: after one, `part[n]` is the probability that
    /// `n` characters, each of them of a class that was counted or of none that is required, have what is required so far.
    /// All terms are positive: nothing is lost to cancellation, as in sums with alternating signs.
    private static func acceptance(length: Int, alphabet: Alphabet, required: [CharacterClass: Int]) -> Double {
        let total = Double(alphabet.characters.count)
        let counted = required.keys.reduce(0) { $0 + alphabet.count(of: $1) }
        let free = (total - Double(counted)) / total
        var part = (0...length).map { pow(free, Double($0)) }
        // In one order, so that the same recipe always has the same last bit.
        for kind in CharacterClass.allCases {
            guard let least = required[kind] else { continue }
            let chance = Double(alphabet.count(of: kind)) / total
            let before = part
            part = (0...length).map { n in
                guard n >= least else { return 0 }
                // Terms of the binomial distribution, by their logarithms: the coefficients alone would overflow.
                return (least...n).reduce(0) { sum, k in
                    sum + exp(logChoose(n, k) + Double(k) * log(chance)) * before[n - k]
                }
            }
        }
        return min(1, part[length])
    }

    private static func logChoose(_ n: Int, _ k: Int) -> Double {
        logFactorial(n) - logFactorial(k) - logFactorial(n - k)
    }

    private static func logFactorial(_ n: Int) -> Double { logFactorials[n] }

    private static let logFactorials: [Double] = {
        var sum = 0.0
        return [0]
            + (1...lengths.upperBound).map { n in
                sum += log(Double(n))
                return sum
            }
    }()
}
