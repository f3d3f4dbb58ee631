/// Covers secrets in a text that comes in pieces, wherever the pieces were cut.
///
/// Each byte of a secret becomes one `*`, so that lengths that were announced stay true. Kept back is only what may still
/// become a secret, which is never more than the longest spelling, and nothing where the text has gone another way: an
/// event at the end of a piece leaves with that piece.
package struct StreamRedactor {
    /// What stands for a byte of a secret.
    package static let cover = UInt8(ascii: "*")

    private let trie: FormTrie
    private var state: FormTrie.State = 0
    private var kept: [UInt8] = []

    /// Begins a text.
    package init(_ shapes: SecretShapes) { trie = shapes.trie }

    /// How many bytes are kept back now.
    package var keptCount: Int { kept.count }

    /// The next piece; returns what can leave.
    package mutating func next(_ piece: [UInt8]) -> [UInt8] {
        var text = kept
        text.reserveCapacity(kept.count + piece.count)
        for byte in piece {
            text.append(byte)
            state = trie.step(state, byte)
            let found = trie.found(state)
            if found > 0 {
                for index in text.count - found..<text.count { text[index] = Self.cover }
            }
        }
        let leaving = text.count - trie.depth(state)
        kept = Array(text[leaving...])
        text.removeSubrange(leaving...)
        return text
    }

    /// The end of the text; returns what was kept back.
    package mutating func end() -> [UInt8] {
        defer {
            kept = []
            state = 0
        }
        return kept
    }
}
