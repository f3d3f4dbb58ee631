import HashTreeCollections
import WarderModel

/// How many values each user may look for: five at once, then one in thirty seconds. Who can ask whether a value is the
/// vault's can guess one; a guess that costs half a minute finds nothing that was worth storing.
///
/// A part of the state, so that it is used up in the transaction that writes the event. It is new after each unsealing.
struct LeakAllowance: Sendable {
    /// Values at once.
    static let atOnce: Int64 = 5
    /// Milliseconds for one more.
    static let interval: Int64 = 30_000

    /// When each user's allowance is whole again, in milliseconds since boot.
    private var whole: TreeDictionary<UInt32, Int64> = [:]

    /// Uses one up. `false`, and nothing is used, when there is none.
    mutating func take(_ uid: UInt32, at now: Moment) -> Bool {
        let start = max(whole[uid] ?? now.uptime, now.uptime)
        guard start - now.uptime <= (Self.atOnce - 1) * Self.interval else { return false }
        whole[uid] = start + Self.interval
        return true
    }
}
