package import WarderModel

/// Hands out what is due to a limited number of lanes, and the same entry never twice at the same time.
package struct DueLanes<ID: Hashable & Sendable>: Sendable {
    /// How many may be under way at once.
    package let limit: Int
    private var queue = DueQueue<ID>()
    private var underWay: Set<ID> = []
    /// Times that were set for entries under way; they count when those are finished.
    private var held: [ID: Timestamp] = [:]

    /// - Parameter limit: at least one.
    package init(limit: Int) { self.limit = max(1, limit) }

    /// Entries that wait, those under way not counted.
    package var waiting: Int { queue.count }
    /// Entries that were taken and are not finished.
    package var running: Int { underWay.count }

    /// Sets when `id` is due; while it is under way, when it is due after that.
    package mutating func set(_ id: ID, due: Timestamp) {
        if underWay.contains(id) { held[id] = due } else { queue.set(id, due: due) }
    }

    /// Forgets when `id` is due. It stays under way if it is.
    package mutating func remove(_ id: ID) {
        held[id] = nil
        queue.remove(id)
    }

    /// What begins now: due, the longest overdue first, and as many as there are free lanes.
    package mutating func take(now: Timestamp) -> [ID] {
        let taken = queue.takeDue(now: now, limit: limit - underWay.count)
        underWay.formUnion(taken)
        return taken
    }

    /// Frees the lane of `id`. When it is due next has been set, or is set after this.
    package mutating func finish(_ id: ID) {
        guard underWay.remove(id) != nil, let due = held.removeValue(forKey: id) else { return }
        queue.set(id, due: due)
    }

    /// When to call ``take(now:)`` again, which may be in the past; `nil` while nothing can come of it before an entry is
    /// set or finished.
    package var wake: Timestamp? { underWay.count < limit ? queue.next : nil }

    /// ``DueQueue/spreadOverdue(now:over:)`` of what waits.
    @discardableResult
    package mutating func spreadOverdue(now: Timestamp, over seconds: Int64) -> Int {
        queue.spreadOverdue(now: now, over: seconds)
    }
}
