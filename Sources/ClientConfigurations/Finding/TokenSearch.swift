/// Tokens in a text in which no secret should stand.
package enum TokenSearch {
    /// Where each begins, in bytes, and whose it looks like.
    package static func find(in text: [UInt8]) -> [(offset: Int, sentence: String)] {
        KnownTokens.find(in: text[...]).map { ($0.range.lowerBound, $0.evidence.sentence) }
    }
}
