import StrictJSON

/// What an event says of the log's key: the note in which one gives the log over to the next.
struct KeyStatement {
    /// The note, as it was signed; `nil` where it is missing or cannot be read.
    let note: [UInt8]?

    private static let types: Set<String> = ["key.rotate_log", "backup.restore"]
    /// Events of these types begin with one of these: most of a log is read past.
    private static let openings = [#"{"action":"update""#, #"{"action":"create""#].map { Array($0.utf8) }
    private static let lead = "change="

    /// `nil` for an event that says nothing of it.
    init?(_ line: [UInt8]) {
        guard Self.openings.contains(where: { line.starts(with: $0) }),
            let event = try? JSONDocument(copying: line.span).root,
            let type = try? event.member("type")?.string(), Self.types.contains(type),
            (try? event.member("decision")?.string()) == "allowed"
        else { return nil }
        let changes = event.member("changes")?.elements.compactMap { try? $0.string() } ?? []
        let text = changes.first { $0.hasPrefix(Self.lead) }
        // A restored log whose tree was damaged has none.
        if text == nil, type == "backup.restore" { return nil }
        note = text.flatMap { Base64.decode($0.dropFirst(Self.lead.count)) }
    }
}
