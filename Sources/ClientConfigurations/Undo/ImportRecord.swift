package import WarderModel
import WarderCrypto

/// What imports did to one file: enough to give back what was there, but for the values, which only the vault has.
package struct ImportRecord: Hashable, Sendable {
    /// A content, by its length and SHA-256.
    ///
    /// Only of contents without a moved value: the hash of one with a short secret in it would let whoever has the rest
    /// guess the secret.
    package struct Content: Hashable, Sendable, Codable {
        package let bytes: Int
        /// 64 lowercase hexadecimal digits.
        package let sha256: String

        package init(_ content: [UInt8]) {
            bytes = content.count
            sha256 = Self.digits(SHA256Digest.hash(content))
        }

        static func digits(_ digest: some Sequence<UInt8>) -> String {
            let digits = digest.flatMap { [HexDigits.digit($0 >> 4), HexDigits.digit($0 & 0xF)] }
            return String(decoding: digits, as: UTF8.self)
        }
    }

    /// How far the last import came.
    package enum State: String, Sendable, Codable {
        /// Values are on their way to the vault; the file may be as it was.
        case storing
        /// The file is rewritten.
        case written
        /// The file is, or is about to be, as it was.
        case undone
    }

    /// The number of the format; another one is refused.
    package static let format = 1
    /// Longest accepted text of a record in bytes.
    package static let maximumBytes = 16 << 20

    /// The file, without links on the way.
    package let path: String
    package let client: ClientFormat
    package var state: State
    /// When the last import was.
    package var imported: Timestamp
    /// One for each import that found the file as the one before had left it; the last one first to be undone.
    package var layers: [ImportLayer]

    package init(path: String, client: ClientFormat, state: State, imported: Timestamp, layers: [ImportLayer]) {
        self.path = path
        self.client = client
        self.state = state
        self.imported = imported
        self.layers = layers
    }

    /// What the record of a file is called: paths are too long for a name.
    package static func fileName(for path: String) -> String {
        Content.digits(SHA256Digest.hash(Array(path.utf8)).prefix(16)) + ".json"
    }

    /// The imports that led to this content, the last one first to be undone; none where the file is not as one of them
    /// left it.
    package func layers(leadingTo content: [UInt8]) -> [ImportLayer] {
        let hash = Content(content)
        return layers.lastIndex { $0.rewritten == hash }.map { Array(layers[...$0]) } ?? []
    }
}

/// What one import did to a file.
package struct ImportLayer: Hashable, Sendable {
    /// What the import wrote.
    package let rewritten: ImportRecord.Content
    /// Length of what was there.
    package let originalBytes: Int
    package let servers: [ServerName]
    package var moved: [MovedValue]
    package let pieces: [OriginalPiece]
    /// The entries that it rewrote; none where an import before these were remembered.
    package internal(set) var entries: [RewrittenEntry]

    /// - Returns: `nil` where the plan leaves the file as it is.
    package init?(_ file: PlannedFile) {
        guard let rewritten = file.rewritten else { return nil }
        self.rewritten = ImportRecord.Content(rewritten)
        originalBytes = file.original.count
        servers = file.servers
        moved = file.moved
        pieces = file.pieces
        entries = file.entries
    }

    init(
        rewritten: ImportRecord.Content,
        originalBytes: Int,
        servers: [ServerName],
        moved: [MovedValue],
        pieces: [OriginalPiece],
        entries: [RewrittenEntry]
    ) {
        self.rewritten = rewritten
        self.originalBytes = originalBytes
        self.servers = servers
        self.moved = moved
        self.pieces = pieces
        self.entries = entries
    }
}
