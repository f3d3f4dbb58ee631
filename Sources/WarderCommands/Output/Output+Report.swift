import FoundationEssentials
import WarderModel

extension Output {
    /// Writes what a command found out by itself: `table` is called for people only.
    func show<Report: Encodable>(
        report: Report,
        table: () throws(CommandFailure) -> Void
    ) throws(CommandFailure) {
        guard format != .table else { return try table() }
        let bytes: [UInt8]
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            encoder.keyEncodingStrategy = .convertToSnakeCase
            bytes = Array(try encoder.encode(report))
        } catch {
            throw .usage("the result cannot be written")
        }
        try show(bytes)
    }
}

extension Moment {
    /// For a column: a moment of the log to the second.
    static func column(_ text: String?) -> String {
        guard let text else { return "" }
        return Timestamp(rfc3339: text).map(absolute) ?? text
    }
}
