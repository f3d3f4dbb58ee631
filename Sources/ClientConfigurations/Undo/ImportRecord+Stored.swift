import StrictJSON
import WarderModel

/// A record as JSON; see docs/formats/client-configurations.md.
extension ImportRecord {
    private struct Stored: Decodable {
        let format: Int
        let path: String
        let client: String
        let state: State
        let imported: String
        let layers: [Layer]

        struct Layer: Decodable {
            let rewritten: Content
            let original_bytes: Int
            let servers: [String]
            let values: [Value]
            let pieces: [Piece]
            let entries: [Entry]?
        }

        struct Entry: Decodable {
            let place: [String]
            let at: [Int]
            let sha256: String
            let original_bytes: Int
        }

        struct Value: Decodable {
            let secret: String
            let field: String
            let version: UInt32?
        }

        struct Piece: Decodable {
            let kept: [Int]?
            let text: String?
            let value: Int?
            let spelling: String?
        }
    }

    /// Reads a record.
    ///
    /// - Throws: ``UndoRefusal/unreadableRecord``.
    package init(stored: [UInt8]) throws(UndoRefusal) {
        let limits = JSONLimits(maxBytes: Self.maximumBytes, maxDepth: 8, maxMembers: 1 << 20, maxTokens: 1 << 22)
        do {
            let record = try JSONDocument(parsing: stored, limits: limits).decode(Stored.self)
            guard record.format == Self.format, let client = ClientFormat(rawValue: record.client),
                let imported = Timestamp(rfc3339: record.imported), record.path.utf8.first == UInt8(ascii: "/"),
                !record.layers.isEmpty
            else { throw UndoRefusal.unreadableRecord }
            self.init(
                path: record.path,
                client: client,
                state: record.state,
                imported: imported,
                layers: try record.layers.map(Self.layer)
            )
        } catch {
            throw .unreadableRecord
        }
    }

    private static func layer(_ stored: Stored.Layer) throws -> ImportLayer {
        guard stored.rewritten.isSound, stored.original_bytes >= 0 else { throw UndoRefusal.unreadableRecord }
        return ImportLayer(
            rewritten: stored.rewritten,
            originalBytes: stored.original_bytes,
            servers: try stored.servers.map { try ServerName($0) },
            moved: try stored.values.map {
                MovedValue(secret: try SecretName($0.secret), field: try FieldName($0.field), version: $0.version)
            },
            pieces: try stored.pieces.map { try piece($0, values: stored.values.count) },
            entries: try (stored.entries ?? []).map(Self.entry)
        )
    }

    private static func entry(_ stored: Stored.Entry) throws -> RewrittenEntry {
        guard stored.at.count == 2, stored.at[0] >= 0, stored.at[0] <= stored.at[1], stored.original_bytes >= 0,
            Content.isDigest(stored.sha256)
        else { throw UndoRefusal.unreadableRecord }
        return RewrittenEntry(
            place: Place(stored.place.map { .member($0) }),
            range: stored.at[0]..<stored.at[1],
            sha256: stored.sha256,
            originalBytes: stored.original_bytes
        )
    }

    private static func piece(_ stored: Stored.Piece, values: Int) throws -> OriginalPiece {
        switch (stored.kept, stored.text, stored.value) {
        case (let kept?, nil, nil)
        where kept.count == 2 && kept[0] >= 0 && kept[0] <= kept[1] && stored.spelling == nil:
            return .kept(kept[0]..<kept[1])
        case (nil, let text?, nil) where stored.spelling == nil: return .text(Array(text.utf8))
        case (nil, nil, let value?) where (0..<values).contains(value):
            guard let letters = stored.spelling else { return .value(value, nil) }
            guard let spelling = Spelling(letters: letters) else { throw UndoRefusal.unreadableRecord }
            return .value(value, spelling)
        default: throw UndoRefusal.unreadableRecord
        }
    }

    /// The record as it is stored: one line of JSON.
    package var stored: [UInt8] {
        var buffer = JSONBuffer()
        buffer.beginObject()
        buffer.field("format", Self.format)
        buffer.field("path", path)
        buffer.field("client", client.rawValue)
        buffer.field("state", state.rawValue)
        buffer.field("imported", imported.description)
        buffer.key("layers")
        buffer.beginArray()
        for layer in layers { Self.write(layer, to: &buffer) }
        buffer.endArray()
        buffer.endObject()
        buffer.newLine()
        return buffer.bytes
    }

    private static func write(_ layer: ImportLayer, to buffer: inout JSONBuffer) {
        buffer.beginObject()
        buffer.key("rewritten")
        buffer.beginObject()
        buffer.field("bytes", layer.rewritten.bytes)
        buffer.field("sha256", layer.rewritten.sha256)
        buffer.endObject()
        buffer.field("original_bytes", layer.originalBytes)
        buffer.field("servers", layer.servers.map(\.text))
        buffer.key("values")
        buffer.beginArray()
        for value in layer.moved {
            buffer.beginObject()
            buffer.field("secret", value.secret.text)
            buffer.field("field", value.field.text)
            if let version = value.version { buffer.field("version", version) }
            buffer.endObject()
        }
        buffer.endArray()
        buffer.key("pieces")
        buffer.beginArray()
        for piece in layer.pieces { write(piece, to: &buffer) }
        buffer.endArray()
        if !layer.entries.isEmpty {
            buffer.key("entries")
            buffer.beginArray()
            for entry in layer.entries { write(entry, to: &buffer) }
            buffer.endArray()
        }
        buffer.endObject()
    }

    private static func write(_ entry: RewrittenEntry, to buffer: inout JSONBuffer) {
        buffer.beginObject()
        buffer.key("place")
        buffer.beginArray()
        for case .member(let name) in entry.place.steps { buffer.string(name) }
        buffer.endArray()
        buffer.key("at")
        buffer.beginArray()
        buffer.int(entry.range.lowerBound)
        buffer.int(entry.range.upperBound)
        buffer.endArray()
        buffer.field("sha256", entry.sha256)
        buffer.field("original_bytes", entry.originalBytes)
        buffer.endObject()
    }

    private static func write(_ piece: OriginalPiece, to buffer: inout JSONBuffer) {
        buffer.beginObject()
        switch piece {
        case .kept(let range):
            buffer.key("kept")
            buffer.beginArray()
            buffer.int(range.lowerBound)
            buffer.int(range.upperBound)
            buffer.endArray()
        // It was read as UTF-8, and cut between tokens and characters.
        case .text(let text): buffer.field("text", String(decoding: text, as: UTF8.self))
        case .value(let number, let spelling):
            buffer.field("value", number)
            if let spelling { buffer.field("spelling", spelling.letters) }
        }
        buffer.endObject()
    }
}

extension ImportRecord.Content {
    fileprivate var isSound: Bool { bytes >= 0 && Self.isDigest(sha256) }

    fileprivate static func isDigest(_ text: String) -> Bool {
        text.utf8.count == 64 && text.utf8.allSatisfy { HexDigits.value($0) != nil && !$0.isUpper }
    }
}
