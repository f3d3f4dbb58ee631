import Foundation
import WarderModel

/// The clock on a wall in some time zone.
///
/// Zones come from Foundation, which carries the rules of the tz database within itself: nothing is read from the
/// machine, so that the same program reckons the same everywhere.
struct WallClock: Hashable, Sendable, CustomStringConvertible {
    private let zone: TimeZone
    private let name: String

    static let utc = WallClock(zone: .gmt, name: "UTC")

    private init(zone: TimeZone, name: String) {
        self.zone = zone
        self.name = name
    }

    /// Takes a name of the tz database, with its area (`Europe/Berlin`), or `UTC`. Abbreviations such as `EST` are
    /// refused: they say an offset, and people mean a place.
    ///
    /// - Throws: ``ScheduleError/unknownTimeZone``.
    init(_ name: Substring) throws(ScheduleError) {
        if name == "UTC" {
            self = .utc
            return
        }
        guard name.utf8.contains(UInt8(ascii: "/")), let zone = TimeZone(identifier: String(name)) else {
            throw .unknownTimeZone
        }
        self.init(zone: zone, name: String(name))
    }

    func wallTime(at instant: Timestamp) -> WallTime {
        WallTime(milliseconds: instant.milliseconds + offset(at: instant.milliseconds))
    }

    /// The moment at which this clock shows `wall`.
    ///
    /// * Shown twice, because the clock was set back: the first one.
    /// * Never shown, because the clock was set forward: the first moment after the gap.
    ///
    /// With both, a later wall time is never an earlier moment.
    func instant(of wall: WallTime) -> Timestamp {
        // Every offset lies between -12 and +14 hours, so that the moment lies between these two, and no zone has
        // changed its clock twice in so short a time since 1970.
        var early = wall.milliseconds - 15 * 3_600_000
        var late = wall.milliseconds + 13 * 3_600_000
        let before = offset(at: early)
        let after = offset(at: late)
        let first = wall.milliseconds - before
        if before == after || offset(at: first) == before { return Timestamp(milliseconds: first) }
        let second = wall.milliseconds - after
        if offset(at: second) == after { return Timestamp(milliseconds: second) }
        // In the gap: the change lies after `early`, at `late` or before it.
        while late - early > 1 {
            let middle = early + (late - early) / 2
            if offset(at: middle) == before { early = middle } else { late = middle }
        }
        return Timestamp(milliseconds: late)
    }

    /// Milliseconds that this clock is ahead of UTC.
    private func offset(at milliseconds: Int64) -> Int64 {
        Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(milliseconds) / 1000))) * 1000
    }

    var description: String { name }

    // By name alone: zones of two names are two, although their rules may be the same.
    static func == (left: Self, right: Self) -> Bool { left.name == right.name }
    func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
