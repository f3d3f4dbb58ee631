import SecretMemory

/// Words that can be said on the telephone and typed from paper: `lusab-babad-gutih-tugad`.
///
/// They are proquints (D. S. Wilkerson, "A Proposal for Proquints", arXiv:0901.4016): consonant, vowel, consonant, vowel,
/// consonant, out of 16 consonants and 4 vowels. A word is 16 bits, every one of them is a word, and no two are spelled the
/// same, so that the entropy is exact without a list of words.
struct WordRecipe: Hashable, Sendable {
    static let counts = 1...64
    static let bitsPerWord = 16

    private static let consonants = Array("bdfghjklmnprstvz".utf8)
    private static let vowels = Array("aiou".utf8)
    private static let separator = UInt8(ascii: "-")
    private static let letters = 5

    let count: Int

    init(count: Int) throws(RecipeError) {
        guard Self.counts.contains(count) else { throw .badWords }
        self.count = count
    }

    var entropyBits: Double { Double(count * Self.bitsPerWord) }

    /// - Parameter uniform: a number below its argument, each as likely as another.
    /// - Returns: the words, joined by `-`.
    /// - Throws: ``SecretMemoryError`` when there is no memory for the value.
    func make(uniform: (UInt32) -> UInt32) throws(SecretMemoryError) -> SecretBytes {
        try unsafe SecretBytes(
            count: count * (Self.letters + 1) - 1,
            filling: { value in
                for index in 0..<value.count {
                    switch index % (Self.letters + 1) {
                    case 0, 2, 4: unsafe value[index] = Self.consonants[Int(uniform(16))]
                    case 1, 3: unsafe value[index] = Self.vowels[Int(uniform(4))]
                    default: unsafe value[index] = Self.separator
                    }
                }
            }
        )
    }
}
