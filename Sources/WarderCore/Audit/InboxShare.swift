import Locking
import WarderModel

/// How many entries people have written since the vault was sealed, and how many of theirs were only counted since.
///
/// A sealed vault knows nobody, so that whoever reaches the operator socket can try to open it, for as long as it stays
/// sealed: nobody may fill the disk that way. Whoever has written as much as they may can go on trying, and is counted.
final class InboxShare: Sendable {
    /// Entries of one user.
    static let perUser = 100
    /// Entries of all users together: one who has many uids has no more for it.
    static let total = 1000

    private struct Count {
        var written: [UInt32: Int] = [:]
        var total = 0
        var beyond: [UInt32: UInt64] = [:]
    }

    private let count = Locked(Count())

    /// Whether the user may write one more; where not, the attempt is counted.
    func take(_ uid: UInt32) -> Bool {
        count.withLock { count in
            guard count.total < Self.total, count.written[uid, default: 0] < Self.perUser else {
                count.beyond[uid, default: 0] += 1
                return false
            }
            count.total += 1
            count.written[uid, default: 0] += 1
            return true
        }
    }

    /// What was only counted since the last call.
    func takeCounted() -> [TurnedAway] {
        count.withLock { count in
            defer { count.beyond = [:] }
            return count.beyond.map { TurnedAway(kind: .limited, uid: $0.key, requests: $0.value) }
        }
    }

    /// The vault is sealed anew, and its inbox empty.
    func begin() {
        count.withLock { count in
            count.written = [:]
            count.total = 0
        }
    }
}

extension Vault {
    /// Attempts to open the sealed vault that were only counted since the last call. The caller keeps the count.
    package func takeCountedAttempts() -> [TurnedAway] { inboxShare.takeCounted() }

    /// Writes down what somebody tried with a sealed vault; beyond their share it is counted.
    func record(
        attempt event: Event,
        by caller: Caller,
        completion: @escaping @Sendable (Result<Void, Refusal>) -> Void
    ) {
        if phase == .sealed, let uid = caller.peer?.uid, !inboxShare.take(uid) { return completion(.success(())) }
        record(sealed: event, completion: completion)
    }
}
