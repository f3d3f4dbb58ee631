import WarderModel

/// Five cron fields and the wall clock that they are read from.
///
/// When both the day of the month and the day of the week are restricted, a day that meets **either** is due, as POSIX
/// `crontab` has it; `*`, `?` and `*/1` restrict nothing.
struct CronRule: Hashable, Sendable, CustomStringConvertible {
    private let minutes: CronValues
    private let hours: CronValues
    private let daysOfMonth: CronValues
    private let months: CronValues
    private let daysOfWeek: CronValues
    private let clock: WallClock

    init(_ text: Substring) throws(ScheduleError) {
        let words = text.split(separator: " ")
        guard (5...6).contains(words.count) else { throw .wrongFieldCount(found: words.count) }
        minutes = try CronValues(words[0], field: .minute)
        hours = try CronValues(words[1], field: .hour)
        daysOfMonth = try CronValues(words[2], field: .dayOfMonth)
        months = try CronValues(words[3], field: .month)
        daysOfWeek = try CronValues(words[4], field: .dayOfWeek)
        clock = try words.count == 6 ? WallClock(words[5]) : .utc
        guard isEverDue else { throw .neverDue }
    }

    /// Some day of some year meets the fields: only days of the month can fail, as in 31 February.
    private var isEverDue: Bool {
        if daysOfMonth.isEverything || daysOfMonth.hasLast || !daysOfWeek.isEverything { return true }
        // 2024 is a leap year.
        return months.from(1).contains { month in
            guard let day = daysOfMonth.least else { return false }
            return day <= CivilDate(year: 2024, month: month, day: 1).daysInMonth
        }
    }

    /// Wall times are gone through in their order, and a later one never comes before an earlier one
    /// (``WallClock/instant(of:)``), so that the first that is after `after` is the next one.
    func next(after: Timestamp) -> Timestamp {
        var (day, timeOfDay) = clock.wallTime(at: after).dayAndTime
        // A leap day may be eight years away.
        let end = day + 9 * 366
        while day < end {
            let date = CivilDate(daysSinceEpoch: day)
            if !months.contains(date.month) {
                day += date.daysInMonth - date.day + 1
                timeOfDay = 0
                continue
            }
            if isDue(date, day: day), let time = next(after: after, on: day, from: timeOfDay / 60_000) { return time }
            day += 1
            timeOfDay = 0
        }
        return Timestamp(milliseconds: .max)
    }

    private func isDue(_ date: CivilDate, day: Int64) -> Bool {
        let byMonth =
            daysOfMonth.isEverything || daysOfMonth.contains(date.day)
            || daysOfMonth.hasLast && date.day == date.daysInMonth
        let byWeek = daysOfWeek.contains(CivilDate.weekday(daysSinceEpoch: day))
        return daysOfMonth.isEverything || daysOfWeek.isEverything ? byMonth && byWeek : byMonth || byWeek
    }

    private func next(after: Timestamp, on day: Int64, from minuteOfDay: Int64) -> Timestamp? {
        for hour in hours.from(minuteOfDay / 60) {
            for minute in minutes.from(hour == minuteOfDay / 60 ? minuteOfDay % 60 : 0) {
                let time = clock.instant(of: WallTime(day: day, minuteOfDay: hour * 60 + minute))
                if time > after { return time }
            }
        }
        return nil
    }

    var description: String { "\(minutes) \(hours) \(daysOfMonth) \(months) \(daysOfWeek) \(clock)" }
}
