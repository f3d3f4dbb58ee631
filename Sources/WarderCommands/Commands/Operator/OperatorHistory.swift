import WarderModel

/// What one operator saw and did, as far as events were shown to it.
struct OperatorHistory {
    /// What they know of a secret.
    struct Seen {
        var times = Occurrences()
        /// Versions that they revealed.
        var revealed: Set<Int64> = []
        /// Versions that they stored, and therefore know.
        var stored: Set<Int64> = []
    }

    /// A kind of change, and what it was made to.
    struct Deed: Hashable {
        var type: String
        var subject: String
    }

    private(set) var seen = Tally<String, Seen>(Seen())
    /// Saving everything that opens, which shows all secrets at once.
    private(set) var salvages = Occurrences()
    private(set) var deeds = Tally<Deed, Occurrences>(Occurrences())
    /// Key slots that they made, or opened the vault with.
    private(set) var slots: Set<String> = []
    private(set) var refused = 0
    private(set) var unreadable = UnreadableEvents()

    mutating func take(_ event: EventLine) {
        if unreadable.take(event) { return }
        guard !event.isRefused else {
            refused += 1
            return
        }
        takeSlots(event)
        switch event.action {
        case .secretSalvage?: salvages.add(event)
        case .secretReveal?:
            see(event) { seen in
                if let version = event.int("version") { seen.revealed.insert(version) }
            }
        case .secretPut?:
            see(event) { seen in
                if let version = event.int("version") { seen.stored.insert(version) }
            }
        default: break
        }
        // Reading a list or the log changes nothing; proving to be there comes before every other line.
        guard let type = event.text("type"), event.action?.effect != .read, event.action != .presenceProve else {
            return
        }
        deeds.add(Deed(type: type, subject: Self.subject(event))) { $0.add(event) }
    }

    private mutating func see(_ event: EventLine, _ change: (inout Seen) -> Void) {
        guard let secret = event.text("secret") else { return }
        seen.add(secret) { seen in
            seen.times.add(event)
            change(&seen)
        }
    }

    /// `slot/ID/KIND`, without those that the event took away.
    private mutating func takeSlots(_ event: EventLine) {
        for change in event.texts("changes") where change.hasPrefix("slot/") && !change.hasSuffix("@removed") {
            let parts = change.split(separator: "/")
            if parts.count == 3 { slots.insert(String(parts[1])) }
        }
    }

    private static func subject(_ event: EventLine) -> String {
        let name = event.tool ?? event.text("server") ?? event.change("name")
        // A grant without an approval that the tool's class asks for is an approval once and for all.
        let waiver = event.action == .grantAdd && event.change("approval") == "none" ? "(approval waived)" : nil
        return [name, event.text("secret"), event.text("token"), waiver].compactMap(\.self).joined(separator: " ")
    }
}

extension OperatorHistory {
    /// Whether they know what the secret holds now: its current version, stored at a moment of RFC 3339.
    func knows(_ name: String, current: Int64?, updated: String) -> Bool {
        guard let current else { return false }
        if let seen = seen.counts[name], seen.revealed.contains(current) || seen.stored.contains(current) {
            return true
        }
        guard let stored = Timestamp(rfc3339: updated), let last = salvages.last.flatMap(Timestamp.init(rfc3339:))
        else { return false }
        return stored <= last
    }

    var seenTable: Table {
        var table = Table([
            .init("SECRET", canShrink: false), .init("REVEALED"), .init("STORED"), .init("COUNT", isNumber: true),
            .init("FIRST", canShrink: false), .init("LAST", canShrink: false),
        ])
        func versions(_ numbers: Set<Int64>) -> String { numbers.sorted().map { "v\($0)" }.joined(separator: " ") }
        for (name, seen) in seen.counts.sorted(by: { $0.key < $1.key }) {
            table.add([
                .init(name), .init(versions(seen.revealed)), .init(versions(seen.stored)),
                .init(String(seen.times.count)), .init(Moment.column(seen.times.first)),
                .init(Moment.column(seen.times.last)),
            ])
        }
        if salvages.count > 0 {
            table.add([
                .init("(all secrets)", .bad), .init("all"), .init(nil), .init(String(salvages.count)),
                .init(Moment.column(salvages.first)), .init(Moment.column(salvages.last)),
            ])
        }
        return table
    }

    var deedTable: Table {
        var table = Table([
            .init("DID", canShrink: false), .init("TO"), .init("COUNT", isNumber: true),
            .init("FIRST", canShrink: false), .init("LAST", canShrink: false),
        ])
        func add(_ type: String, _ subject: String, _ times: Occurrences) {
            table.add([
                .init(type), .init(subject), .init(String(times.count)), .init(Moment.column(times.first)),
                .init(Moment.column(times.last)),
            ])
        }
        for (deed, times) in sortedDeeds { add(deed.type, deed.subject, times) }
        if let others = deeds.others { add("(others)", "", others) }
        return table
    }

    var sortedDeeds: [(Deed, Occurrences)] {
        deeds.counts.map { ($0.key, $0.value) }.sorted { ($0.0.type, $0.0.subject) < ($1.0.type, $1.0.subject) }
    }
}
