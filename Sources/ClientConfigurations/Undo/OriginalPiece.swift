package import WarderModel

/// A part of a file as it was before an import. All of them in order are the file.
package enum OriginalPiece: Hashable, Sendable {
    /// Bytes that the import left, by where they stand in what it wrote.
    case kept(Range<Int>)
    /// Bytes that it took out, with no moved value in them.
    case text([UInt8])
    /// A value that it moved into the vault, by its number in the list of moved values.
    case value(Int, Spelling?)
}

/// A value that was moved out of a file.
package struct MovedValue: Hashable, Sendable {
    package let secret: SecretName
    package let field: FieldName
    /// The version that the value was stored as; `nil` before that.
    package var version: UInt32?

    package init(secret: SecretName, field: FieldName, version: UInt32? = nil) {
        self.secret = secret
        self.field = field
        self.version = version
    }
}

/// Where a moved value stands in a file.
struct MovedRange {
    /// Of the value alone, without quotes.
    let range: Range<Int>
    let value: MovedValue
    /// `nil` where it is spelled as we would.
    let spelling: Spelling?

    /// - Returns: `nil` where the candidate's value does not stand at the end of its text.
    init?(_ move: EntryDecision.Move, secret: SecretName, field: FieldName) {
        let node = move.candidate.node
        let source = node.tree.source
        value = MovedValue(secret: secret, field: field)
        let text = Array(move.candidate.value.utf8)
        guard node.kind == .text else {
            guard source[node.range].elementsEqual(text), move.part == text.indices else { return nil }
            range = node.range
            spelling = nil
            return
        }
        guard let decoded = TextLiteral.decodeWithOffsets(source[node.range]), !text.isEmpty,
            decoded.text.suffix(text.count).elementsEqual(text)
        else { return nil }
        // Where a byte of the text begins in the file; behind the last one the closing quote stands.
        let offsets = decoded.offsets.suffix(text.count) + [node.range.count - 1]
        let start = node.range.lowerBound + offsets[offsets.startIndex + move.part.lowerBound]
        range = start..<node.range.lowerBound + offsets[offsets.startIndex + move.part.upperBound]
        let isOurs = TextLiteral.encode(move.bytes).dropFirst().dropLast().elementsEqual(source[range])
        spelling = isOurs ? nil : Spelling(of: source[range])
    }
}

extension Edits {
    /// What the file was before these changes, in pieces without a moved value.
    ///
    /// - Returns: `nil` where a moved value does not lie in what the changes take out.
    func original(of source: [UInt8], moved: [MovedRange]) -> (pieces: [OriginalPiece], values: [MovedValue])? {
        var pieces: [OriginalPiece] = []
        var values: [MovedValue] = []
        var rest = moved.sorted { $0.range.lowerBound < $1.range.lowerBound }[...]
        var (done, written) = (0, 0)
        func keep(to end: Int) {
            guard end > done else { return }
            pieces.append(.kept(written..<written + end - done))
            written += end - done
            done = end
        }
        func take(to end: Int) {
            guard end > done else { return }
            pieces.append(.text(Array(source[done..<end])))
            done = end
        }
        for (range, count) in ordered {
            keep(to: range.lowerBound)
            while let next = rest.first, next.range.lowerBound < range.upperBound {
                guard next.range.lowerBound >= done, next.range.upperBound <= range.upperBound else { return nil }
                take(to: next.range.lowerBound)
                let number = values.firstIndex(of: next.value) ?? values.count
                if number == values.count { values.append(next.value) }
                pieces.append(.value(number, next.spelling))
                done = next.range.upperBound
                rest = rest.dropFirst()
            }
            take(to: range.upperBound)
            written += count
        }
        keep(to: source.count)
        return rest.isEmpty ? (pieces, values) : nil
    }
}
