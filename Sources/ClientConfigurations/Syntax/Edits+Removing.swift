extension Edits {
    /// Takes members out of an object, and the commas that go with them; comments stay.
    mutating func removeMembers(_ removed: Set<Int>, of object: SyntaxNode) {
        let items = object.members.map { $0.key.firstTokenIndex...$0.value.lastTokenIndex }
        let tree = object.tree
        guard !removed.isEmpty else { return }
        guard removed.count < items.count || tree.hasComment(in: object.range) else {
            // Nothing is left inside but white space.
            replace(object.range, with: Array("{}".utf8))
            return
        }
        let hasTrailingComma = tree.tokens[object.lastTokenIndex - 1].kind == .comma
        var done = object.range.lowerBound
        for index in removed.sorted() {
            let hasComma = index < items.count - 1 || hasTrailingComma
            let tokens = items[index].lowerBound...items[index].upperBound + (hasComma ? 1 : 0)
            done = removeTokens(tokens, in: tree, after: done)
        }
        // The comma before an end that had none before has to go as well.
        let lastKept = items.indices.last { !removed.contains($0) }
        if let lastKept, lastKept < items.count - 1, !hasTrailingComma {
            remove(tree.tokens[items[lastKept].upperBound + 1].range)
        }
    }

    /// Takes out tokens, what stands between them, and their line where nothing else is on it; nothing before `done`.
    /// Answers how far it went.
    private mutating func removeTokens(_ indices: ClosedRange<Int>, in tree: SyntaxTree, after done: Int) -> Int {
        let start = tree.tokens[indices.lowerBound].range.lowerBound
        let end = tree.tokens[indices.upperBound].range.upperBound
        guard !tree.hasComment(in: start..<end) else {
            for index in indices { remove(tree.tokens[index].range) }
            return end
        }
        let blanksBefore = start - tree.source[done..<start].ending { $0.isBlank }.count
        let blanksAfter = end + tree.source[end...].prefix { $0.isBlank }.count
        let hasComma = tree.tokens[indices.upperBound].kind == .comma
        let range =
            switch (Line.start(before: start, in: tree), Line.end(after: end, in: tree)) {
            case (let lineStart?, .some): lineStart..<end
            // Something else is on the line: of the blanks around, those on one side stay.
            case (nil, .some): blanksBefore..<end
            case (nil, nil) where !hasComma: blanksBefore..<end
            case (_, nil): start..<blanksAfter
            }
        remove(range)
        return range.upperBound
    }
}

/// Lines around a place, where nothing but white space is between.
enum Line {
    /// The line end before `offset`, if only blanks are between.
    static func start(before offset: Int, in tree: SyntaxTree) -> Int? {
        var at = offset
        while at > 0, tree.source[at - 1].isBlank { at -= 1 }
        guard at > 0, isEnd(tree.source[at - 1]) else { return nil }
        at -= 1
        if at > 0, tree.source[at] == UInt8(ascii: "\n"), tree.source[at - 1] == UInt8(ascii: "\r") { at -= 1 }
        return at
    }

    /// The line end behind `offset`, if only blanks are between.
    static func end(after offset: Int, in tree: SyntaxTree) -> Int? {
        var at = offset
        while at < tree.source.count, tree.source[at].isBlank { at += 1 }
        return at < tree.source.count && isEnd(tree.source[at]) ? at : nil
    }

    /// The line end before a token and the blanks that indent it; `nil` where it does not begin its line.
    static func indentation(of offset: Int, in tree: SyntaxTree) -> ArraySlice<UInt8>? {
        start(before: offset, in: tree).map { tree.source[$0..<offset] }
    }

    private static func isEnd(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }
}
