import FoundationEssentials

/// Nouns as the bytes that are sealed: JSON with sorted keys (docs/formats/records.md).
///
/// A property that is added later must be optional, so that older records keep opening; a key that is not known is
/// ignored.
enum RecordCoding {
    static func encode(_ noun: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(noun))
    }

    static func decode<Noun: Decodable>(_ type: Noun.Type, from bytes: [UInt8]) throws -> Noun {
        try JSONDecoder().decode(type, from: Data(bytes))
    }
}
