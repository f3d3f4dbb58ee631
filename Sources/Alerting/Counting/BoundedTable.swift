/// So many entries and no more, however many keys somebody makes up.
///
/// When it is full, the entry that was touched longest ago goes, of a few that are looked at: constant time, and who
/// goes on asking stays.
struct BoundedTable<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private static var lookedAt: Int { 8 }

    private struct Slot: Sendable {
        let key: Key
        var value: Value
        var touched: UInt64
    }

    private let capacity: Int
    private var places: [Key: Int] = [:]
    private var slots: [Slot] = []
    private var touches: UInt64 = 0
    private var hand = 0

    init(capacity: Int) { self.capacity = capacity }

    var count: Int { slots.count }
    var keys: [Key] { slots.map(\.key) }
    var isFull: Bool { slots.count >= capacity }

    func contains(_ key: Key) -> Bool { places[key] != nil }

    subscript(key: Key) -> Value? { places[key].map { slots[$0].value } }

    /// Changes the entry of a key, which is made where there is none.
    mutating func with<Answer>(_ key: Key, or make: () -> Value, _ body: (inout Value) -> Answer) -> Answer {
        touches += 1
        if let place = places[key] {
            slots[place].touched = touches
            return body(&slots[place].value)
        }
        let place: Int
        if slots.count < capacity {
            place = slots.count
            slots.append(Slot(key: key, value: make(), touched: touches))
        } else {
            place = oldest()
            places[slots[place].key] = nil
            slots[place] = Slot(key: key, value: make(), touched: touches)
        }
        places[key] = place
        return body(&slots[place].value)
    }

    private mutating func oldest() -> Int {
        var found = hand
        for step in 0..<min(Self.lookedAt, slots.count) {
            let place = (hand + step) % slots.count
            if slots[place].touched < slots[found].touched { found = place }
        }
        hand = (hand + Self.lookedAt) % slots.count
        return found
    }
}
