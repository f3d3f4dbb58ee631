import Foundation
import RandomTesting
import Testing
import WarderModel

@testable import Scheduling

@Suite struct RotationTimingTests {
    let secret = RecordID(high: 7, low: 9)

    private func due(
        _ timing: RotationTiming,
        created: String = "2026-11-01T00:00:00Z",
        lastDone: String? = nil,
        lastSlot: String? = nil,
        expires: String? = nil,
        now: String
    ) throws -> DueTime? {
        let past = RotationPast(
            created: try at(created),
            lastDone: try lastDone.map { try at($0) },
            lastSlot: try lastSlot.map { try at($0) },
            expires: try expires.map { try at($0) }
        )
        return timing.nextDue(of: secret, past: past, now: try at(now))
    }

    private let daily = try? RotationTiming(schedule: Schedule("cron(0 3 * * *)"))

    @Test func `a new secret is due at the first time after its creation`() throws {
        let timing = try RotationTiming(schedule: Schedule("rate(12 hours)"))
        let due = try #require(try due(timing, now: "2026-11-01T01:00:00Z"))
        #expect(due.at.brief == "2026-11-01T12:00")
        #expect(due.slot == due.at && due.cause == .schedule)
    }

    @Test func `however many runs were missed, one is due, at the time of the first`() throws {
        let timing = try #require(daily)
        let missed = try #require(try due(timing, lastDone: "2026-11-02T03:00:10Z", now: "2026-11-21T10:00:00Z"))
        #expect(missed.at.brief == "2026-11-03T03:00")
        let done = "2026-11-21T10:00:05Z"
        let next = try due(timing, lastDone: done, lastSlot: missed.slot.description, now: done)
        #expect(next?.at.brief == "2026-11-22T03:00")
    }

    @Test func `a missed run waits for its window`() throws {
        let timing = try RotationTiming(schedule: Schedule("cron(0 3 * * *)"), window: DailyWindow("02:00-05:00"))
        let missed = try #require(try due(timing, lastDone: "2026-11-02T03:00:10Z", now: "2026-11-21T10:00:00Z"))
        #expect(missed.at.brief == "2026-11-22T02:00")
        #expect(missed.slot.brief == "2026-11-03T03:00")
        // When it opens, the run is overdue; two slots are one run.
        let open = try due(timing, lastDone: "2026-11-02T03:00:10Z", now: "2026-11-22T02:00:00Z")
        #expect(open?.at.brief == "2026-11-03T03:00")
        let next = try due(
            timing,
            lastDone: "2026-11-22T02:00:05Z",
            lastSlot: "2026-11-03T03:00:00Z",
            now: "2026-11-22T02:00:06Z"
        )
        #expect(next?.at.brief == "2026-11-22T03:00")
    }

    @Test func `a slot outside of the window begins when it opens`() throws {
        let timing = try RotationTiming(
            schedule: Schedule("cron(0 12 * * *)"),
            window: DailyWindow("22:00-04:00 Europe/Berlin")
        )
        let due = try #require(try due(timing, now: "2026-11-01T00:00:00Z"))
        #expect(due.at.brief == "2026-11-01T21:00")
        #expect(due.slot.brief == "2026-11-01T12:00")
    }

    @Test func `a slot is not due again when the clock is set back while it runs`() throws {
        let timing = try #require(daily)
        // Begun at 03:00:00, set back by ten minutes, completed at 02:52.
        let again = try due(
            timing,
            lastDone: "2026-11-21T02:52:00Z",
            lastSlot: "2026-11-21T03:00:00Z",
            now: "2026-11-21T02:53:00Z"
        )
        #expect(again?.at.brief == "2026-11-22T03:00")
    }

    @Test(arguments: [
        // An hour: the interval is an hour longer.
        ("rate(12 hours)", "2026-11-21T10:00:00Z", "2026-11-21T09:00:00Z", "2026-11-21T22:00", DueTime.Cause.schedule),
        // Not more than two intervals away: waits.
        ("rate(12 hours)", "2026-11-21T21:00:00Z", "2026-11-21T09:00:00Z", "2026-11-22T09:00", .schedule),
        ("rate(12 hours)", "2026-11-21T21:00:01Z", "2026-11-21T09:00:00Z", "2026-11-21T09:00", .clockSetBack),
        ("rate(12 hours)", "2040-01-01T00:00:00Z", "2026-11-21T09:00:00Z", "2026-11-21T09:00", .clockSetBack),
        ("P1M", "2040-01-01T00:00:00Z", "2026-11-21T09:00:00Z", "2026-11-21T09:00", .clockSetBack),
        ("cron(0 3 * * *)", "2026-11-22T03:00:00Z", "2026-11-21T09:00:00Z", "2026-11-23T03:00", .schedule),
        ("cron(0 3 * * *)", "2026-11-23T03:00:00Z", "2026-11-21T09:00:00Z", "2026-11-21T09:00", .clockSetBack),
    ])
    func `no clock that was ahead makes a secret wait for more than two intervals`(
        text: String,
        lastDone: String,
        now: String,
        expected: String,
        cause: DueTime.Cause
    ) throws {
        let due = try #require(try due(RotationTiming(schedule: Schedule(text)), lastDone: lastDone, now: now))
        #expect(due.at.brief == expected)
        #expect(due.cause == cause)
    }

    @Test func `a clock that was ahead is made up for within the window`() throws {
        let timing = try RotationTiming(schedule: Schedule("rate(1 hour)"), window: DailyWindow("22:00-04:00"))
        let due = try due(timing, lastDone: "2040-01-01T00:00:00Z", now: "2026-11-21T09:00:00Z")
        #expect(due?.at.brief == "2026-11-21T22:00")
    }

    @Test func `a maximum age counts, whatever schedule, window and pause say`() throws {
        let timing = try RotationTiming(
            schedule: Schedule("P1Y"),
            window: DailyWindow("22:00-04:00"),
            maximumAgeSeconds: 90 * 86_400
        )
        for timing in [timing, timing.whilePaused] {
            let due = try #require(try due(timing, lastDone: "2026-01-01T12:00:00Z", now: "2026-02-01T00:00:00Z"))
            #expect(due.at.brief == "2026-04-01T12:00")
            #expect(due.cause == .maximumAge)
        }
        let ahead = try due(timing.whilePaused, lastDone: "2030-01-01T12:00:00Z", now: "2026-02-01T00:00:00Z")
        #expect(ahead?.cause == .clockSetBack)
    }

    @Test(arguments: [
        // A day before.
        ("2026-12-01T00:00:00Z", "2026-11-30T00:00"),
        // In the middle of a short life.
        ("2026-11-01T12:00:00Z", "2026-11-01T06:00"),
    ])
    func `an upstream's expiry date is acted on before it comes`(expires: String, expected: String) throws {
        let byHand = try RotationTiming(schedule: nil)
        let due = try #require(try due(byHand, expires: expires, now: "2026-11-01T00:00:00Z"))
        #expect(due.at.brief == expected)
        #expect(due.cause == .expiry)
    }

    @Test func `the expiry date of a version that was replaced is nothing`() throws {
        let byHand = try RotationTiming(schedule: nil)
        let due = try due(
            byHand,
            lastDone: "2026-11-10T00:00:00Z",
            expires: "2026-11-09T00:00:00Z",
            now: "2026-11-11T00:00:00Z"
        )
        #expect(due == nil)
    }

    @Test func `a secret without schedule, age and expiry date is never due`() throws {
        #expect(try due(RotationTiming(schedule: nil), now: "2026-11-01T00:00:00Z") == nil)
        #expect(try due(#require(daily).whilePaused, now: "2026-11-01T00:00:00Z") == nil)
    }

    @Test func `jitter stays below its bound and in the window, and is the same again`() throws {
        var random = SeededGenerator.printed()
        let timing = try RotationTiming(
            schedule: Schedule("cron(0 3 * * *)"),
            window: DailyWindow("22:00-22:30"),
            jitterSeconds: 3600
        )
        let past = RotationPast(created: try at("2026-11-01T00:00:00Z"))
        let opens = try at("2026-11-01T22:00:00Z")
        var delays: [Int64] = []
        for _ in 0..<2000 {
            let secret = RecordID(high: random.next(), low: random.next())
            let due = try #require(timing.nextDue(of: secret, past: past, now: past.created))
            #expect(due == timing.nextDue(of: secret, past: past, now: opens.adding(seconds: -1)))
            delays.append(due.at.milliseconds - opens.milliseconds)
        }
        let halfHour = Spans.hour / 2
        let areInside = delays.allSatisfy { (0..<halfHour).contains($0) }
        #expect(areInside)
        // Spread over all of it: each tenth has a tenth, give or take five standard deviations.
        for tenth in 0..<10 {
            let count = delays.count { $0 * 10 / halfHour == tenth }
            #expect((133...267).contains(count), "\(tenth): \(count)")
        }
    }

    @Test func `jitter differs from slot to slot`() {
        let delays = (0..<100).map { day in
            Jitter.milliseconds(of: secret, slot: Timestamp(milliseconds: day * Spans.day), below: Spans.hour)
        }
        #expect(Set(delays).count > 95)
        #expect(Jitter.milliseconds(of: secret, slot: Timestamp(milliseconds: 0), below: 0) == 0)
    }

    @Test func `numbers out of their range are refused`() throws {
        #expect(throws: TimingError.jitter(longestSeconds: 604_800)) {
            try RotationTiming(schedule: nil, jitterSeconds: -1)
        }
        #expect(throws: TimingError.jitter(longestSeconds: 604_800)) {
            try RotationTiming(schedule: nil, jitterSeconds: 604_801)
        }
        #expect(throws: TimingError.maximumAge) { try RotationTiming(schedule: nil, maximumAgeSeconds: 59) }
        #expect(throws: TimingError.maximumAge) { try RotationTiming(schedule: nil, maximumAgeSeconds: .max) }
        #expect(throws: TimingError.expiryLead) { try RotationTiming(schedule: nil, expiryLeadSeconds: -1) }
    }

    @Test func `a timing is read as it was stored, and not when a number is wrong`() throws {
        let timing = try RotationTiming(
            schedule: Schedule("P30D"),
            window: DailyWindow("22:00-04:00"),
            jitterSeconds: 60,
            maximumAgeSeconds: 86_400
        )
        for timing in [timing, timing.whilePaused] {
            #expect(try JSONDecoder().decode(RotationTiming.self, from: JSONEncoder().encode(timing)) == timing)
        }
        let wrong = Data(#"{"jitterSeconds":-1,"expiryLeadSeconds":0}"#.utf8)
        #expect(throws: TimingError.self) { try JSONDecoder().decode(RotationTiming.self, from: wrong) }
    }

    @Test func `moments at the ends of time are answered`() throws {
        let timing = try RotationTiming(
            schedule: Schedule("rate(1 hour)"),
            window: DailyWindow("22:00-04:00"),
            jitterSeconds: 60,
            maximumAgeSeconds: 86_400
        )
        let ends = [Timestamp(milliseconds: .min), Timestamp(milliseconds: 0), Timestamp(milliseconds: .max)]
        for now in ends {
            for since in ends {
                for expires in ends {
                    let past = RotationPast(created: since, lastDone: since, lastSlot: since, expires: expires)
                    #expect(timing.nextDue(of: secret, past: past, now: now) != nil)
                }
            }
        }
    }
}
