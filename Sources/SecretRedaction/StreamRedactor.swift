/// Covers secrets in a text that comes in pieces, wherever the pieces were cut.
///
/// Each byte of a secret becomes one `*`, so that lengths that were announced stay true. What is kept back does not depend
/// on what the text says of a secret: whoever can have a guess repeated to him would else see in the sizes of the pieces
/// whether it begins as the secret does, and so guess byte by byte. Whole lines leave, because no spelling goes on over
/// the end of one; of the rest as much stays as the longest spelling has bytes.
package struct StreamRedactor {
    /// What stands for a byte of a secret.
    package static let cover = UInt8(ascii: "*")

    private var shapes: SecretShapes
    private var search: SpellingSearch
    /// As they came, with what is to be covered of them.
    private var kept: [UInt8] = []
    /// Places in the whole text.
    private var covered: [Range<Int>] = []

    /// Begins a text.
    package init(_ shapes: SecretShapes) {
        self.shapes = shapes
        search = SpellingSearch(shapes.table)
    }

    /// How many bytes are kept back now.
    package var keptCount: Int { kept.count }

    /// Looks for others from here on, in what is kept back too.
    package mutating func look(for shapes: SecretShapes) {
        guard shapes !== self.shapes else { return }
        self.shapes = shapes
        search = SpellingSearch(shapes.table, count: search.count - kept.count)
        read(kept)
    }

    /// The next piece; returns what can leave.
    package mutating func next(_ piece: [UInt8]) -> [UInt8] {
        let text = kept + piece
        read(piece)
        // The limit is never behind what is open; where it were, a secret would matter more.
        return leave(text, upTo: min(limit(of: text), search.firstOpen))
    }

    /// Up to where a text may leave, by its length and its ends of lines alone.
    private func limit(of text: [UInt8]) -> Int {
        let base = search.count - text.count
        let fixed = max(base, search.count - shapes.table.mostBytes)
        guard !shapes.table.hasLineEnds, let end = text.lastIndex(of: UInt8(ascii: "\n")) else { return fixed }
        return max(fixed, base + end + 1)
    }

    /// The end of the text; returns what was kept back.
    package mutating func end() -> [UInt8] {
        defer { self = StreamRedactor(shapes) }
        return leave(kept, upTo: search.count)
    }

    private mutating func read(_ piece: [UInt8]) {
        for index in piece.indices {
            let second = index + 1 < piece.count ? piece[index + 1] : nil
            guard let start = search.read(piece[index], before: second) else { continue }
            if let last = covered.last, last.upperBound >= start {
                covered[covered.count - 1] = min(last.lowerBound, start)..<search.count
            } else {
                covered.append(start..<search.count)
            }
        }
    }

    /// `text` ends where the search is; `place` is one in the whole text.
    private mutating func leave(_ text: [UInt8], upTo place: Int) -> [UInt8] {
        let base = search.count - text.count
        var leaving = Array(text[..<(place - base)])
        kept = Array(text[(place - base)...])
        for range in covered {
            for index in range.clamped(to: base..<place) { leaving[index - base] = Self.cover }
        }
        covered.removeAll { $0.upperBound <= place }
        return leaving
    }
}
