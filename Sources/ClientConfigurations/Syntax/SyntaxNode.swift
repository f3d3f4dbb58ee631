/// A value in a file, or the name of a member.
package struct SyntaxNode: Sendable {
    package enum Kind: UInt8, Sendable {
        case object, array, text, number, bool, null
    }

    let tree: SyntaxTree
    let index: Int

    /// The number of the node behind this one and everything inside it.
    var next: Int { Int(entry.next) }

    private var entry: SyntaxTree.NodeEntry { tree.nodes[index] }

    package var kind: Kind { entry.kind }

    /// The bytes of the value in the file, quotes and brackets included.
    package var range: Range<Int> { firstToken.range.lowerBound..<lastToken.range.upperBound }

    /// Where the value begins.
    package var position: SourcePosition { tree.position(of: range.lowerBound) }

    var firstTokenIndex: Int { Int(entry.firstToken) }
    var lastTokenIndex: Int { Int(entry.lastToken) }
    private var firstToken: SyntaxToken { tree.tokens[firstTokenIndex] }
    private var lastToken: SyntaxToken { tree.tokens[lastTokenIndex] }

    /// The bytes of a text, escapes resolved; `nil` for any other kind, and for a text with half a surrogate pair.
    package var textBytes: [UInt8]? {
        guard kind == .text else { return nil }
        return TextLiteral.decode(tree.source[range])
    }

    /// The text, escapes resolved; `nil` as with ``textBytes``.
    package var text: String? { textBytes.map { String(decoding: $0, as: UTF8.self) } }

    /// Members of an object in order; none for any other kind.
    package var members: [SyntaxMember] {
        guard kind == .object else { return [] }
        var members: [SyntaxMember] = []
        var at = index + 1
        while at < Int(entry.next) {
            members.append(
                SyntaxMember(key: SyntaxNode(tree: tree, index: at), value: SyntaxNode(tree: tree, index: at + 1))
            )
            at = Int(tree.nodes[at + 1].next)
        }
        return members
    }

    /// Elements of an array in order; none for any other kind.
    package var elements: [SyntaxNode] {
        guard kind == .array else { return [] }
        var elements: [SyntaxNode] = []
        var at = index + 1
        while at < Int(entry.next) {
            elements.append(SyntaxNode(tree: tree, index: at))
            at = Int(tree.nodes[at].next)
        }
        return elements
    }

    /// The value of the member with this name, compared byte by byte.
    package subscript(name: String) -> SyntaxNode? {
        let wanted = Array(name.utf8)
        return members.first { $0.key.textBytes == wanted }?.value
    }
}

/// A member of an object.
package struct SyntaxMember: Sendable {
    package let key: SyntaxNode
    package let value: SyntaxNode

    /// The name, escapes resolved; `nil` where it has half a surrogate pair.
    package var name: String? { key.text }
}
