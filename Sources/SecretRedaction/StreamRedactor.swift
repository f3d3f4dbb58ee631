/// Covers secrets in a text that comes in pieces, wherever the pieces were cut.
///
/// Each byte of a secret becomes one `*`, so that lengths that were announced stay true. Kept back is only what may still
/// become a secret, which is never more than the longest spelling, and nothing where the text has gone another way: an
/// event at the end of a piece leaves with that piece.
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
        return leave(text, upTo: search.firstOpen)
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
