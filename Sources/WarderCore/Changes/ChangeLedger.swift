import WarderModel

/// What changed since when, in memory: of each secret and each access the newest change alone, and of those the newest so
/// many.
struct ChangeLedger: Sendable {
    /// Counts commits that changed something, since the vault was opened. Never told to anybody: whoever sees it grow
    /// knows that others' secrets change.
    typealias Position = UInt64

    private enum Key: Hashable {
        case secret(SecretName)
        case access(ChangeSet.Access)
    }

    private struct Entry {
        let position: Position
        let key: Key
    }

    /// Changes that are remembered. Beyond it the older half is forgotten.
    static let standardCapacity = 20_000

    private let capacity: Int
    private(set) var position: Position = 0
    /// After which position nothing was forgotten.
    private(set) var floor: Position = 0
    /// Ascending by position. Earlier changes of the same key may still lie in between.
    private var entries: [Entry] = []
    private var newest: [Key: Position] = [:]

    init(capacity: Int = standardCapacity) { self.capacity = capacity }

    /// How many changes are remembered.
    var count: Int { newest.count }
    /// How many places they take, with those that later ones have superseded.
    var kept: Int { entries.count }

    mutating func add(_ changes: ChangeSet) {
        if changes.isEmpty { return }
        position += 1
        for secret in changes.secrets { add(.secret(secret)) }
        for access in changes.accesses { add(.access(access)) }
        makeRoom()
    }

    /// What changed after a position; `nil` where that is not all known any more.
    func changes(after position: Position) -> ChangeSet? {
        guard position >= floor, position <= self.position else { return nil }
        var changes = ChangeSet()
        for entry in entries[firstIndex(after: position)...] where newest[entry.key] == entry.position {
            switch entry.key {
            case .secret(let name): changes.secrets.insert(name)
            case .access(let access): changes.accesses.insert(access)
            }
        }
        return changes
    }

    private mutating func add(_ key: Key) {
        entries.append(Entry(position: position, key: key))
        newest[key] = position
    }

    /// What was superseded goes when it is more than what was not, so that an addition costs the same however many there
    /// were before.
    private mutating func makeRoom() {
        guard entries.count > 2 * newest.count + 64 || newest.count > capacity else { return }
        entries.removeAll { newest[$0.key] != $0.position }
        guard entries.count > capacity else { return }
        floor = entries[entries.count - capacity / 2 - 1].position
        // All of one commit, or nothing of it.
        entries.removeAll { $0.position <= floor }
        newest = newest.filter { $0.value > floor }
    }

    private func firstIndex(after position: Position) -> Int {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].position > position { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
