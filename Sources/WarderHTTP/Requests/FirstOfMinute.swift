import Locking
import WarderModel

/// Lets one request of each user through a minute, whose event says what an honest mistake was about.
final class FirstOfMinute: Sendable {
    /// Users that are told apart: of more than these, nobody has a first.
    private static let maximumUsers = 1024
    private static let minute: Int64 = 60_000

    private let last = Locked<[UInt32: Int64]>([:])

    func take(_ uid: UInt32, at now: Moment) -> Bool {
        last.withLock { last in
            if let before = last[uid], now.uptime - before < Self.minute { return false }
            if last[uid] == nil, last.count >= Self.maximumUsers {
                last = last.filter { now.uptime - $0.value < Self.minute }
                guard last.count < Self.maximumUsers else { return false }
            }
            last[uid] = now.uptime
            return true
        }
    }
}
