import Testing
import WarderModel

@testable import Scheduling

/// Clocks that are set forward or back. All moments are in UTC.
@Suite struct DaylightSavingTests {
    @Test(arguments: [
        // Berlin: 02:00 to 03:00 at 01:00 UTC.
        ("cron(30 2 * * * Europe/Berlin)", "2026-03-28T12:00:00Z", ["2026-03-29T01:00", "2026-03-30T00:30"]),
        ("cron(59 1 * * * Europe/Berlin)", "2026-03-28T12:00:00Z", ["2026-03-29T00:59", "2026-03-29T23:59"]),
        ("cron(0 3 * * * Europe/Berlin)", "2026-03-28T12:00:00Z", ["2026-03-29T01:00", "2026-03-30T01:00"]),
        // Four times of the gap and the first one after it are one moment.
        ("cron(*/15 2-3 * * * Europe/Berlin)", "2026-03-29T00:59:00Z", ["2026-03-29T01:00", "2026-03-29T01:15"]),
        // New York: 02:00 to 03:00 at 07:00 UTC.
        ("cron(30 2 * * * America/New_York)", "2026-03-08T00:00:00Z", ["2026-03-08T07:00", "2026-03-09T06:30"]),
        // Lord Howe: half an hour, 02:00 to 02:30 at 15:30 UTC.
        ("cron(15 2 * * * Australia/Lord_Howe)", "2026-10-03T00:00:00Z", ["2026-10-03T15:30", "2026-10-04T15:15"]),
        ("cron(30 2 * * * Australia/Lord_Howe)", "2026-10-03T00:00:00Z", ["2026-10-03T15:30", "2026-10-04T15:30"]),
        // Troll: two hours, 01:00 to 03:00 at 01:00 UTC.
        ("cron(30 2 * * * Antarctica/Troll)", "2026-03-28T12:00:00Z", ["2026-03-29T01:00", "2026-03-30T00:30"]),
        // Apia: from the end of the 29th to the start of the 31st at 10:00 UTC.
        (
            "cron(0 3 * * * Pacific/Apia)", "2011-12-29T12:00:00Z",
            ["2011-12-29T13:00", "2011-12-30T10:00", "2011-12-30T13:00"]
        ),
        ("cron(0 3 30 12 * Pacific/Apia)", "2011-12-01T00:00:00Z", ["2011-12-30T10:00", "2012-12-29T13:00"]),
    ])
    func `a time that the clock skips is due right after the gap, once`(
        text: String,
        after: String,
        times: [String]
    )
        throws
    {
        #expect(try Schedule(text).times(times.count, after: at(after)) == times)
    }

    @Test(arguments: [
        // Berlin: 03:00 back to 02:00 at 01:00 UTC.
        ("cron(30 2 * * * Europe/Berlin)", "2026-10-24T12:00:00Z", ["2026-10-25T00:30", "2026-10-26T01:30"]),
        ("cron(0 3 * * * Europe/Berlin)", "2026-10-24T12:00:00Z", ["2026-10-25T02:00", "2026-10-26T02:00"]),
        ("cron(*/30 * * * * Europe/Berlin)", "2026-10-25T00:00:00Z", ["2026-10-25T00:30", "2026-10-25T02:00"]),
        // In the middle of the second time around.
        ("cron(*/30 * * * * Europe/Berlin)", "2026-10-25T01:10:00Z", ["2026-10-25T02:00", "2026-10-25T02:30"]),
        // New York: 02:00 back to 01:00 at 06:00 UTC.
        ("cron(30 1 * * * America/New_York)", "2026-11-01T00:00:00Z", ["2026-11-01T05:30", "2026-11-02T06:30"]),
        // Lord Howe: 02:00 back to 01:30 at 15:00 UTC.
        ("cron(45 1 * * * Australia/Lord_Howe)", "2026-04-04T00:00:00Z", ["2026-04-04T14:45", "2026-04-05T15:15"]),
        ("cron(30 1 * * * Australia/Lord_Howe)", "2026-04-04T00:00:00Z", ["2026-04-04T14:30", "2026-04-05T15:00"]),
        // Dublin, which calls its winter the exception.
        ("cron(30 1 * * * Europe/Dublin)", "2026-10-24T12:00:00Z", ["2026-10-25T00:30", "2026-10-26T01:30"]),
    ])
    func `a time that the clock shows twice is due the first time alone`(
        text: String,
        after: String,
        times: [String]
    )
        throws
    {
        #expect(try Schedule(text).times(times.count, after: at(after)) == times)
    }

    @Test func `a rate takes no notice of clocks on walls`() throws {
        let times = try Schedule("rate(1 hour)").times(4, after: at("2026-10-24T23:30:00Z"))
        #expect(times == ["2026-10-25T00:30", "2026-10-25T01:30", "2026-10-25T02:30", "2026-10-25T03:30"])
    }

    @Test(arguments: ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Asia/Kolkata"])
    func `a daily time comes once on every day of ten years`(zone: String) throws {
        for minute in stride(from: 0, to: 300, by: 15) {
            let schedule = try Schedule("cron(\(minute % 60) \(minute / 60) * * * \(zone))")
            let end = try at("2036-01-01T00:00:00Z")
            var time = schedule.next(after: try at("2026-01-01T00:00:00Z"), anchor: end)
            var gaps: [Int64] = []
            while true {
                let next = schedule.next(after: time, anchor: time)
                if next > end { break }
                gaps.append(next.milliseconds - time.milliseconds)
                time = next
            }
            #expect(gaps.count == 3651)
            let areDays = gaps.allSatisfy { (22 * Spans.hour...26 * Spans.hour).contains($0) }
            #expect(areDays, "\(schedule)")
        }
    }
}
