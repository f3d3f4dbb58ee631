package import SecretMemory

/// What is looked for in an upstream's answers: the spellings of every credential that was sent there.
///
/// Made once for each set of credentials; every answer then has a ``StreamRedactor`` of its own.
package final class SecretShapes: Sendable {
    /// Why a credential cannot be kept out of answers.
    package enum Unusable: Error, Hashable, Sendable {
        /// Shorter than ``leastBytes``: whoever sees what is redacted could guess it.
        case tooShort
        /// Longer than ``mostBytes``.
        case tooLong
        /// Begins anew within itself more often than ``mostOverlaps``: to look for it would take too long.
        case tooEven
    }

    /// A server that has an upstream repeat guesses sees which one is redacted, so that a value must not be guessable.
    package static let leastBytes = 8
    /// More than any header field takes.
    package static let mostBytes = 16_384
    /// A value of one byte, over and over, may have as many as this; of random ones hardly any byte begins a second.
    package static let mostOverlaps = 64

    let table: SpellingTable

    /// Shapes of `secrets`.
    ///
    /// - Throws: ``Unusable``.
    package init(_ secrets: [SecretBytes]) throws(Unusable) {
        var all: [[UInt8]] = []
        defer { for index in all.indices { zero(&all[index]) } }
        for secret in secrets {
            guard secret.count >= Self.leastBytes else { throw .tooShort }
            guard secret.count <= Self.mostBytes else { throw .tooLong }
            var bytes = unsafe secret.withUnsafeBytes { unsafe Array($0) }
            defer { zero(&bytes) }
            guard SpellingTable.overlaps(of: bytes) <= Self.mostOverlaps else { throw .tooEven }
            guard let strings = SecretForms.unescaped(bytes) else { throw .tooLong }
            all += strings
        }
        table = SpellingTable(all)
    }

    /// A whole text with every spelling covered.
    package func redacted(_ text: [UInt8]) -> [UInt8] {
        var redactor = StreamRedactor(self)
        return redactor.next(text) + redactor.end()
    }

    /// Whether a whole text has a credential in any spelling.
    package func stand(in text: String) -> Bool { redacted(text) != text }

    /// A whole text with every spelling covered; the same text where there is none.
    package func redacted(_ text: String) -> String {
        String(decoding: redacted(Array(text.utf8)), as: UTF8.self)
    }
}
