/// A moment, in whole milliseconds since 1970-01-01 UTC.
package struct Timestamp: Hashable, Comparable, Sendable, Codable {
    package var milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    package init(from decoder: any Decoder) throws { milliseconds = try Int64(from: decoder) }
    package func encode(to encoder: any Encoder) throws { try milliseconds.encode(to: encoder) }

    /// Before everything.
    package static let distantPast = Timestamp(milliseconds: .min)

    package static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }

    /// The moment `seconds` later; saturates instead of overflowing.
    package func adding(seconds: Int64) -> Timestamp {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        let (sum, second) = milliseconds.addingReportingOverflow(product)
        return Timestamp(milliseconds: overflow || second ? (seconds < 0 ? .min : .max) : sum)
    }
}

extension Timestamp: CustomStringConvertible {
    /// RFC 3339 in UTC with milliseconds: `2026-11-21T09:30:00.000Z`.
    package var description: String {
        let (days, millisecondOfDay) = milliseconds.quotientAndRemainder(flooringBy: 86_400_000)
        let date = CivilDate(daysSinceEpoch: days)
        let second = millisecondOfDay / 1000
        var text = ""
        text.reserveCapacity(24)
        text += Self.padded(date.year, 4) + "-" + Self.padded(date.month, 2) + "-" + Self.padded(date.day, 2) + "T"
        text += Self.padded(second / 3600, 2) + ":" + Self.padded(second / 60 % 60, 2) + ":"
        text += Self.padded(second % 60, 2) + "." + Self.padded(millisecondOfDay % 1000, 3) + "Z"
        return text
    }

    /// Moments that RFC 3339 can spell in UTC: the years 0000 to 9999.
    private static let spellable: ClosedRange<Int64> = -62_167_219_200_000...253_402_300_799_999

    /// Reads RFC 3339 (`2026-11-21T09:30:00Z`, optional fraction, optional offset) or a bare date (`2026-11-21`,
    /// midnight UTC).
    ///
    /// `nil` also for a moment that its offset moves out of the years 0000 to 9999 of UTC: its description could not be
    /// read again.
    package init?(rfc3339 text: String) {
        var scanner = DigitScanner(text)
        guard let year = scanner.digits(4), scanner.take("-"), let month = scanner.digits(2), scanner.take("-"),
            let day = scanner.digits(2), let days = CivilDate(year: year, month: month, day: day).daysSinceEpoch
        else { return nil }
        guard !scanner.isAtEnd else {
            self.init(milliseconds: days * 86_400_000)
            return
        }
        guard scanner.take("T") || scanner.take("t") || scanner.take(" "), let hour = scanner.digits(2), hour < 24,
            scanner.take(":"), let minute = scanner.digits(2), minute < 60, scanner.take(":"),
            let second = scanner.digits(2), second < 60
        else { return nil }
        var millisecond: Int64 = 0
        if scanner.take(".") {
            guard let fraction = scanner.fractionAsMilliseconds() else { return nil }
            millisecond = fraction
        }
        var offsetMinutes: Int64 = 0
        if !(scanner.take("Z") || scanner.take("z")) {
            let sign: Int64
            if scanner.take("+") { sign = 1 } else if scanner.take("-") { sign = -1 } else { return nil }
            guard let hours = scanner.digits(2), hours < 24, scanner.take(":"), let minutes = scanner.digits(2),
                minutes < 60
            else { return nil }
            offsetMinutes = sign * (hours * 60 + minutes)
        }
        guard scanner.isAtEnd else { return nil }
        let seconds = hour * 3600 + minute * 60 + second - offsetMinutes * 60
        let milliseconds = days * 86_400_000 + seconds * 1000 + millisecond
        guard Self.spellable.contains(milliseconds) else { return nil }
        self.init(milliseconds: milliseconds)
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

private struct DigitScanner {
    var rest: Substring.UTF8View

    init(_ text: String) { rest = text[...].utf8 }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard let first = rest.first, UInt32(first) == character.value else { return false }
        rest.removeFirst()
        return true
    }

    mutating func digits(_ count: Int) -> Int64? {
        var number: Int64 = 0
        for _ in 0..<count {
            guard let byte = rest.first, (48...57).contains(byte) else { return nil }
            number = number * 10 + Int64(byte - 48)
            rest.removeFirst()
        }
        return number
    }

    mutating func fractionAsMilliseconds() -> Int64? {
        var number: Int64 = 0
        var count = 0
        while let byte = rest.first, (48...57).contains(byte) {
            if count < 3 { number = number * 10 + Int64(byte - 48) }
            count += 1
            rest.removeFirst()
        }
        guard count > 0 else { return nil }
        for _ in count..<max(count, 3) { number *= 10 }
        return number
    }
}
