/// How long it takes to judge a document, to take it over, and to review it.
struct InventoryFigures: Encodable {
    let document: String
    let bytes: Int
    /// Medians over the rounds: reading and judging it alone; importing it, to the commit; and the same document once
    /// more, of which nothing is new.
    let classifySeconds: Double
    let importSeconds: Double
    let againSeconds: Double
    /// To a page for people, without a vault.
    let reportSeconds: Double
    /// Bytes.
    let commandPeak: Int
    /// Of each of them.
    let limitSeconds: Double

    /// The slowest of them.
    var worst: Double { max(classifySeconds, importSeconds, reportSeconds) / limitSeconds }

    /// For `ratios`.
    var ratios: [(String, Double)] {
        [
            ("classify_vs_limit \(document)", classifySeconds / limitSeconds),
            ("import_vs_limit \(document)", importSeconds / limitSeconds),
            ("report_vs_limit \(document)", reportSeconds / limitSeconds),
        ]
    }

    enum CodingKeys: String, CodingKey {
        case document, bytes
        case classifySeconds = "classify_seconds"
        case importSeconds = "import_seconds"
        case againSeconds = "again_seconds"
        case reportSeconds = "report_seconds"
        case commandPeak = "command_peak_bytes"
        case limitSeconds = "limit_seconds"
    }
}
