/// Why the text of a schedule or a window was refused. Carries no part of it.
package enum ScheduleError: Error, Hashable, Sendable {
    case empty
    case textTooLong(limitBytes: Int)
    /// A character that is not printable ASCII.
    case notPlain
    /// Neither a rate, nor cron, nor a duration.
    case unknownForm
    case badRate
    case badDuration
    case tooOften(leastSeconds: Int64)
    case tooSeldom
    case wrongFieldCount(found: Int)
    /// A field that cannot be read.
    case badField(CronField)
    /// A number that the field does not have.
    case outOfRange(CronField)
    /// A range that ends before it begins.
    case backwardRange(CronField)
    case badStep(CronField)
    case unknownTimeZone
    /// Days that no month has.
    case neverDue
    case badWindow
    case emptyWindow
}

extension ScheduleError: CustomStringConvertible {
    /// What is wrong, and a text that would be right.
    package var description: String {
        switch self {
        case .empty: "the text is empty: write rate(12 hours), P30D or cron(0 3 * * 1 Europe/Berlin)"
        case .textTooLong(let limit): "the text is longer than \(limit) bytes"
        case .notPlain: "the text has characters beyond ASCII"
        case .unknownForm: "a schedule is rate(12 hours), P30D or cron(0 3 * * 1 Europe/Berlin)"
        case .badRate: "a rate is a number and minutes, hours, days or weeks, as in rate(12 hours)"
        case .badDuration:
            "a duration is P, years, months, weeks and days, then T, hours, minutes and seconds, as in P30D, P1M or PT12H"
        case .tooOften(let least): "the least interval is \(Self.span(least)), as in rate(\(Self.span(least)))"
        case .tooSeldom: "the longest interval is 5 years, as in P5Y"
        case .wrongFieldCount(let found):
            "cron takes minute, hour, day of month, month, day of week and a time zone, as in"
                + " cron(0 3 * * 1 Europe/Berlin); there \(found == 1 ? "is 1 field" : "are \(found) fields")"
        case .badField(let field): "the \(field.name) is written \(field.example)"
        case .outOfRange(let field): "the \(field.name) is \(field.range.lowerBound) to \(field.range.upperBound)"
        case .backwardRange(let field):
            "a range of the \(field.name) ends before it begins: write two, as in \(field.exampleOfTwoRanges)"
        case .badStep(let field):
            "a step of the \(field.name) is 1 to \(field.greatestStep), as in */\(field.exampleStep)"
        case .unknownTimeZone: "the time zone is one of the tz database, as in Europe/Berlin, or UTC"
        case .neverDue: "no month has this day, so that the schedule would never be due: write L for the last day"
        case .badWindow: "a window is two times and a time zone, as in 22:00-04:00 Europe/Berlin"
        case .emptyWindow: "a window that ends when it begins is none: leave it out to allow every time"
        }
    }

    private static func span(_ seconds: Int64) -> String {
        let units: [(seconds: Int64, name: String)] = [(86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second")]
        for unit in units where seconds.isMultiple(of: unit.seconds) {
            let count = seconds / unit.seconds
            return "\(count) \(unit.name)\(count == 1 ? "" : "s")"
        }
        return "\(seconds) seconds"
    }
}
