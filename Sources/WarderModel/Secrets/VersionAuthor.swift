/// Who made a version.
package enum VersionAuthor: Sendable, Hashable {
    case person(OperatorName)
    /// The vault, rotating the secret.
    case rotation(RecordID)

    /// `ada`, `rotation:0f…`. No operator's name has a colon.
    package var text: String {
        switch self {
        case .person(let name): name.text
        case .rotation(let id): Self.prefix + id.description
        }
    }

    private static let prefix = "rotation:"
}

extension VersionAuthor: Codable {
    package init(from decoder: any Decoder) throws {
        let text = try String(from: decoder)
        guard text.hasPrefix(Self.prefix) else {
            self = .person(try OperatorName(text))
            return
        }
        let bytes = Hex.decode(String(text.dropFirst(Self.prefix.count)))
        guard let id = bytes.flatMap({ RecordID(bytes: $0) }) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not a rotation's id")
            )
        }
        self = .rotation(id)
    }

    package func encode(to encoder: any Encoder) throws { try text.encode(to: encoder) }
}
