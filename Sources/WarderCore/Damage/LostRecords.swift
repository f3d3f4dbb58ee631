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
        /// `nil` where the row does not say.
        package let kind: RecordKind?
        package let id: RecordID?
        /// Where it is known for certain.
        package let name: String?
    }

    package private(set) var entries: [Entry] = []
    private var keys: Set<NounKey> = []
    /// Names that must not be given again, because rows still have them.
    private var taken: Set<NounKey> = []

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

    package var isEmpty: Bool { entries.isEmpty }

    func contains(_ key: NounKey) -> Bool { keys.contains(key) }

    /// Whether a new record would be the second of its name.
    func takes(anyOf keys: [NounKey]) -> Bool { !taken.isEmpty && !taken.isDisjoint(with: keys) }

    /// Whether there may be a server that nobody can see any more: then any user may be one that a server runs as. What
    /// a damaged row says of its kind is not to be believed.
    package var mayHideServer: Bool { entries.contains { $0.kind == .server || $0.reason == .damaged } }

    /// Whether a restore's own record is among them: then nobody can say that its quarantine is over.
    package var hidesOrigin: Bool { entries.contains { $0.kind == .origin } }

    /// Forgets the records of restores, which were removed.
    mutating func forgetOrigins() { entries.removeAll { $0.kind == .origin } }

    /// Whether a rule is among them that says whose votes are needed: it may ask for more than what is left does.
    package var hidesApprovalRule: Bool { entries.contains { $0.kind == .approvalRule } }

    /// Forgets rules that somebody has replaced.
    mutating func forgetApprovalRules() { entries.removeAll { $0.kind == .approvalRule } }

    /// Forgets one damaged record of a kind. Nothing of it is known but its id.
    mutating func forgetDamaged(_ kind: RecordKind) -> RecordID? {
        let isOne = { (entry: Entry) in entry.reason == .damaged && entry.kind == kind && entry.id != nil }
        return entries.firstIndex(where: isOne).flatMap { entries.remove(at: $0).id }
    }

    /// Whether the mark of an earlier prune may be among them.
    var mayHideMark: Bool { entries.contains { $0.kind == .retention } }

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
