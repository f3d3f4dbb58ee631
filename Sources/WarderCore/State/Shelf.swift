package import HashTreeCollections
package import WarderModel

/// A record that is looked for by where it belongs, and not by its own name alone.
package protocol Shelved: Sendable {
    associatedtype Place: Hashable & Sendable
    /// Never changes: another place is another record.
    var place: Place { get }
}

/// Records by their key, and by their place. What is at a place takes the same time to find however many there are
/// elsewhere.
package struct Shelf<Key: Hashable & Sendable, Record: Shelved>: Sendable {
    private var byKey: TreeDictionary<Key, Record> = [:]
    private var places: TreeDictionary<Record.Place, TreeSet<Key>> = [:]

    init() {}

    package var isEmpty: Bool { byKey.isEmpty }
    package var count: Int { byKey.count }
    package var keys: TreeDictionary<Key, Record>.Keys { byKey.keys }
    /// All of them, in no order.
    package var values: TreeDictionary<Key, Record>.Values { byKey.values }

    /// This is the only way in and out, so that both ways find the same.
    package internal(set) subscript(key: Key) -> Record? {
        get { byKey[key] }
        set {
            let old = byKey[key]?.place
            byKey[key] = newValue
            guard old != newValue?.place else { return }
            if let old {
                places[old]?.remove(key)
                if places[old]?.isEmpty == true { places[old] = nil }
            }
            if let new = newValue?.place { places[new, default: []].insert(key) }
        }
    }

    /// Those at a place, in no order.
    package subscript(at place: Record.Place) -> [Record] { places[place]?.compactMap { byKey[$0] } ?? [] }
}

extension Shelf: Sequence {
    package func makeIterator() -> TreeDictionary<Key, Record>.Iterator { byKey.makeIterator() }
}

extension Approval: Shelved {
    package var place: ToolID { subject.tool }
}

extension StandingApproval: Shelved {
    package var place: Scope { scope }
}

extension Grant: Shelved {
    package var place: ToolID { tool }
}
