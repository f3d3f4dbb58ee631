import Foundation
import RandomTesting
import Testing
import WarderModel

@testable import Scheduling

@Suite struct ScheduleProperties {
    static let zones = [
        "UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "America/St_Johns",
        "Africa/Casablanca", "Asia/Tehran", "Antarctica/Troll", "America/Caracas", "Asia/Pyongyang", "Europe/Istanbul",
    ]

    @Test func `the next time is later, and a later question has no earlier answer`() throws {
        var random = SeededGenerator.printed()
        for _ in 0..<3000 {
            let schedule = Self.schedule(&random)
            #expect(try Schedule(schedule.description) == schedule)
            let anchor = Self.moment(&random)
            let moments = [Self.moment(&random), Self.moment(&random)].sorted()
            let nexts = moments.map { schedule.next(after: $0, anchor: anchor) }
            #expect(nexts[0] > moments[0] && nexts[1] > moments[1], "\(schedule)")
            #expect(nexts[0] <= nexts[1], "\(schedule)")
            // Nothing lies between a moment and its answer.
            let between = Timestamp(
                milliseconds: .random(in: moments[0].milliseconds..<nexts[0].milliseconds, using: &random)
            )
            #expect(schedule.next(after: between, anchor: anchor) == nexts[0], "\(schedule)")
        }
    }

    /// Against Foundation's calendar, which is asked minute by minute what the clock shows.
    @Test func `a cron rule is due when the clock shows what it says`() throws {
        var random = SeededGenerator.printed()
        for _ in 0..<150 {
            let zone = Self.zones.randomElement(using: &random) ?? "UTC"
            let minutes = Set((0..<3).map { _ in Int.random(in: 0...59, using: &random) }).sorted()
            let hours = Set((0..<6).map { _ in Int.random(in: 0...5, using: &random) }).sorted()
            let list = { (numbers: [Int]) in numbers.map(String.init).joined(separator: ",") }
            let schedule = try Schedule("cron(\(list(minutes)) \(list(hours)) * * * \(zone))")
            let clock = try #require(TimeZone(identifier: zone))
            var calendar = Calendar(identifier: .gregorian)
            calendar.timeZone = clock
            // A day around a change of the clock, where there is one.
            let start = Self.moment(&random).milliseconds / Spans.minute * 60
            let change = clock.nextDaylightSavingTimeTransition(after: Date(timeIntervalSince1970: Double(start)))
            let begin = change.map { Int64($0.timeIntervalSince1970) - 43_200 } ?? start
            guard begin < 4_000_000_000 else { continue }
            var found: [Int64] = []
            var time = Timestamp(milliseconds: begin * 1000 - 1)
            while true {
                time = schedule.next(after: time, anchor: time)
                guard time.milliseconds < (begin + 86_400) * 1000 else { break }
                found.append(time.milliseconds / 1000)
            }
            var expected: [Int64] = []
            var offsetBefore = clock.secondsFromGMT(for: Date(timeIntervalSince1970: Double(begin - 60)))
            var repeatedUntil = Int64.min
            for second in stride(from: begin, to: begin + 86_400, by: 60) {
                let date = Date(timeIntervalSince1970: Double(second))
                let offset = clock.secondsFromGMT(for: date)
                let parts = calendar.dateComponents([.hour, .minute], from: date)
                let minuteOfDay = (parts.hour ?? 0) * 60 + (parts.minute ?? 0)
                var shown = [minuteOfDay]
                if offset > offsetBefore {
                    shown += (1...(offset - offsetBefore) / 60).map { (minuteOfDay - $0 + 2880) % 1440 }
                } else if offset < offsetBefore {
                    repeatedUntil = second + Int64(offsetBefore - offset)
                }
                offsetBefore = offset
                let isDue = shown.contains { minutes.contains($0 % 60) && hours.contains($0 / 60) }
                if isDue, second >= repeatedUntil { expected.append(second) }
            }
            #expect(found == expected, "\(schedule) from \(Timestamp(milliseconds: begin * 1000))")
        }
    }

    @Test func `no zone changes its clock twice within 28 hours`() throws {
        let end = Date(timeIntervalSince1970: 2_500_000_000)
        for name in TimeZone.knownTimeZoneIdentifiers {
            let zone = try #require(TimeZone(identifier: name))
            var last = Date(timeIntervalSince1970: 0)
            while let change = zone.nextDaylightSavingTimeTransition(after: last), change < end {
                let isReal = zone.secondsFromGMT(for: change) != zone.secondsFromGMT(for: change.addingTimeInterval(-1))
                if isReal, last.timeIntervalSince1970 > 0 {
                    #expect(change.timeIntervalSince(last) > 28 * 3600, "\(name) at \(change)")
                }
                last = change
            }
        }
    }

    static func moment(_ random: inout SeededGenerator) -> Timestamp {
        // 1990 to 2060.
        Timestamp(milliseconds: .random(in: 631_152_000_000...2_840_140_800_000, using: &random))
    }

    static func schedule(_ random: inout SeededGenerator) -> Schedule {
        while true {
            if let schedule = try? Schedule(text(&random)) { return schedule }
        }
    }

    private static func text(_ random: inout SeededGenerator) -> String {
        let number = { (range: ClosedRange<Int>, random: inout SeededGenerator) in Int.random(in: range, using: &random)
        }
        switch number(0...3, &random) {
        case 0:
            return
                "rate(\(number(1...900, &random)) \(["minutes", "hours", "days"].randomElement(using: &random) ?? ""))"
        case 1:
            return "P\(number(0...2, &random))Y\(number(0...14, &random))M\(number(0...40, &random))D"
                + "T\(number(0...30, &random))H\(number(0...90, &random))M\(number(0...90, &random))S"
        default:
            let fields = CronField.allCases.map { field in
                let part = { (random: inout SeededGenerator) in
                    let ends = [number(field.range, &random), number(field.range, &random)].sorted()
                    return switch number(0...4, &random) {
                    case 0: "\(ends[0])-\(ends[1])"
                    case 1: "\(ends[0])-\(ends[1])/\(number(1...field.greatestStep, &random))"
                    case 2 where field == .dayOfMonth: "L"
                    default: "\(ends[0])"
                    }
                }
                return switch number(0...3, &random) {
                case 0: "*"
                case 1: "*/\(number(1...field.greatestStep, &random))"
                default: (0...number(0...2, &random)).map { _ in part(&random) }.joined(separator: ",")
                }
            }
            return "cron(\(fields.joined(separator: " ")) \(zones.randomElement(using: &random) ?? "UTC"))"
        }
    }
}
