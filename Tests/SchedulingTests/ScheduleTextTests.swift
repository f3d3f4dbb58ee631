import Foundation
import Testing
import WarderModel

@testable import Scheduling

@Suite struct ScheduleTextTests {
    @Test(arguments: [
        ("rate(12 hours)", "rate(12 hours)"), ("rate(1 hours)", "rate(1 hour)"), ("rate(2 hour)", "rate(2 hours)"),
        ("rate( 1  week )", "rate(1 week)"), ("rate(60 minutes)", "rate(60 minutes)"),
        ("rate(007 days)", "rate(7 days)"),
        ("rate(1826 days)", "rate(1826 days)"),
        ("P30D", "P30D"), ("PT12H", "PT12H"), ("P1M", "P1M"), ("P18M", "P1Y6M"), ("P2W", "P14D"), ("P5Y", "P5Y"),
        ("PT90M", "PT1H30M"), ("P1DT36H", "P1DT36H"), ("P0Y1D", "P1D"), ("PT60S", "PT1M"),
        ("P1Y2M3DT4H5M6S", "P1Y2M3DT4H5M6S"),
        ("cron(0 3 * * 1 Europe/Berlin)", "cron(0 3 * * 1 Europe/Berlin)"), ("cron(0 3 * * ?)", "cron(0 3 * * * UTC)"),
        ("cron(*/15 0-23/2 ? jan-MAR MON-FRI UTC)", "cron(*/15 0-23/2 * 1-3 1-5 UTC)"),
        ("cron(5/20 3 L,15 * * UTC)", "cron(5-59/20 3 L,15 * * UTC)"), ("cron(0 0 l * * UTC)", "cron(0 0 L * * UTC)"),
        ("cron(*/1 1-5/1 * * 7 UTC)", "cron(* 1-5 * * 0 UTC)"), ("cron(0 0 * * fri-sun UTC)", "cron(0 0 * * 5-7 UTC)"),
        ("cron(0 0 * * SUN UTC)", "cron(0 0 * * 0 UTC)"), ("cron(0 0 * * 0-7 UTC)", "cron(0 0 * * 0-7 UTC)"),
        ("cron( 0  3 * * 1  America/Argentina/Buenos_Aires )", "cron(0 3 * * 1 America/Argentina/Buenos_Aires)"),
        ("cron(0 0 31 2,3 * UTC)", "cron(0 0 31 2,3 * UTC)"), ("cron(0 0 31 2 1 UTC)", "cron(0 0 31 2 1 UTC)"),
        ("cron(0 0 29 2 * UTC)", "cron(0 0 29 2 * UTC)"), ("cron(59/1 23 * * * UTC)", "cron(59 23 * * * UTC)"),
    ])
    func `a schedule has one text`(text: String, canonical: String) throws {
        let schedule = try Schedule(text)
        #expect(schedule.description == canonical)
        #expect(try Schedule(canonical) == schedule)
        let stored = try JSONEncoder().encode([schedule])
        #expect(String(decoding: stored, as: UTF8.self).replacing("\\/", with: "/") == "[\"\(canonical)\"]")
        #expect(try JSONDecoder().decode([Schedule].self, from: stored) == [schedule])
    }

    static let refused: [(String, ScheduleError)] = [
        ("", .empty), (String(repeating: "P", count: 201), .textTooLong(limitBytes: 200)), ("P30D\n", .notPlain),
        ("P３0D", .notPlain), ("daily", .unknownForm), (" P30D", .unknownForm), ("-P30D", .unknownForm),
        ("rate(12 hours", .unknownForm), ("Rate(12 hours)", .unknownForm), ("rate12 hours", .unknownForm),
        ("rate()", .badRate), ("rate(12)", .badRate), ("rate(0 hours)", .badRate), ("rate(-1 hours)", .badRate),
        ("rate(1.5 hours)", .badRate), ("rate(12 hours 3)", .badRate), ("rate(12 months)", .badRate),
        ("rate(1000000 minutes)", .badRate), ("rate(12 hourss)", .badRate), ("rate(+1 day)", .badRate),
        ("rate(1827 days)", .tooSeldom), ("P61M", .tooSeldom), ("P5YT1S", .tooSeldom), ("P999999Y", .tooSeldom),
        ("PT59S", .tooOften(leastSeconds: 60)), ("P0D", .tooOften(leastSeconds: 60)),
        ("P", .badDuration), ("PT", .badDuration), ("P1DT", .badDuration), ("P1", .badDuration), ("PD", .badDuration),
        ("P1D1M", .badDuration), ("P1H", .badDuration), ("PT1D", .badDuration), ("P1.5D", .badDuration),
        ("P1D2D", .badDuration), ("P1d", .badDuration), ("P-1D", .badDuration), ("P1 D", .badDuration),
        ("P1000000D", .badDuration), ("P1DT1H1H", .badDuration),
        ("cron()", .wrongFieldCount(found: 0)), ("cron(0 3 * *)", .wrongFieldCount(found: 4)),
        ("cron(0 3 * * * Europe/Berlin 2026)", .wrongFieldCount(found: 7)),
        ("cron(60 3 * * *)", .outOfRange(.minute)), ("cron(0 24 * * *)", .outOfRange(.hour)),
        ("cron(0 3 0 * *)", .outOfRange(.dayOfMonth)), ("cron(0 3 32 * *)", .outOfRange(.dayOfMonth)),
        ("cron(0 3 * 13 *)", .outOfRange(.month)), ("cron(0 3 * * 8)", .outOfRange(.dayOfWeek)),
        ("cron(a 3 * * *)", .badField(.minute)), ("cron(? 3 * * *)", .badField(.minute)),
        ("cron(L 3 * * *)", .badField(.minute)), ("cron(0, 3 * * *)", .badField(.minute)),
        ("cron(0 -3 * * *)", .badField(.hour)), ("cron(0 1-2-3 * * *)", .badField(.hour)),
        ("cron(0 *,3 * * *)", .badField(.hour)), ("cron(0 3 * JANUARY *)", .badField(.month)),
        ("cron(0 3 MON * *)", .badField(.dayOfMonth)), ("cron(0 3 L/2 * *)", .badField(.dayOfMonth)),
        ("cron(0 3 LW * *)", .badField(.dayOfMonth)), ("cron(0 3 * * 5L)", .badField(.dayOfWeek)),
        ("cron(0 3 * * 1#2)", .badField(.dayOfWeek)), ("cron(0 3 * * L)", .badField(.dayOfWeek)),
        ("cron(30-10 3 * * *)", .backwardRange(.minute)), ("cron(0 22-4 * * *)", .backwardRange(.hour)),
        ("cron(0 3 * * FRI-MON)", .backwardRange(.dayOfWeek)),
        ("cron(*/0 3 * * *)", .badStep(.minute)), ("cron(*/90 3 * * *)", .badStep(.minute)),
        ("cron(*/ 3 * * *)", .badStep(.minute)), ("cron(0 3 * * 7/2)", .badStep(.dayOfWeek)),
        ("cron(*/5/5 3 * * *)", .badField(.minute)),
        ("cron(0 3 * * * Berlin)", .unknownTimeZone), ("cron(0 3 * * * europe/berlin)", .unknownTimeZone),
        ("cron(0 3 * * * EST)", .unknownTimeZone), ("cron(0 3 * * * GMT+3)", .unknownTimeZone),
        ("cron(0 3 * * * Europe/Bonn)", .unknownTimeZone), ("cron(0 3 * * * ../../etc/localtime)", .unknownTimeZone),
        ("cron(0 3 * * * utc)", .unknownTimeZone),
        ("cron(0 3 31 2 *)", .neverDue), ("cron(0 3 30,31 FEB ?)", .neverDue), ("cron(0 3 31 4,6,9,11 *)", .neverDue),
    ]

    @Test(arguments: refused)
    func `a text that is wrong is refused for what is wrong`(text: String, error: ScheduleError) {
        #expect(throws: error) { try Schedule(text) }
    }

    @Test func `an error says what is wrong without quoting, and its example is right`() throws {
        for error in Set(Self.refused.map(\.1)) {
            let sentence = error.description
            #expect(!sentence.contains("Bonn") && !sentence.contains("JANUARY"))
            for example in sentence.matches(of: /(rate|cron)\([^)]+\)|\bP[0-9T][0-9A-Z]*/) {
                #expect(throws: Never.self, "\(sentence)") { try Schedule(String(example.output.0)) }
            }
        }
    }

    @Test(arguments: CronField.allCases)
    func `examples of a field are right`(field: CronField) throws {
        let texts =
            [field.exampleOfTwoRanges, "*/\(field.exampleStep)", "*/\(field.greatestStep)"]
            + field.example.matches(of: /[*?0-9LA-Z][-,*\/0-9A-Z]*/).map { String($0.output) }.filter { $0 != "L" }
        for text in texts {
            let trimmed = text.hasSuffix(",") ? String(text.dropLast()) : text
            #expect(throws: Never.self, "\(trimmed)") { try CronValues(trimmed[...], field: field) }
        }
    }

    @Test func `a caller may allow shorter intervals, and a stored one is taken`() throws {
        #expect(throws: ScheduleError.tooOften(leastSeconds: 60)) { try Schedule("PT5S") }
        let schedule = try Schedule("PT5S", leastSeconds: 1)
        #expect(try JSONDecoder().decode([Schedule].self, from: JSONEncoder().encode([schedule])) == [schedule])
        #expect(throws: ScheduleError.tooOften(leastSeconds: 3600)) {
            try Schedule("rate(59 minutes)", leastSeconds: 3600)
        }
        #expect(throws: ScheduleError.tooOften(leastSeconds: 1)) { try Schedule("PT0S", leastSeconds: 0) }
    }
}
