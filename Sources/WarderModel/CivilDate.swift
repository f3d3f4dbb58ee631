/// A day of the proleptic Gregorian calendar.
package struct CivilDate: Hashable, Sendable {
    package let year: Int64
    /// From 1.
    package let month: Int64
    /// From 1.
    package let day: Int64

    /// Takes the numbers as they are; ``daysSinceEpoch`` says whether the day exists.
    package init(year: Int64, month: Int64, day: Int64) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// The day that is `days` days after 1970-01-01.
    ///
    /// Counts years from March, so that the leap day is the last day of a year, in eras of 400 years (146,097 days).
    package init(daysSinceEpoch days: Int64) {
        let (era, dayOfEra) = (days + 719_468).quotientAndRemainder(flooringBy: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// Days since 1970-01-01; `nil` for a day that does not exist, such as 30 February.
    package var daysSinceEpoch: Int64? {
        guard (1...12).contains(month), (1...daysInMonth).contains(day) else { return nil }
        return daysBeforeMonth + day - 1
    }

    /// Days from 1970-01-01 to the first of this month, which must be 1 to 12.
    package var daysBeforeMonth: Int64 {
        let marchYear = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = marchYear.quotientAndRemainder(flooringBy: 400)
        let marchMonth = month > 2 ? month - 3 : month + 9
        let dayOfYear = (153 * marchMonth + 2) / 5
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// Days of this month: 28 to 31.
    package var daysInMonth: Int64 {
        switch month {
        case 2: year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400)) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Day of the week of the day that is `days` days after 1970-01-01, a Thursday: 0 for Sunday to 6 for Saturday.
    package static func weekday(daysSinceEpoch days: Int64) -> Int64 {
        (days + 4).quotientAndRemainder(flooringBy: 7).1
    }
}

extension Int64 {
    /// Division that rounds towards negative infinity, so that days before 1970 come out right.
    package func quotientAndRemainder(flooringBy divisor: Int64) -> (Int64, Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
