extension ImportLayer {
    /// The file as it was before the import.
    ///
    /// - Parameters:
    ///   - current: the file's content now.
    ///   - values: of the layer's moved values, in their order.
    /// - Returns: what to write, byte for byte what was there.
    /// - Throws: ``UndoRefusal``; nothing is to be written then.
    package func original(current: [UInt8], values: [[UInt8]]) throws(UndoRefusal) -> [UInt8] {
        // What somebody wrote since would be lost.
        guard ImportRecord.Content(current) == rewritten else { throw .editedSince }
        guard values.count == moved.count,
            let original = OriginalPiece.assemble(pieces, kept: current, values: values),
            original.count == originalBytes
        else { throw .otherValues }
        return original
    }
}

extension OriginalPiece {
    /// Puts a file together; `nil` where a piece names what is not there, or a value is spelled as no other.
    static func assemble(_ pieces: [OriginalPiece], kept: [UInt8], values: [[UInt8]]) -> [UInt8]? {
        var result: [UInt8] = []
        for piece in pieces {
            switch piece {
            case .kept(let range):
                guard range.lowerBound >= 0, range.upperBound <= kept.count else { return nil }
                result += kept[range]
            case .text(let text): result += text
            case .value(let number, let spelling):
                guard values.indices.contains(number) else { return nil }
                guard let spelling else {
                    result += TextLiteral.encode(values[number]).dropFirst().dropLast()
                    continue
                }
                guard let spelled = spelling.applied(to: values[number]) else { return nil }
                result += spelled
            }
        }
        return result
    }
}

/// Why what was there is not put back.
package enum UndoRefusal: Error, Hashable, Sendable {
    case unreadableRecord
    case editedSince
    /// The values that the vault gave do not make what was there.
    case otherValues
}

extension UndoRefusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreadableRecord: "the record of the import cannot be read"
        case .editedSince: "the file was edited after the import"
        case .otherValues: "the values in the vault are not those that lay in the file"
        }
    }

    /// What to do.
    package var remedy: String {
        switch self {
        case .unreadableRecord, .editedSince, .otherValues:
            "put back by hand what you want: in each entry, what stands behind -- goes into command and args, and "
                + "the values, which warder secret get prints, into env"
        }
    }
}
