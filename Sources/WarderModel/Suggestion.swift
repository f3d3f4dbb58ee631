/// Finds the word that somebody meant: a setting, a command.
package enum Suggestion {
    /// The known word that differs least from `word`; `nil` when none is close enough to be meant.
    package static func nearest(to word: String, among known: [String]) -> String? {
        let folded = fold(word)
        guard folded.count <= 64 else { return nil }
        let best = known.map { (word: $0, distance: distance(folded, fold($0))) }.min { $0.distance < $1.distance }
        guard let best, best.distance <= max(1, folded.count / 3) else { return nil }
        return best.word
    }

    /// Case and the choice between `-` and `_` are never what two settings differ in.
    private static func fold(_ word: String) -> [UInt8] {
        word.lowercased().utf8.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0 }
    }

    /// Insertions, deletions, replacements, and swaps of neighbours (optimal string alignment).
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for (row, a) in left.enumerated() {
            var line = [row + 1]
            for (column, b) in right.enumerated() {
                var cost = min(last[column + 1] + 1, line[column] + 1, last[column] + (a == b ? 0 : 1))
                if row > 0, column > 0, a == right[column - 1], left[row - 1] == b {
                    cost = min(cost, beforeLast[column - 1] + 1)
                }
                line.append(cost)
            }
            (beforeLast, last) = (last, line)
        }
        return last[right.count]
    }
}
