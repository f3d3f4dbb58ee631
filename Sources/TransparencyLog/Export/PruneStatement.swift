import StrictJSON

/// What an event says of a prune: how far the contents of events may be gone.
struct PruneStatement {
    /// Number of the last event whose contents went.
    let through: UInt64

    private static let type = "audit.prune"
    /// Events of this type begin with it: most of a log is read past.
    private static let opening = Array(#"{"action":"delete""#.utf8)
    private static let lead = "through="

    /// `nil` for an event with which nothing went; a permission to prune is one.
    init?(_ line: [UInt8]) {
        guard line.starts(with: Self.opening), let event = try? JSONDocument(copying: line.span).root,
            (try? event.member("type")?.string()) == Self.type,
            (try? event.member("decision")?.string()) == "allowed"
        else { return nil }
        let changes = event.member("changes")?.elements.compactMap { try? $0.string() } ?? []
        guard let text = changes.first(where: { $0.hasPrefix(Self.lead) }),
            let through = Decimal.decode(text.dropFirst(Self.lead.count))
        else { return nil }
        self.through = through
    }
}
