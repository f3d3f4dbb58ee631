import WarderModel

/// What a clock on a wall shows, in milliseconds since its own 1970-01-01 00:00, whatever the zone.
struct WallTime: Hashable, Comparable, Sendable {
    let milliseconds: Int64

    init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// A minute of the day that is `day` days after 1970-01-01.
    init(day: Int64, minuteOfDay: Int64) {
        milliseconds = day * 86_400_000 + minuteOfDay * 60_000
    }

    /// Days since 1970-01-01, and milliseconds since that day's midnight.
    var dayAndTime: (day: Int64, timeOfDay: Int64) { milliseconds.quotientAndRemainder(flooringBy: 86_400_000) }

    static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }
}
