import Testing
import WarderModel

@testable import Scheduling

@Suite struct CalendarTests {
    @Test(arguments: [
        ("cron(0 0 29 2 *)", "2026-01-01", ["2028-02-29T00:00", "2032-02-29T00:00"]),
        // 2100 is no leap year.
        ("cron(0 0 29 2 *)", "2096-03-01", ["2104-02-29T00:00"]),
        ("cron(0 0 L 2 *)", "2027-01-01", ["2027-02-28T00:00", "2028-02-29T00:00"]),
        ("cron(0 0 L * *)", "2026-01-31", ["2026-02-28T00:00", "2026-03-31T00:00", "2026-04-30T00:00"]),
        ("cron(0 0 31 * *)", "2026-01-31", ["2026-03-31T00:00", "2026-05-31T00:00", "2026-07-31T00:00"]),
        ("cron(59 23 31 12 *)", "2026-12-31", ["2026-12-31T23:59", "2027-12-31T23:59"]),
        ("cron(0 3 * * MON)", "2026-11-21", ["2026-11-23T03:00", "2026-11-30T03:00"]),
        ("cron(0 3 * * SAT-SUN)", "2026-11-20", ["2026-11-21T03:00", "2026-11-22T03:00", "2026-11-28T03:00"]),
        ("cron(0 3 * * 7)", "2026-11-20", ["2026-11-22T03:00"]),
        ("cron(0 3 * * 0)", "2026-11-20", ["2026-11-22T03:00"]),
        // Both days restricted: either.
        ("cron(0 0 13 * FRI)", "2026-11-01", ["2026-11-06T00:00", "2026-11-13T00:00", "2026-11-20T00:00"]),
        ("cron(0 0 1 * TUE)", "2026-11-21", ["2026-11-24T00:00", "2026-12-01T00:00", "2026-12-08T00:00"]),
        ("cron(0 0 L * 0)", "2026-11-24", ["2026-11-29T00:00", "2026-11-30T00:00", "2026-12-06T00:00"]),
        // A day that no month has, or Mondays.
        ("cron(0 0 31 2 1)", "2026-01-01", ["2026-02-02T00:00"]),
        ("cron(0 0 */10 * *)", "2026-01-11", ["2026-01-21T00:00", "2026-01-31T00:00", "2026-02-01T00:00"]),
        ("cron(0 0 1 */3 *)", "2026-01-01", ["2026-04-01T00:00", "2026-07-01T00:00"]),
        ("cron(0 9-17/4 * * *)", "2026-01-01", ["2026-01-01T09:00", "2026-01-01T13:00", "2026-01-01T17:00"]),
        ("cron(* * * * *)", "2026-12-31T23:58:30Z", ["2026-12-31T23:59", "2027-01-01T00:00"]),
    ])
    func `cron knows the calendar`(text: String, after: String, times: [String]) throws {
        #expect(try Schedule(text).times(times.count, after: at(after)) == times)
    }

    @Test(arguments: [
        ("P1M", "2026-01-31T10:00:00Z", ["2026-02-28T10:00", "2026-03-31T10:00", "2026-04-30T10:00"]),
        ("P1M", "2028-01-31T10:00:00Z", ["2028-02-29T10:00", "2028-03-31T10:00"]),
        (
            "P1Y", "2028-02-29T00:00:00Z",
            ["2029-02-28T00:00", "2030-02-28T00:00", "2031-02-28T00:00", "2032-02-29T00:00"]
        ),
        ("P1MT12H", "2026-01-31T18:00:00Z", ["2026-03-01T06:00", "2026-04-01T18:00"]),
        ("P30D", "2026-01-31T10:00:00Z", ["2026-03-02T10:00", "2026-04-01T10:00"]),
        ("rate(2 weeks)", "2026-02-20T10:00:00Z", ["2026-03-06T10:00", "2026-03-20T10:00"]),
        ("PT36H", "2026-12-31T00:00:00Z", ["2027-01-01T12:00", "2027-01-03T00:00"]),
    ])
    func `intervals are counted from the anchor, and no short month moves the next one`(
        text: String,
        anchor: String,
        times: [String]
    ) throws {
        let schedule = try Schedule(text)
        let anchor = try at(anchor)
        var time = anchor
        for expected in times {
            time = schedule.next(after: time, anchor: anchor)
            #expect(time.brief == expected)
        }
    }

    @Test(arguments: ["rate(12 hours)", "P1M", "PT90M", "P1MT1M", "P1Y"])
    func `many intervals are skipped at once`(text: String) throws {
        let schedule = try Schedule(text)
        let anchor = try at("1999-12-31T22:13:14.567Z")
        var time = anchor
        let target = try at("2031-05-06T07:08:09Z")
        while time <= target { time = schedule.next(after: time, anchor: anchor) }
        #expect(schedule.next(after: target, anchor: anchor) == time)
    }

    @Test(arguments: ["rate(12 hours)", "P1M", "cron(0 3 * * *)"])
    func `moments that no clock shows are answered`(text: String) throws {
        let schedule = try Schedule(text)
        let never = Timestamp(milliseconds: .max)
        let always = Timestamp(milliseconds: .min)
        #expect(schedule.next(after: never, anchor: never) == never)
        #expect(schedule.next(after: always, anchor: never) == never)
        #expect(schedule.next(after: always, anchor: always) > always)
        #expect(schedule.next(after: try at("9989-12-29"), anchor: always) > (try at("9989-12-29")))
    }

    @Test(arguments: ["rate(12 hours)", "P1Y2MT12H", "cron(0 3 * * *)"])
    func `what lies behind the last year is the end of time, from wherever it is asked`(text: String) throws {
        let schedule = try Schedule(text)
        let last = Timestamp(milliseconds: Timestamp.horizon.milliseconds - 1)
        let never = Timestamp(milliseconds: .max)
        #expect(schedule.next(after: last, anchor: last) == never)
        #expect(schedule.next(after: .horizon, anchor: last) == never)
    }
}
