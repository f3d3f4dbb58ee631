extension Edits {
    /// Puts texts before the element with this index, which may be one behind the last, each on a line of its own where
    /// the elements are.
    mutating func insert(_ texts: [String], before index: Int, of array: SyntaxNode) {
        guard !texts.isEmpty else { return }
        let tree = array.tree
        let elements = array.elements
        let literals = texts.map { TextLiteral.encode($0) }
        guard index < elements.count else {
            let joined = Array(literals.joined(separator: Array(", ".utf8)))
            let place = elements.last?.range.upperBound
            insert(place == nil ? joined : Array(", ".utf8) + joined, at: place ?? array.range.lowerBound + 1)
            return
        }
        let place = elements[index].range.lowerBound
        let comma = [UInt8(ascii: ",")]
        guard let indentation = Line.indentation(of: place, in: tree) else {
            insert(literals.flatMap { $0 + comma + [UInt8(ascii: " ")] }, at: place)
            return
        }
        // Before the first element, also before a comment that stands above it and belongs to it.
        let start = index == 0 ? array.range.lowerBound + 1 : place - indentation.count
        insert(literals.flatMap { indentation + $0 + comma }, at: start)
    }

    /// Puts a member behind another one, laid out like it.
    mutating func insertMember(_ name: String, value: [UInt8], after member: SyntaxMember) {
        let indentation = Line.indentation(of: member.key.range.lowerBound, in: member.key.tree)
        insert(
            [UInt8(ascii: ",")] + (indentation.map { Array($0) } ?? [UInt8(ascii: " ")])
                + TextLiteral.encode(name) + Array(": ".utf8) + value,
            at: member.value.range.upperBound
        )
    }

    /// An array of texts on one line.
    static func array(_ texts: [String]) -> [UInt8] {
        [UInt8(ascii: "[")] + texts.map { TextLiteral.encode($0) }.joined(separator: Array(", ".utf8))
            + [UInt8(ascii: "]")]
    }
}
