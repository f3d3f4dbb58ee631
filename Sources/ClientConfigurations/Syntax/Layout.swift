/// How a program lays a file out: each member and element on a line of its own, indented by one unit a level.
///
/// A client that keeps its own state beside its servers writes the whole file anew so. What is added to such a file is laid
/// out in the same way, and is the same bytes after the client has written it.
struct Layout {
    /// Spaces or tabs.
    let unit: [UInt8]

    /// - Returns: `nil` where a person laid the file out, or there is too little of it to tell.
    init?(of tree: SyntaxTree) {
        guard tree.comments.isEmpty, tree.tokens.count > 3, tree.tokens[0].trivia.isEmpty else { return nil }
        let first = tree.source[tree.tokens[1].trivia]
        let unit = Array(first.dropFirst())
        guard first.first == UInt8(ascii: "\n"), let blank = unit.first, blank.isBlank,
            unit.allSatisfy({ $0 == blank })
        else { return nil }
        self.unit = unit
        var depth = 1
        for (before, token) in zip(tree.tokens, tree.tokens.dropFirst()).dropFirst() {
            if before.kind.opens { depth += 1 }
            if token.kind.closes { depth -= 1 }
            guard isExpected(tree.source[token.trivia], between: before.kind, and: token.kind, depth) else {
                return nil
            }
        }
    }

    private func isExpected(
        _ space: ArraySlice<UInt8>,
        between before: SyntaxToken.Kind,
        and after: SyntaxToken.Kind,
        _ depth: Int
    ) -> Bool {
        switch (before, after) {
        case (_, .end): return space.isEmpty || space.elementsEqual([UInt8(ascii: "\n")])
        case (.openObject, .closeObject), (.openArray, .closeArray), (_, .comma), (_, .colon): return space.isEmpty
        case (.colon, _): return space.elementsEqual([UInt8(ascii: " ")])
        default:
            return space.count == 1 + unit.count * depth && space.first == UInt8(ascii: "\n")
                && space.dropFirst().allSatisfy { $0 == unit[0] }
        }
    }

    /// An array of texts, as the value of a member; `indentation` is what stands before that member's name, its line's
    /// beginning included.
    func array(_ texts: [String], indentation: ArraySlice<UInt8>) -> [UInt8] {
        let lines = texts.map { indentation + unit + TextLiteral.encode($0) }
        return [UInt8(ascii: "[")] + lines.joined(separator: [UInt8(ascii: ",")]) + indentation + [UInt8(ascii: "]")]
    }
}

extension SyntaxToken.Kind {
    fileprivate var opens: Bool { self == .openObject || self == .openArray }
    fileprivate var closes: Bool { self == .closeObject || self == .closeArray }
}
