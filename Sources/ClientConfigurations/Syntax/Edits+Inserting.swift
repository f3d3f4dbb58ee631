extension Edits {
    /// Puts texts before the elements of an array, each on a line of its own where the elements are, and takes out some
    /// of those.
    mutating func put(_ texts: [String], before array: SyntaxNode, without removed: Set<Int>) {
        guard removed.count < array.elements.count || removed.isEmpty else {
            guard array.tree.hasComment(in: array.range) else {
                replace(array.range, with: Self.array(texts))
                return
            }
            let start = array.range.lowerBound + 1
            insert(Array(Self.array(texts).dropFirst().dropLast()), at: start)
            removeElements(removed, of: array, after: start)
            return
        }
        let start = insert(texts, before: 0, of: array)
        removeElements(removed, of: array, after: start)
    }

    /// Puts texts before the element with this index, which may be one behind the last; answers where.
    @discardableResult
    mutating func insert(_ texts: [String], before index: Int, of array: SyntaxNode) -> Int {
        guard !texts.isEmpty else { return array.range.lowerBound + 1 }
        let tree = array.tree
        let elements = array.elements
        let literals = texts.map { TextLiteral.encode($0) }
        guard index < elements.count else {
            let joined = Array(literals.joined(separator: Array(", ".utf8)))
            let place = elements.last?.range.upperBound
            insert(place == nil ? joined : Array(", ".utf8) + joined, at: place ?? array.range.lowerBound + 1)
            return place ?? array.range.lowerBound + 1
        }
        let place = elements[index].range.lowerBound
        let comma = [UInt8(ascii: ",")]
        guard let indentation = Line.indentation(of: place, in: tree) else {
            insert(literals.flatMap { $0 + comma + [UInt8(ascii: " ")] }, at: place)
            return place
        }
        // Before the first element, also before a comment that stands above it and belongs to it.
        let start = index == 0 ? array.range.lowerBound + 1 : place - indentation.count
        insert(literals.flatMap { indentation + $0 + comma }, at: start)
        return start
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
