import HeapModule
package import WarderModel

/// What is due when, for tens of thousands of entries: the next one at once, any change in O(log n).
///
/// Changed and removed entries stay in the heap until they come to its top, or until they are more than those that count.
/// Entries of the same time keep the order in which they were set.
package struct DueQueue<ID: Hashable & Sendable>: Sendable {
    private struct Entry: Comparable, Sendable {
        let due: Timestamp
        /// Larger for every change, so that it tells an entry from its outdated copies.
        let order: UInt64
        let id: ID

        static func < (left: Self, right: Self) -> Bool { (left.due, left.order) < (right.due, right.order) }
        static func == (left: Self, right: Self) -> Bool { left.order == right.order }
    }

    private var heap = Heap<Entry>()
    private var current: [ID: Entry] = [:]
    private var changes: UInt64 = 0

    package init() {}

    package var count: Int { current.count }

    /// Entries in memory, outdated ones too.
    var storedCount: Int { heap.count }

    /// The earliest time of all entries; `nil` when there are none.
    package var next: Timestamp? { heap.min?.due }

    /// When `id` is due; `nil` if it has no entry.
    package func due(of id: ID) -> Timestamp? { current[id]?.due }

    /// Adds `id`, or moves it to another time.
    package mutating func set(_ id: ID, due: Timestamp) {
        guard current[id]?.due != due else { return }
        changes += 1
        let entry = Entry(due: due, order: changes, id: id)
        current[id] = entry
        heap.insert(entry)
        tidy()
    }

    package mutating func remove(_ id: ID) {
        guard current.removeValue(forKey: id) != nil else { return }
        tidy()
    }

    /// Takes out what is due at `now`, the longest overdue first, at most `limit` of them.
    package mutating func takeDue(now: Timestamp, limit: Int = .max) -> [ID] {
        var taken: [ID] = []
        while taken.count < limit, let entry = heap.min, entry.due <= now {
            current.removeValue(forKey: entry.id)
            taken.append(entry.id)
            tidy()
        }
        return taken
    }

    /// Moves what is overdue at `now` to times that are spread evenly over the next `seconds`, the longest overdue first
    /// and at once (a week at most): a machine that was off must not begin with everything that it missed.
    ///
    /// - Returns: how many were moved.
    @discardableResult
    package mutating func spreadOverdue(now: Timestamp, over seconds: Int64) -> Int {
        let overdue = takeDue(now: now)
        let span = min(max(0, seconds), 604_800) * 1000
        for (index, id) in overdue.enumerated() {
            set(id, due: now.adding(milliseconds: span * Int64(index) / Int64(overdue.count)))
        }
        return overdue.count
    }

    /// Leaves an entry that counts on top, and no more outdated ones than that.
    private mutating func tidy() {
        if heap.count > 2 * current.count + 64 { heap = Heap(current.values) }
        while let top = heap.min, current[top.id]?.order != top.order { heap.removeMin() }
    }
}
