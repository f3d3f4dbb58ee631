import Locking

/// Counts open connections, and finds room for one more.
///
/// A program must not be able to lock another one of the same user out by holding connections: an agent may run under
/// the operator's uid. So whoever has used theirs up gets a further one for the one that has been without a whole request
/// for longest, be it idle or sending one byte after the other, and connections that wait in a long poll are counted
/// apart. Only what is being decided or answered is safe. Nobody's connection makes room for another user, so that some
/// places are for users who hold none: several who fill the rest keep nobody out.
final class ConnectionGate: Sendable {
    /// What a connection is counted as.
    enum Share: Hashable, Sendable {
        case user(UInt32)
        /// All peers together that match no registered server.
        case unknown
    }

    private struct Inside {
        var count = 0
        var seats: [Share: [Seat]] = [:]

        mutating func add(_ seat: Seat) {
            count += 1
            seats[seat.share, default: []].append(seat)
        }

        mutating func remove(_ seat: Seat) {
            guard let index = seats[seat.share]?.firstIndex(where: { $0 === seat }) else { return }
            count -= 1
            seats[seat.share]?.remove(at: index)
            if seats[seat.share]?.isEmpty ?? false { seats[seat.share] = nil }
        }

        /// Strangers are many users: none of them makes room for another.
        mutating func takeLongestSpare(of share: Share) -> Seat? {
            guard share != .unknown else { return nil }
            let spare = seats[share, default: []].compactMap { seat in seat.spareSince.map { (seat: seat, since: $0) } }
            for (seat, _) in spare.sorted(by: { $0.since < $1.since }) where seat.giveAway() {
                remove(seat)
                return seat
            }
            return nil
        }
    }

    private let maximum: Int
    private let reserve: Int
    private let perUser: Int
    private let unknown: Int
    private let longPolls: Int
    private let inside = Locked(Inside())

    /// `maximum`: of all together, the reserve included.
    /// `reserve`: places for users who hold none.
    /// `longPolls`: how many connections of one user may wait besides the others.
    init(maximum: Int, reserve: Int = 0, perUser: Int, unknown: Int, longPolls: Int) {
        self.maximum = maximum
        self.reserve = reserve
        self.perUser = perUser
        self.unknown = unknown
        self.longPolls = longPolls
    }

    /// A place for one more, if need be that of another connection of the same user without a whole request, which is
    /// closed.
    ///
    /// `close`: ends the connection when its place goes to another.
    func enter(_ share: Share, close: @escaping @Sendable () -> Void) -> Seat? {
        let seat = Seat(share, close: close)
        let limit = share == .unknown ? unknown : perUser
        var givenAway: [Seat] = []
        let hasRoom = inside.withLock { inside in
            while inside.count >= room(for: share, inside)
                || inside.seats[share, default: []].count(where: \.isCounted) >= limit
            {
                guard let spare = inside.takeLongestSpare(of: share) else { return false }
                givenAway.append(spare)
            }
            inside.add(seat)
            return true
        }
        for seat in givenAway { seat.close() }
        return hasRoom ? seat : nil
    }

    /// Most connections of all together behind which this one still gets in.
    private func room(for share: Share, _ inside: Inside) -> Int {
        share != .unknown && inside.seats[share] == nil ? maximum : maximum - reserve
    }

    /// Whether the user may have one more connection that waits. It counts as such until it is idle again.
    func startWaiting(_ seat: Seat) -> Bool {
        inside.withLock { inside in
            guard inside.seats[seat.share, default: []].count(where: \.isWaiting) < longPolls else { return false }
            seat.becomeWaiting()
            return true
        }
    }

    /// Whether a stranger would find a place.
    var hasRoomForStrangers: Bool {
        inside.withLock { $0.count < maximum - reserve && $0.seats[.unknown, default: []].count < unknown }
    }

    func leave(_ seat: Seat) { inside.withLock { $0.remove(seat) } }
}
