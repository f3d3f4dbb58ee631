/// How long it takes to take a document over, from the file to the commit.
struct InventoryFigures: Encodable {
    let document: String
    let bytes: Int
    /// Medians over the rounds: reading and judging it alone, and importing it.
    let classifySeconds: Double
    let importSeconds: Double
    /// The same document once more, of which nothing is new.
    let againSeconds: Double
    /// Bytes.
    let commandPeak: Int
    let limitSeconds: Double

    var ratio: Double { importSeconds / limitSeconds }

    enum CodingKeys: String, CodingKey {
        case document, bytes
        case classifySeconds = "classify_seconds"
        case importSeconds = "import_seconds"
        case againSeconds = "again_seconds"
        case commandPeak = "command_peak_bytes"
        case limitSeconds = "limit_seconds"
    }
}
