import SecretMemory
import StrictJSON

/// A line of an export, by what it stands for. docs/formats/transparency-log.md.
enum ExportPart {
    /// An event, as the log has it.
    case event
    /// An event that the vault could not read, by its number.
    case damaged
    /// An event of which the vault has the leaf alone.
    case leaf
    /// Events that were left out, up to this number.
    case omitted(through: Int64)
    /// Events that were pruned before: on its way behind the last line, and not part of the file.
    case pruned(PrunedEvents)
    /// The signed manifest: on its way behind the last line, and not part of the file.
    case manifest([UInt8])

    /// Whether it is an event that was asked for, even if nobody knows what it said.
    var isEvent: Bool {
        switch self {
        case .event, .damaged: true
        case .leaf, .omitted, .pruned, .manifest: false
        }
    }

    /// - Throws: what the vault said instead of going on.
    init(_ line: [UInt8]) throws(CommandFailure) {
        // Keys are in the order of their bytes, and every event begins with another.
        if line.starts(with: ExportFailure.opening) {
            _ = try EventLine(parsing: line)
            throw .malformedAnswer
        } else if line.starts(with: Self.omission) {
            guard let last = (try? Self.document(line).member("until")?.int()) ?? nil else { throw .malformedAnswer }
            self = .omitted(through: last)
        } else if MissingContent.isOpening(line) {
            self = .damaged
        } else if line.starts(with: Self.leafOpening) {
            self = .leaf
        } else if line.starts(with: Self.prunedOpening) {
            guard let gap = try Self.document(line).member("pruned").flatMap(PrunedEvents.init) else {
                throw .malformedAnswer
            }
            self = .pruned(gap)
        } else if line.starts(with: Self.manifestOpening) {
            guard let note = EventLine.text(try Self.document(line).member("manifest")) else { throw .malformedAnswer }
            self = .manifest(Array(note.utf8))
        } else {
            self = .event
        }
    }

    private static let omission = Array("{\"seq\":".utf8)
    private static let leafOpening = Array("{\"leaf\":".utf8)
    private static let prunedOpening = Array("{\"pruned\":".utf8)
    private static let manifestOpening = Array("{\"manifest\":".utf8)

    private static func document(_ line: [UInt8]) throws(CommandFailure) -> JSONNode {
        do throws(JSONError) { return try JSONDocument(copying: line.span).root } catch { throw .malformedAnswer }
    }
}

extension Vault {
    /// Every event that matches, as the lines of an export, in the order of the log. Keeps one line at a time.
    ///
    /// - Parameters:
    ///   - filter: Parameters of the request.
    ///   - take: Gets each line without its break.
    /// - Throws: what the vault said instead; what `take` throws.
    func exportLines(
        _ filter: [(name: String, value: String)],
        _ take: ([UInt8]) throws(CommandFailure) -> Void
    ) throws(CommandFailure) {
        try exportParts(filter) { part, line throws(CommandFailure) in
            guard part.isEvent else { return }
            try take(line)
        }
    }

    /// The same with what stands between the events, where the filter asks for evidence.
    func exportParts(
        _ filter: [(name: String, value: String)],
        _ take: (ExportPart, [UInt8]) throws(CommandFailure) -> Void
    ) throws(CommandFailure) {
        let request = VaultRequest("GET", "/v1/audit/export", query: filter, timeoutSeconds: 120)
        var lines = LineSplitter()
        try stream(request) { piece throws(CommandFailure) in
            try lines.take(piece) { line throws(CommandFailure) in try take(try ExportPart(line), line) }
        }
        try lines.finish()
    }
}
