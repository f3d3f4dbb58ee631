import Foundation
import Glibc
import RandomTesting
import Testing
import WarderModel

@Suite struct TimestampTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00.000Z", Int64(0)), ("1970-01-01", 0), ("1969-12-31T23:59:59.999Z", -1),
        ("2026-11-21T09:30:00.000Z", 1_795_253_400_000), ("2026-11-21T09:30:00Z", 1_795_253_400_000),
        ("2026-11-21t09:30:00z", 1_795_253_400_000), ("2026-11-21 09:30:00Z", 1_795_253_400_000),
        ("2026-11-21T09:30:00.5Z", 1_795_253_400_500), ("2026-11-21T09:30:00.05Z", 1_795_253_400_050),
        ("2026-11-21T09:30:00.123999999Z", 1_795_253_400_123), ("2026-11-21", 1_795_219_200_000),
        ("2026-11-21T10:30:00+01:00", 1_795_253_400_000), ("2026-11-20T21:45:00-11:45", 1_795_253_400_000),
        ("2026-11-22T09:29:00+23:59", 1_795_253_400_000), ("2026-11-21T09:30:00-00:00", 1_795_253_400_000),
        ("2000-02-29T00:00:00Z", 951_782_400_000), ("2024-02-29", 1_709_164_800_000),
        ("0001-01-01T00:00:00.000Z", -62_135_596_800_000), ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
        ("0000-01-01T00:00:00Z", -62_167_219_200_000), ("0000-01-01", -62_167_219_200_000),
        ("0000-01-01T01:00:00+01:00", -62_167_219_200_000), ("9999-12-31T22:59:59.999-01:00", 253_402_300_799_999),
    ])
    func `a well-formed text gives its instant`(text: String, milliseconds: Int64) {
        #expect(Timestamp(rfc3339: text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        "", " ", "now", "2026", "2026-11", "2026-11-2", "2026-1-21", "26-11-21", "12026-11-21", "+2026-11-21",
        "-2026-11-21", "2026/11/21", "20261121", "2026-11-21T", "2026-11-21T09", "2026-11-21T09:30",
        "2026-11-21T09:30Z",
        "2026-11-21T09:30:00", "2026-11-21T9:30:00Z", "2026-11-21T09:30:0Z", "2026-11-21T09:30:00.Z",
        "2026-11-21T09:30:00.5", "2026-11-21T09:30:00,5Z", "2026-11-21T093000Z", "2026-11-21_09:30:00Z",
        "2026-11-21T24:00:00Z", "2026-11-21T09:60:00Z", "2026-11-21T09:30:60Z", "2026-11-21T99:30:00Z",
        "2026-11-21T09:30:00+1:00", "2026-11-21T09:30:00+0100", "2026-11-21T09:30:00+01", "2026-11-21T09:30:00+24:00",
        "2026-11-21T09:30:00+01:60", "2026-11-21T09:30:00 +01:00", "2026-11-21T09:30:00ZZ", "2026-11-21T09:30:00Z ",
        " 2026-11-21T09:30:00Z", "2026-11-21T09:30:00Z\n", "2026-11-21T09:30:00Z\0", "2026-11-21Z", "2026-11-21 ",
        "2026-00-21", "2026-13-21", "2026-11-00", "2026-11-31", "2026-04-31", "2026-01-32", "2026-02-30",
        "2026-02-29", "1900-02-29", "2100-02-29", "2023-02-29",
        "\u{0662}026-11-21", "2026\u{2010}11\u{2010}21", "\u{FF12}026-11-21", "2026-11-21T09:30:00Z\u{301}",
    ])
    func `a malformed text gives nothing`(spelling: Spelling) {
        #expect(Timestamp(rfc3339: spelling.text) == nil)
    }

    @Test(arguments: [
        "0000-01-01T00:00:00+00:01", "0000-01-01T00:59:59.999+01:00", "0000-01-01T00:00:00+23:59",
        "9999-12-31T23:59:00-00:01", "9999-12-31T23:59:59.999-00:01", "9999-12-31T23:59:59-23:59",
        "9999-12-31T23:00:00-01:00",
    ])
    func `an instant that its offset moves out of the years 0000 to 9999 is refused`(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test func `leap days exist in leap years and only there`() {
        for year in 1...9999 {
            let isLeap = year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
            let text = String(format: "%04d-02-29", year)
            #expect((Timestamp(rfc3339: text) != nil) == isLeap, "\(text)")
        }
    }

    @Test func `an offset moves the instant by hours and minutes, whatever its sign`() throws {
        let noon = try #require(Timestamp(rfc3339: "2026-03-01T12:00:00Z"))
        for minutes in stride(from: -23 * 60 - 59, through: 23 * 60 + 59, by: 7) {
            let offset = String(format: "%@%02d:%02d", minutes < 0 ? "-" : "+", abs(minutes) / 60, abs(minutes) % 60)
            let moved = Timestamp(rfc3339: "2026-03-01T12:00:00" + offset)
            #expect(moved == noon.adding(seconds: Int64(-minutes) * 60), "\(offset)")
        }
    }

    @Test func `adding saturates where there is no such instant`() {
        #expect(Timestamp(milliseconds: 5).adding(seconds: -1).milliseconds == -995)
        #expect(Timestamp(milliseconds: 0).adding(seconds: .max).milliseconds == .max)
        #expect(Timestamp(milliseconds: 0).adding(seconds: .min).milliseconds == .min)
        #expect(Timestamp(milliseconds: .max).adding(seconds: 1).milliseconds == .max)
        #expect(Timestamp(milliseconds: .min).adding(seconds: -1).milliseconds == .min)
    }

    @Test func `it is stored as a number of milliseconds`() throws {
        let instant = Timestamp(milliseconds: -62_135_596_800_000)
        #expect(String(decoding: try JSONEncoder().encode([instant]), as: UTF8.self) == "[-62135596800000]")
        #expect(try JSONDecoder().decode([Timestamp].self, from: Data("[-62135596800000]".utf8)) == [instant])
    }
}

/// Random instants of the years 1 to 9999 against two other calendars.
@Suite struct TimestampPropertyTests {
    private static let years1To9999: ClosedRange<Int64> = -62_135_596_800_000...253_402_300_799_999
    /// Before this day Foundation counts by the Julian calendar; RFC 3339 means the Gregorian one throughout.
    private static let gregorianInFoundation: ClosedRange<Int64> = -12_219_292_800_000...253_402_300_799_999

    private static func text(_ instant: Timestamp, secondsText: String) -> String {
        let millisecond = ((instant.milliseconds % 1000) + 1000) % 1000
        return secondsText + String(format: ".%03dZ", Int(millisecond))
    }

    private static func floorSeconds(_ instant: Timestamp) -> Int64 {
        let (quotient, remainder) = instant.milliseconds.quotientAndRemainder(dividingBy: 1000)
        return remainder < 0 ? quotient - 1 : quotient
    }

    private static func civilText(_ seconds: Int64) -> String {
        var seconds = time_t(seconds)
        var parts = unsafe tm()
        unsafe gmtime_r(&seconds, &parts)
        return unsafe String(
            format: "%04d-%02d-%02dT%02d:%02d:%02d",
            parts.tm_year + 1900,
            parts.tm_mon + 1,
            parts.tm_mday,
            parts.tm_hour,
            parts.tm_min,
            parts.tm_sec
        )
    }

    @Test func `agrees with Foundation from the Gregorian reform on`() throws {
        var generator = SeededGenerator.printed()
        let style = Date.ISO8601FormatStyle(timeZone: .gmt)
        for _ in 0..<5_000 {
            let instant = Timestamp(milliseconds: .random(in: Self.gregorianInFoundation, using: &generator))
            let date = Date(timeIntervalSince1970: Double(Self.floorSeconds(instant)))
            // Foundation's own fractions are rounded doubles, so that the milliseconds stand beside it.
            let expected = Self.text(instant, secondsText: String(date.formatted(style).dropLast()))
            #expect(instant.description == expected, "seed \(generator.seed)")
            #expect(Timestamp(rfc3339: expected) == instant, "seed \(generator.seed)")
            let parsed = try style.parse(String(expected.prefix(19)) + "Z").timeIntervalSince1970
            #expect(Int64(parsed) == Self.floorSeconds(instant), "seed \(generator.seed)")
        }
    }

    @Test func `agrees with the C library over the whole range`() {
        var generator = SeededGenerator.printed()
        for _ in 0..<20_000 {
            let instant = Timestamp(milliseconds: .random(in: Self.years1To9999, using: &generator))
            let expected = Self.text(instant, secondsText: Self.civilText(Self.floorSeconds(instant)))
            #expect(instant.description == expected, "seed \(generator.seed)")
            #expect(Timestamp(rfc3339: expected) == instant, "seed \(generator.seed)")
        }
    }

    @Test func `texts sort like their instants`() {
        var generator = SeededGenerator.printed()
        for _ in 0..<2_000 {
            let left = Timestamp(milliseconds: .random(in: Self.years1To9999, using: &generator))
            let right = Timestamp(milliseconds: .random(in: Self.years1To9999, using: &generator))
            #expect((left < right) == (left.description < right.description), "seed \(generator.seed)")
        }
    }

    @Test func `no damage to a text crashes the parser, and what it still takes is a date`() {
        var generator = SeededGenerator.printed()
        let pieces = Array("0123456789-:TtZz+. ").map(String.init) + ["\0", "é", "99", "--", "24", "60"]
        for _ in 0..<20_000 {
            var text = Array("2026-11-21T09:30:00.123+01:00").map(String.init)
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let place = Int.random(in: 0..<text.count, using: &generator)
                text[place] = Bool.random(using: &generator) ? "" : pieces.randomElement(using: &generator) ?? ""
            }
            guard let instant = Timestamp(rfc3339: text.joined()) else { continue }
            #expect(Timestamp(rfc3339: instant.description) == instant, "seed \(generator.seed): \(text.joined())")
        }
    }
}
