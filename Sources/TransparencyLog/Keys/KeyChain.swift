/// The keys that somebody trusts who has one of them: from the one they have, each signed by the one before.
package struct KeyChain: Hashable, Sendable {
    /// One key and the trees it may sign.
    package struct Link: Hashable, Sendable {
        package let key: NoteKey
        /// Leaves of the trees that the key may sign.
        package let sizes: ClosedRange<UInt64>
    }

    /// The key that was pinned first, the present one last.
    package private(set) var links: [Link]

    /// Trusts one key for trees of any size.
    package init(pinned: NoteKey) {
        links = [Link(key: pinned, sizes: 0...UInt64(Int64.max))]
    }

    /// Follows a history from the pinned key to the present one. The pinned key may be the log's first or a later one;
    /// the history is the whole one all the same, and every change in it must be signed by the key before: only the
    /// log's first key does not stand in it, so that who pinned a later one takes the first change as it is.
    ///
    /// - Throws: ``NoteError/historyBroken`` if a signature is not that of the key before, or the pinned key neither
    ///   signed the first change nor came by one.
    package init(pinned: NoteKey, history: KeyHistory) throws(NoteError) {
        self.init(pinned: pinned)
        var before: NoteKey? = history.entries.contains { $0.change.key == pinned } ? nil : pinned
        for entry in history.entries {
            let change = entry.change
            if let before {
                guard (try? entry.note.verified(by: [before])) != nil, change.key != before else {
                    throw .historyBroken
                }
            }
            before = change.key
            if change.key == pinned {
                links = [Link(key: pinned, sizes: change.size...UInt64(Int64.max))]
            } else if history.follows(change, pinned: pinned), let last = links.last {
                links[links.count - 1] = Link(key: last.key, sizes: last.sizes.lowerBound...change.size)
                links.append(Link(key: change.key, sizes: change.size...UInt64(Int64.max)))
            }
        }
    }

    /// The key that signs now.
    package var current: NoteKey? { links.last?.key }

    /// All keys of the chain.
    package var keys: [NoteKey] { links.map(\.key) }

    /// Whether `key` may sign a tree of `size` leaves.
    package func allows(_ key: NoteKey, size: UInt64) -> Bool {
        links.contains { $0.key == key && $0.sizes.contains(size) }
    }
}

extension KeyHistory {
    /// Whether `change` came after `pinned` did.
    fileprivate func follows(_ change: KeyChange, pinned: NoteKey) -> Bool {
        guard let own = entries.first(where: { $0.change.key == pinned }) else { return true }
        return change.epoch > own.change.epoch
    }
}
