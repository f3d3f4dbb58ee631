import Locking

/// Counts open connections and says whether there is room for one more.
final class ConnectionGate: Sendable {
    /// What a connection is counted as.
    enum Share: Hashable, Sendable {
        case user(UInt32)
        /// All peers together that match no registered server.
        case unknown
    }

    private struct Counts {
        var all = 0
        var shares: [Share: Int] = [:]
    }

    private let maximum: Int
    private let perShare: Int
    private let unknown: Int
    private let counts = Locked(Counts())

    init(maximum: Int, perUser: Int, unknown: Int) {
        self.maximum = maximum
        perShare = perUser
        self.unknown = unknown
    }

    func enter(_ share: Share) -> Bool {
        counts.withLock { counts in
            let limit = share == .unknown ? unknown : perShare
            guard counts.all < maximum, counts.shares[share, default: 0] < limit else { return false }
            counts.all += 1
            counts.shares[share, default: 0] += 1
            return true
        }
    }

    func leave(_ share: Share) {
        counts.withLock { counts in
            counts.all -= 1
            let left = counts.shares[share, default: 1] - 1
            counts.shares[share] = left == 0 ? nil : left
        }
    }
}
