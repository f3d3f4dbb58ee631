package import WarderModel

/// Records that lay in the store when the vault was unsealed, and that it does not go by.
///
/// The vault opens without them. What is missing may only take away: nobody gets more than they had because a record
/// cannot be read.
package struct LostRecords: Sendable {
    package struct Entry: Sendable, Equatable {
        package enum Reason: String, Sendable {
            /// Does not open, or not to what it should hold.
            case damaged
            /// Has its name in common with another record: nobody can say which of the two is meant.
            case contested
            /// An older revision that was put back: there are values of versions that it does not know.
            case stale
            /// Another record names it, and it is not there.
            case missing
        }

        package let reason: Reason
        /// As the log has it, or as it was sealed; where neither can be known, the word of the row, which is not to be
        /// believed. `nil` where the row says nothing either.
        package fileprivate(set) var kind: RecordKind?
        package let id: RecordID?
        /// Where it is known for certain.
        package fileprivate(set) var name: String?
    }

    package private(set) var entries: [Entry] = []
    private var keys: Set<NounKey> = []
    /// Names that must not be given again, because rows still have them.
    private var taken: Set<NounKey> = []
    /// Kinds of which the log cannot say whether some are missing.
    private var untold: Set<RecordKind> = []

    /// Kinds whose absence would give somebody more than they had: of others it only takes away, or what is usual holds
    /// instead.
    private static let restricting: [RecordKind] = [.origin, .approvalRule, .retention, .server]

    init() {}

    mutating func insert(_ entry: Entry) { entries.append(entry) }

    mutating func insert(_ noun: Noun, _ reason: Entry.Reason) {
        insert(Entry(reason: reason, kind: noun.kind, id: noun.id, name: noun.name))
        keys.formUnion(noun.keys)
        taken.formUnion(noun.keys)
    }

    mutating func insert(missing key: NounKey) {
        guard keys.insert(key).inserted else { return }
        switch key {
        case .secret(let name): insert(Entry(reason: .missing, kind: .secret, id: nil, name: name.text))
        case .server(let name): insert(Entry(reason: .missing, kind: .server, id: nil, name: name.text))
        case .tool(let name): insert(Entry(reason: .missing, kind: .tool, id: nil, name: name.text))
        case .grant, .person, .user, .origin, .rotation, .consumer, .retention, .approval, .approvalRule,
            .standingApproval, .limit, .definition, .openAlert, .alert, .watch,
            .habit:
            break
        }
    }

    /// Takes over what the log says: what the damaged records were, and which others should be there. Rows need not be
    /// seen to be lost, and those that are seen need not say what they were.
    ///
    /// `isLoaded`: whether the vault goes by the record of an id.
    mutating func hear(_ account: LogAccount, isLoaded: (RecordID) -> Bool) {
        let missing = account.ledger.records.filter { $0.value.revision != nil && !isLoaded($0.key) }
        var seen: Set<RecordID> = []
        for (place, entry) in entries.enumerated() {
            guard let id = entry.id else { continue }
            seen.insert(id)
            guard entry.reason == .damaged else { continue }
            if isLoaded(id) {
                // A second row of an id that the vault goes by is no record at all: whoever took it away would take that.
                entries[place].kind = nil
            } else if let trace = missing[id] {
                (entries[place].kind, entries[place].name) = (trace.kind, trace.name)
            }
        }
        for (id, trace) in missing.sorted(by: { $0.key.bytes.lexicographicallyPrecedes($1.key.bytes) })
        where !seen.contains(id) {
            insert(Entry(reason: .damaged, kind: trace.kind, id: id, name: trace.name))
        }
        untold = Set(Self.restricting.filter { !account.isWhole(for: $0) })
        // Where the log knows all records of a kind, a row of another id is none of them, whatever it says.
        for (place, entry) in entries.enumerated() {
            guard entry.reason == .damaged, let kind = entry.kind, entry.id.map({ missing[$0] == nil }) ?? true
            else { continue }
            if Self.restricting.contains(kind), !untold.contains(kind) { entries[place].kind = nil }
        }
    }

    package var isEmpty: Bool { entries.isEmpty }

    /// Whether a record of a kind may be among them.
    private func mayHide(_ kind: RecordKind) -> Bool { untold.contains(kind) || entries.contains { $0.kind == kind } }

    func contains(_ key: NounKey) -> Bool { keys.contains(key) }

    /// Whether a new record would be the second of its name.
    func takes(anyOf keys: [NounKey]) -> Bool { !taken.isEmpty && !taken.isDisjoint(with: keys) }

    /// Whether there may be a server that nobody can see any more: then any user may be one that a server runs as. What
    /// a damaged row says of its kind is not to be believed.
    package var mayHideServer: Bool {
        untold.contains(.server) || entries.contains { $0.kind == .server || $0.reason == .damaged }
    }

    /// Whether a server of this name may be among them, and with it a quarantine.
    func mayHide(_ name: ServerName) -> Bool {
        untold.contains(.server)
            || entries.contains { $0.kind == .server && $0.reason == .damaged && $0.name ?? name.text == name.text }
    }

    /// Whether a restore's own record may be among them: then nobody can say that its quarantine is over.
    package var mayHideOrigin: Bool { mayHide(.origin) }

    /// Whether a rule may be among them that says whose votes are needed: it may ask for more than what is left does.
    package var mayHideApprovalRule: Bool { mayHide(.approvalRule) }

    /// Whether neither records nor log can say what rules there were.
    package var hasUntoldApprovalRule: Bool { untold.contains(.approvalRule) }

    /// Forgets all records of a kind, because somebody has said what holds.
    ///
    /// - Returns: their ids, and whether there may have been others of which the log cannot say.
    mutating func forgetAll(_ kind: RecordKind) -> (ids: [RecordID], wasUntold: Bool) {
        let ids = entries.filter { $0.kind == kind }.compactMap(\.id)
        entries.removeAll { $0.kind == kind }
        return (ids, untold.remove(kind) != nil)
    }

    /// Forgets a record that is not lost after all.
    mutating func forget(_ id: RecordID) { entries.removeAll { $0.id == id } }

    /// Forgets one damaged record of a kind: of that name alone, where one is given.
    mutating func forgetDamaged(_ kind: RecordKind, named name: String? = nil) -> RecordID? {
        let isOne = { (entry: Entry) in
            entry.reason == .damaged && entry.kind == kind && entry.id != nil && (name == nil || entry.name == name)
        }
        return entries.firstIndex(where: isOne).flatMap { entries.remove(at: $0).id }
    }

    /// Whether the mark of an earlier prune may be among them.
    var mayHideMark: Bool { mayHide(.retention) }

    private static let named = 100

    /// For the event of an unsealing: the first hundred, and how many there are.
    var eventTexts: [String] {
        if entries.isEmpty { return [] }
        return entries.prefix(Self.named).map { entry in
            let what = entry.id?.description ?? entry.name ?? "unknown"
            return "\(entry.reason.rawValue)/\(entry.kind?.rawValue ?? "record")/\(what)"
        } + ["lost=\(entries.count)"]
    }
}
