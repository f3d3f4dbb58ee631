/// Builds the tape of nodes from the tokens, and refuses what has two readings.
struct SyntaxParser {
    private let source: [UInt8]
    private let tokens: [SyntaxToken]
    private let limits: SyntaxLimits
    private var at = 0
    private(set) var nodes: [SyntaxTree.NodeEntry] = []

    init(source: [UInt8], tokens: [SyntaxToken], limits: SyntaxLimits) {
        self.source = source
        self.tokens = tokens
        self.limits = limits
    }

    mutating func readDocument() throws(SyntaxFault) {
        guard token.kind != .end else { throw SyntaxFault(.empty, at: token.range.lowerBound) }
        try readValue(depth: 0)
        guard token.kind == .end else { throw SyntaxFault(.secondValue, at: token.range.lowerBound) }
    }

    /// The last token is the end, and nothing moves past it.
    private var token: SyntaxToken { tokens[at] }

    private mutating func readValue(depth: Int) throws(SyntaxFault) {
        switch token.kind {
        case .openObject: try readObject(depth: depth + 1)
        case .openArray: try readArray(depth: depth + 1)
        case .text: addLeaf(.text)
        case .number: addLeaf(.number)
        case .true, .false: addLeaf(.bool)
        case .null: addLeaf(.null)
        default: throw unexpected()
        }
    }

    private mutating func addLeaf(_ kind: SyntaxNode.Kind) {
        nodes.append(.init(kind: kind, firstToken: UInt32(at), lastToken: UInt32(at), next: UInt32(nodes.count + 1)))
        at += 1
    }

    private mutating func open(_ kind: SyntaxNode.Kind, depth: Int) throws(SyntaxFault) -> Int {
        guard depth <= limits.depth else {
            throw SyntaxFault(.tooDeep(limit: limits.depth), at: token.range.lowerBound)
        }
        nodes.append(.init(kind: kind, firstToken: UInt32(at), lastToken: UInt32(at), next: 0))
        at += 1
        return nodes.count - 1
    }

    private mutating func close(_ index: Int) {
        nodes[index].lastToken = UInt32(at)
        nodes[index].next = UInt32(nodes.count)
        at += 1
    }

    private mutating func readObject(depth: Int) throws(SyntaxFault) {
        let index = try open(.object, depth: depth)
        var names: Set<[UInt8]> = []
        while token.kind != .closeObject {
            guard token.kind == .text else { throw unexpected() }
            let literal = source[token.range]
            // A name with half a surrogate pair has no text, and is told from others by its spelling.
            let isNew = names.insert(TextLiteral.decode(literal) ?? Array(literal)).inserted
            guard isNew else { throw SyntaxFault(.duplicateKey, at: token.range.lowerBound) }
            addLeaf(.text)
            guard token.kind == .colon else { throw unexpected() }
            at += 1
            try readValue(depth: depth)
            guard try takeComma(before: .closeObject) else { break }
        }
        close(index)
    }

    private mutating func readArray(depth: Int) throws(SyntaxFault) {
        let index = try open(.array, depth: depth)
        while token.kind != .closeArray {
            try readValue(depth: depth)
            guard try takeComma(before: .closeArray) else { break }
        }
        close(index)
    }

    /// Whether a comma was there; then the next member or the end may follow. Without one only the end may.
    private mutating func takeComma(before closing: SyntaxToken.Kind) throws(SyntaxFault) -> Bool {
        if token.kind == .comma {
            at += 1
            return true
        }
        guard token.kind == closing else { throw unexpected() }
        return false
    }

    private func unexpected() -> SyntaxFault {
        SyntaxFault(token.kind == .end ? .unexpectedEnd : .unexpectedCharacter, at: token.range.lowerBound)
    }
}
