/// A text in which `{NAME}` stands for a variable of the environment, so that the text itself holds no secret.
package struct VariableText: Hashable, Sendable {
    /// A brace that neither begins nor ends a variable's name, or a name that no variable has.
    package struct Invalid: Error, Hashable, Sendable {}

    /// Why a text cannot be filled in. Quotes no value.
    package enum Unfilled: Error, Hashable, Sendable {
        /// The environment has no such variable, or an empty one.
        case missing(String)
        /// Its value has bytes that cannot stand there.
        case unfit(String)
    }

    private enum Piece: Hashable {
        case text(Substring)
        case variable(String)
    }

    private let pieces: [Piece]

    /// - Throws: ``Invalid``.
    package init(_ text: String) throws(Invalid) {
        var pieces: [Piece] = []
        var rest = text[...]
        while let open = rest.firstIndex(where: { $0 == "{" || $0 == "}" }) {
            if open > rest.startIndex { pieces.append(.text(rest[..<open])) }
            let inner = rest[rest.index(after: open)...]
            guard rest[open] == "{", let close = inner.firstIndex(of: "}"), Self.isName(inner[..<close]) else {
                throw Invalid()
            }
            pieces.append(.variable(String(inner[..<close])))
            rest = inner[inner.index(after: close)...]
        }
        if !rest.isEmpty { pieces.append(.text(rest)) }
        self.pieces = pieces
    }

    /// Names of its variables, in the order in which they stand there.
    package var variables: [String] {
        pieces.compactMap { if case .variable(let name) = $0 { name } else { nil } }
    }

    /// The text with a value for each variable; each byte of a value has to fit there.
    ///
    /// - Throws: ``Unfilled``.
    package func filled(
        where fits: (UInt8) -> Bool,
        _ value: (String) -> String?
    ) throws(Unfilled) -> String {
        var text = ""
        for piece in pieces {
            switch piece {
            case .text(let own): text += own
            case .variable(let name):
                guard let value = value(name), !value.isEmpty else { throw .missing(name) }
                guard value.utf8.allSatisfy(fits) else { throw .unfit(name) }
                text += value
            }
        }
        return text
    }

    private static func isName(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, !(0x30...0x39).contains(first), text.utf8.count <= 256 else { return false }
        return text.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || (0x30...0x39).contains(byte)
                || byte == UInt8(ascii: "_")
        }
    }
}
