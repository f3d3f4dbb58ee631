/// The keys that somebody trusts who has one of them: from the one they have on, each vouched for by the one before.
package struct KeyChain: Hashable, Sendable {
    /// One key and the trees it may sign.
    package struct Link: Hashable, Sendable {
        package let key: NoteKey
        /// Leaves of the trees that the key may sign.
        package let sizes: ClosedRange<UInt64>
        /// What ended it; `nil` for the present key.
        package let end: KeyChange?
    }

    /// The key that was pinned first, the present one last.
    package let links: [Link]
    private let pinned: NoteKey
    /// How the log's key changed, changes before the pinned key among them.
    package let history: KeyHistory

    private static let largest = UInt64(Int64.max)

    /// Trusts one key for trees of any size.
    package init(pinned: NoteKey) {
        self.pinned = pinned
        history = KeyHistory()
        links = [Link(key: pinned, sizes: 0...Self.largest, end: nil)]
    }

    /// Follows a history from the pinned key to the present one. The pinned key may be any of the history; keys before
    /// it are not trusted, because they may have been given up for a reason.
    ///
    /// - Throws: ``NoteError/historyBroken`` if a change is not signed by both of its keys, or none is about the pinned
    ///   key.
    package init(pinned: NoteKey, history: KeyHistory) throws(NoteError) {
        self.pinned = pinned
        self.history = history
        var links: [Link] = []
        var (key, start) = (history.entries.isEmpty ? pinned : nil, UInt64(0))
        if history.entries.first?.change.before == pinned { key = pinned }
        for entry in history.entries {
            let change = entry.change
            guard let signers = try? entry.note.verified(by: [change.before, change.after]), signers.count == 2 else {
                throw .historyBroken
            }
            if let known = key {
                links.append(Link(key: known, sizes: start...max(start, change.size), end: change))
            }
            if key != nil || change.after == pinned { (key, start) = (change.after, change.size) }
        }
        guard let key else { throw .historyBroken }
        self.links = links + [Link(key: key, sizes: start...Self.largest, end: nil)]
    }

    /// The same keys and those that further changes lead to. Changes that are known already may be among them.
    ///
    /// - Throws: ``NoteError/historyBroken`` and other errors of ``NoteError``, as for a history.
    package func following(_ notes: [[UInt8]]) throws(NoteError) -> KeyChain {
        var history = history
        for note in notes where !history.entries.contains(where: { $0.note.bytes == note }) {
            try history.append(note)
        }
        return history == self.history ? self : try KeyChain(pinned: pinned, history: history)
    }

    /// The key that signs now.
    package var current: NoteKey? { links.last?.key }

    /// All keys of the chain.
    package var keys: [NoteKey] { links.map(\.key) }

    /// Whether `key` may sign a tree of `size` leaves.
    package func allows(_ key: NoteKey, size: UInt64) -> Bool {
        links.contains { $0.key == key && $0.sizes.contains(size) }
    }

    /// The restore that ended the log under the name of `key`, or of a key after it, before it had `size` events.
    package func restore(after key: NoteKey, before size: UInt64) -> KeyChange? {
        let later = links.drop { $0.key != key }
        for change in later.compactMap(\.end) where change.size < size {
            if case .restore = change.reason { return change }
        }
        return nil
    }
}
