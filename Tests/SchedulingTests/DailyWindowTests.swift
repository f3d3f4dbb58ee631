import Foundation
import RandomTesting
import Testing
import WarderModel

@testable import Scheduling

@Suite struct DailyWindowTests {
    @Test(arguments: [
        ("22:00-04:00 Europe/Berlin", "22:00-04:00 Europe/Berlin"), ("09:30-17:00", "09:30-17:00 UTC"),
        (" 00:00-00:01  UTC", "00:00-00:01 UTC"),
    ])
    func `a window has one text`(text: String, canonical: String) throws {
        let window = try DailyWindow(text)
        #expect(window.description == canonical)
        #expect(try JSONDecoder().decode([DailyWindow].self, from: JSONEncoder().encode([window])) == [window])
    }

    @Test(arguments: [
        ("", ScheduleError.badWindow), ("22:00", .badWindow), ("22-04", .badWindow), ("22:00-4:00", .badWindow),
        ("22:00-24:00", .badWindow), ("22:60-23:00", .badWindow), ("22:00-04:00-05:00", .badWindow),
        ("22:00-04:00 UTC UTC", .badWindow), ("22:00:00-04:00", .badWindow), ("22:00-04:00 Bonn", .unknownTimeZone),
        ("22:00-22:00", .emptyWindow), ("22:00–04:00", .notPlain),
    ])
    func `a text that is wrong is refused for what is wrong`(text: String, error: ScheduleError) {
        #expect(throws: error) { try DailyWindow(text) }
    }

    @Test(arguments: [
        ("09:00-17:00", "2026-11-21T09:00:00Z", true), ("09:00-17:00", "2026-11-21T16:59:59.999Z", true),
        ("09:00-17:00", "2026-11-21T17:00:00Z", false), ("09:00-17:00", "2026-11-21T08:59:59.999Z", false),
        ("22:00-04:00", "2026-11-21T23:00:00Z", true), ("22:00-04:00", "2026-11-21T03:59:00Z", true),
        ("22:00-04:00", "2026-11-21T04:00:00Z", false), ("22:00-04:00", "2026-11-21T21:59:00Z", false),
        ("22:00-04:00 Europe/Berlin", "2026-11-21T21:00:00Z", true),
        ("22:00-04:00 Europe/Berlin", "2026-07-21T20:00:00Z", true),
        ("22:00-04:00 Europe/Berlin", "2026-11-21T20:00:00Z", false),
        // The clock is set back in it: it stays open for both.
        ("02:00-03:00 Europe/Berlin", "2026-10-25T00:30:00Z", true),
        ("02:00-03:00 Europe/Berlin", "2026-10-25T01:30:00Z", true),
    ])
    func `a time is inside or outside`(text: String, time: String, isInside: Bool) throws {
        #expect(try DailyWindow(text).contains(at(time)) == isInside)
    }

    @Test(arguments: [
        ("22:00-04:00 UTC", "2026-11-21T12:00:00Z", "2026-11-21T22:00", "2026-11-22T04:00"),
        ("22:00-04:00 UTC", "2026-11-22T03:00:00Z", "2026-11-21T22:00", "2026-11-22T04:00"),
        ("09:00-10:00 UTC", "2026-11-21T10:00:00Z", "2026-11-22T09:00", "2026-11-22T10:00"),
        // The clock skips the whole of it on the 29th.
        ("02:00-03:00 Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-30T00:00", "2026-03-30T01:00"),
        // Half of it.
        ("02:30-03:30 Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T01:00", "2026-03-29T01:30"),
        // Twice as long.
        ("02:00-03:00 Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-25T00:00", "2026-10-25T02:00"),
        // No 30th of December.
        ("09:00-10:00 Pacific/Apia", "2011-12-29T20:30:00Z", "2011-12-30T19:00", "2011-12-30T20:00"),
    ])
    func `the next window is found`(text: String, time: String, opens: String, closes: String) throws {
        let next = try DailyWindow(text).opening(atOrAfter: at(time))
        #expect(next.opens.brief == opens)
        #expect(next.closes.brief == closes)
    }

    @Test func `what opens is inside, and a minute at its end is not`() throws {
        var random = SeededGenerator.printed()
        for _ in 0..<2000 {
            let minutes = (0..<2).map { _ in Int.random(in: 0..<1440, using: &random) }
            let texts = minutes.map { String(format: "%02d:%02d", $0 / 60, $0 % 60) }
            let zone = ScheduleProperties.zones.randomElement(using: &random) ?? "UTC"
            guard texts[0] != texts[1] else { continue }
            let window = try DailyWindow("\(texts[0])-\(texts[1]) \(zone)")
            let time = ScheduleProperties.moment(&random)
            let next = window.opening(atOrAfter: time)
            #expect(next.opens < next.closes && next.closes > time, "\(window) at \(time)")
            #expect(window.contains(next.opens) && window.contains(next.closes.adding(milliseconds: -1)), "\(window)")
            #expect(!window.contains(next.closes), "\(window) at \(time)")
            #expect(window.contains(time) == (next.opens <= time), "\(window) at \(time)")
            #expect(next.opens.milliseconds - time.milliseconds <= 3 * Spans.day, "\(window) at \(time)")
        }
    }

    @Test func `moments that no clock shows are answered`() throws {
        let window = try DailyWindow("09:00-17:00 Pacific/Apia")
        #expect(window.opening(atOrAfter: Timestamp(milliseconds: .max)).opens == Timestamp(milliseconds: .max))
        #expect(window.opening(atOrAfter: Timestamp(milliseconds: .min)).closes > Timestamp(milliseconds: .min))
    }
}
