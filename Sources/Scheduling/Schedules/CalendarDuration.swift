import WarderModel

/// An ISO 8601 duration in whole numbers, reckoned in UTC: `P1Y6M`, `P2W`, `P1DT12H`.
struct CalendarDuration: Hashable, Sendable, CustomStringConvertible {
    /// Years too, twelve each.
    let months: Int64
    /// Weeks too, seven each.
    let days: Int64
    /// Hours and minutes too; may be more than a day.
    let seconds: Int64

    /// - Throws: ``ScheduleError/badDuration`` unless every part has a number and stands where ISO 8601 puts it. Weeks
    ///   may stand beside other parts, as ISO 8601-2 has it.
    init(_ text: String) throws(ScheduleError) {
        var reader = PartReader(rest: text.dropFirst()[...])
        let years = try reader.take("Y")
        let months = try reader.take("M")
        let weeks = try reader.take("W")
        let days = try reader.take("D")
        var seconds: Int64 = 0
        if reader.rest.first == "T" {
            reader.rest.removeFirst()
            guard !reader.rest.isEmpty else { throw .badDuration }
            seconds += try reader.take("H") * 3600
            seconds += try reader.take("M") * 60
            seconds += try reader.take("S")
        }
        guard reader.rest.isEmpty, reader.tookAny else { throw .badDuration }
        self.months = years * 12 + months
        self.days = weeks * 7 + days
        self.seconds = seconds
    }

    /// The length with the mean month of the Gregorian calendar.
    var nominalSeconds: Int64 { months * 2_629_746 + days * 86_400 + seconds }

    func next(after: Timestamp, anchor: Timestamp) -> Timestamp {
        var count: Int64 = 1
        if after > anchor {
            // As if every month had 31 days: never too late, and a few steps short after many months.
            let longest = (months * 31 + days) * 86_400 + seconds
            count = max(1, (after.milliseconds - anchor.milliseconds) / (longest * 1000))
        }
        // Each is counted from the anchor, so that 31 January is followed by 28 February and 31 March.
        while true {
            let time = adding(count, to: anchor)
            if time > after { return time }
            count += 1
        }
    }

    /// `count` times this duration after `anchor`.
    private func adding(_ count: Int64, to anchor: Timestamp) -> Timestamp {
        let (day, timeOfDay) = anchor.milliseconds.quotientAndRemainder(flooringBy: 86_400_000)
        let moved = CivilDate(daysSinceEpoch: day).adding(months: count * months)
        return Timestamp(milliseconds: moved * 86_400_000 + timeOfDay)
            .adding(seconds: count * (days * 86_400 + seconds))
    }

    var description: String {
        var date = Self.part(months / 12, "Y") + Self.part(months % 12, "M") + Self.part(days, "D")
        let time = Self.part(seconds / 3600, "H") + Self.part(seconds / 60 % 60, "M") + Self.part(seconds % 60, "S")
        if !time.isEmpty { date += "T" + time }
        return "P" + date
    }

    private static func part(_ count: Int64, _ unit: String) -> String { count == 0 ? "" : "\(count)\(unit)" }
}

/// Takes `30D` off the front.
private struct PartReader {
    var rest: Substring
    var tookAny = false

    /// The number before `unit`, 0 if the unit is not next.
    mutating func take(_ unit: Character) throws(ScheduleError) -> Int64 {
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        guard rest.dropFirst(digits.count).first == unit else { return 0 }
        guard let number = Int64(digits: digits) else { throw .badDuration }
        rest = rest.dropFirst(digits.count + 1)
        tookAny = true
        return number
    }
}

extension CivilDate {
    /// Days since 1970-01-01 of the same day `count` months later, or of that month's last day.
    fileprivate func adding(months count: Int64) -> Int64 {
        let (years, month) = (month - 1 + count).quotientAndRemainder(flooringBy: 12)
        let first = CivilDate(year: year + years, month: month + 1, day: 1)
        return first.daysBeforeMonth + min(day, first.daysInMonth) - 1
    }
}
