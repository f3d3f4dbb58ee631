import Testing
import WarderModel

@testable import Scheduling

/// A moment in UTC as RFC 3339.
func at(_ text: String) throws -> Timestamp { try #require(Timestamp(rfc3339: text), "\(text)") }

extension Schedule {
    /// The next `count` times after `after`, each counted from the one before.
    func times(_ count: Int, after: Timestamp) -> [String] {
        var time = after
        return (0..<count).map { _ in
            time = next(after: time, anchor: time)
            return time.brief
        }
    }
}

extension Timestamp {
    /// `2026-11-21T09:30`, with seconds only where there are some.
    var brief: String {
        let text = description.dropLast(5)
        return String(text.hasSuffix(":00") ? text.dropLast(3) : text)
    }
}

enum Spans {
    static let minute: Int64 = 60_000
    static let hour: Int64 = 3_600_000
    static let day: Int64 = 86_400_000
}
