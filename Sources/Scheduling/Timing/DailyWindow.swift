package import WarderModel

/// The part of every day in which rotations may begin: `22:00-04:00 Europe/Berlin`.
///
/// The opening minute is inside and the closing minute outside. A window that closes at or before the time at which it
/// opens does so on the next day. On a day on which the clock skips the whole window there is none.
package struct DailyWindow: Hashable, Sendable, CustomStringConvertible {
    /// Minutes since midnight.
    private let opens: Int64
    private let closes: Int64
    private let clock: WallClock

    /// - Parameter text: two times and a time zone; UTC if there is none.
    /// - Throws: ``ScheduleError``, which never quotes the text.
    package init(_ text: String) throws(ScheduleError) {
        guard text.utf8.count <= Schedule.maximumBytes else { throw .textTooLong(limitBytes: Schedule.maximumBytes) }
        guard text.utf8.allSatisfy({ (32...126).contains($0) }) else { throw .notPlain }
        let words = text.split(separator: " ")
        guard (1...2).contains(words.count) else { throw .badWindow }
        let times = words[0].split(separator: "-", omittingEmptySubsequences: false)
        guard times.count == 2, let opens = Self.minuteOfDay(times[0]), let closes = Self.minuteOfDay(times[1]) else {
            throw .badWindow
        }
        guard opens != closes else { throw .emptyWindow }
        self.opens = opens
        self.closes = closes
        clock = try words.count == 2 ? WallClock(words[1]) : .utc
    }

    /// `04:00`.
    private static func minuteOfDay(_ text: Substring) -> Int64? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 }), let hour = Int64(digits: parts[0]),
            let minute = Int64(digits: parts[1]), hour < 24, minute < 60
        else { return nil }
        return hour * 60 + minute
    }

    package func contains(_ time: Timestamp) -> Bool { opening(atOrAfter: time).opens <= time }

    /// The window that `time` lies in, or else the next one.
    ///
    /// - Returns: the first moment inside, which is before `time` if `time` is inside, and the first one outside again.
    package func opening(atOrAfter time: Timestamp) -> (opens: Timestamp, closes: Timestamp) {
        guard time < .horizon else { return (time, Timestamp(milliseconds: .max)) }
        let time = max(time, .beginning)
        // Yesterday's may still be open, and even a zone that skips a day has one within three.
        var day = clock.wallTime(at: time).dayAndTime.day - 1
        while true {
            let opening = clock.instant(of: WallTime(day: day, minuteOfDay: opens))
            let closing = clock.instant(of: WallTime(day: opens < closes ? day : day + 1, minuteOfDay: closes))
            if opening < closing, closing > time { return (opening, closing) }
            day += 1
        }
    }

    package var description: String { "\(Self.text(opens))-\(Self.text(closes)) \(clock)" }

    private static func text(_ minuteOfDay: Int64) -> String {
        [minuteOfDay / 60, minuteOfDay % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
    }
}

extension DailyWindow: Codable {
    package init(from decoder: any Decoder) throws { try self.init(String(from: decoder)) }
    package func encode(to encoder: any Encoder) throws { try description.encode(to: encoder) }
}
