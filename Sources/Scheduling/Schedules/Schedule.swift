package import WarderModel

/// When a secret is rotated: checked once, when it is read, and never wrong after that.
///
/// * `rate(12 hours)`: minutes, hours, days or weeks, of fixed length, counted from the anchor.
/// * `P30D`, `PT12H`, `P1M`: an ISO 8601 duration, counted from the anchor. Months and years are those of the calendar in
///   UTC, and end with a month that is shorter.
/// * `cron(0 3 * * 1 Europe/Berlin)`: five fields and a time zone (UTC if there is none), by the clock on the wall.
///
/// A value has one text, its ``description``, which is what is stored. Two schedules are equal when their texts are.
package struct Schedule: Hashable, Sendable, CustomStringConvertible {
    /// Longest accepted text in bytes.
    package static let maximumBytes = 200
    /// The least interval unless a caller asks for another one.
    package static let leastSeconds: Int64 = 60
    /// The longest interval: five mean years of the Gregorian calendar.
    package static let longestSeconds: Int64 = 5 * 31_556_952

    enum Rule: Hashable, Sendable {
        case rate(Rate)
        case duration(CalendarDuration)
        case cron(CronRule)
    }

    let rule: Rule

    /// Checks and takes a schedule.
    ///
    /// - Parameters:
    ///   - text: as people write it; names and steps may have more than one spelling.
    ///   - least: the shortest interval of a rate or a duration, in seconds. Cron has its own: a minute.
    /// - Throws: ``ScheduleError``, which never quotes the text.
    package init(_ text: String, leastSeconds least: Int64 = leastSeconds) throws(ScheduleError) {
        guard !text.utf8.isEmpty else { throw .empty }
        guard text.utf8.count <= Self.maximumBytes else { throw .textTooLong(limitBytes: Self.maximumBytes) }
        guard text.utf8.allSatisfy({ (32...126).contains($0) }) else { throw .notPlain }
        if let inner = text.arguments(of: "rate") {
            let rate = try Rate(inner)
            try Self.checkInterval(rate.seconds, least: least)
            rule = .rate(rate)
        } else if let inner = text.arguments(of: "cron") {
            rule = .cron(try CronRule(inner))
        } else if text.utf8.first == UInt8(ascii: "P") {
            let duration = try CalendarDuration(text)
            try Self.checkInterval(duration.nominalSeconds, least: least)
            rule = .duration(duration)
        } else {
            throw .unknownForm
        }
    }

    private static func checkInterval(_ seconds: Int64, least: Int64) throws(ScheduleError) {
        guard seconds >= max(1, least) else { throw .tooOften(leastSeconds: max(1, least)) }
        guard seconds <= longestSeconds else { throw .tooSeldom }
    }

    /// The first time after `after` at which this schedule is due.
    ///
    /// - Parameters:
    ///   - after: the moment that the answer is later than.
    ///   - anchor: what intervals are counted from, the last completed rotation or the creation; the clock of a cron
    ///     rule needs none. With an anchor behind `after` the answer is one interval after the anchor.
    /// - Returns: a moment later than `after`, whatever the two are; behind the year 9989 the end of time.
    package func next(after: Timestamp, anchor: Timestamp) -> Timestamp {
        guard after < .horizon, anchor < .horizon else { return Timestamp(milliseconds: .max) }
        let after = max(after, .beginning)
        let anchor = max(anchor, .beginning)
        let next =
            switch rule {
            case .rate(let rate): rate.next(after: after, anchor: anchor)
            case .duration(let duration): duration.next(after: after, anchor: anchor)
            case .cron(let cron): cron.next(after: after)
            }
        // Otherwise whoever asks from a moment just before it would be given another one.
        return next < .horizon ? next : Timestamp(milliseconds: .max)
    }

    /// The one text of this schedule.
    package var description: String {
        switch rule {
        case .rate(let rate): "rate(\(rate))"
        case .duration(let duration): duration.description
        case .cron(let cron): "cron(\(cron))"
        }
    }
}

extension Schedule: Codable {
    /// Takes intervals of a second on: what was allowed when it was stored is no damage today.
    package init(from decoder: any Decoder) throws {
        try self.init(String(from: decoder), leastSeconds: 1)
    }

    package func encode(to encoder: any Encoder) throws { try description.encode(to: encoder) }
}

extension String {
    /// What stands between the parentheses of `name(…)`.
    fileprivate func arguments(of name: String) -> Substring? {
        guard hasPrefix(name + "("), hasSuffix(")") else { return nil }
        return dropFirst(name.count + 1).dropLast()
    }
}
