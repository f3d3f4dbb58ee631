import RandomTesting
import Testing
import WarderModel

@testable import Scheduling

/// A vault that runs for ten years, by a clock that is moved from one wake to the next.
@Suite struct TenYearsTests {
    /// What is stored of a secret, and what it did.
    private struct Life {
        let id: RecordID
        let timing: RotationTiming
        var past: RotationPast
        var runs: [(slot: Timestamp, at: Timestamp)] = []

        mutating func run(_ due: DueTime, now: Timestamp) {
            runs.append((due.slot, now))
            past.lastDone = now.adding(seconds: 5)
            past.lastSlot = due.slot
        }
    }

    /// Sleeps until something is due, and for longer where `isOff` says so; counts how often it woke.
    private func live(
        _ lives: inout [Life],
        from start: Timestamp,
        to end: Timestamp,
        isOff: (Timestamp) -> Bool = { _ in false }
    ) -> Int {
        var queue = DueQueue<Int>()
        var wakes = 0
        for (index, life) in lives.enumerated() {
            if let due = life.timing.nextDue(of: life.id, past: life.past, now: start) { queue.set(index, due: due.at) }
        }
        var now = start
        while let next = queue.next, next <= end {
            wakes += 1
            now = max(now, next)
            while isOff(now) { now = now.adding(seconds: 3600) }
            for index in queue.takeDue(now: now) {
                let life = lives[index]
                if let due = life.timing.nextDue(of: life.id, past: life.past, now: now), due.at <= now {
                    lives[index].run(due, now: now)
                }
                let after = lives[index]
                if let due = after.timing.nextDue(of: after.id, past: after.past, now: now.adding(seconds: 5)) {
                    queue.set(index, due: due.at)
                }
            }
        }
        return wakes
    }

    private func life(_ number: UInt64, _ timing: RotationTiming, from start: Timestamp) -> Life {
        Life(id: RecordID(high: number, low: 1), timing: timing, past: RotationPast(created: start))
    }

    @Test func `every slot of ten years is run once, in its window, and nothing wakes in between`() throws {
        let start = try at("2026-01-01T00:30:00Z")
        let end = try at("2036-01-01T00:30:00Z")
        let window = try DailyWindow("22:00-04:00 Europe/Berlin")
        var lives = [
            life(0, try RotationTiming(schedule: Schedule("cron(30 2 * * * Europe/Berlin)")), from: start),
            life(1, try RotationTiming(schedule: Schedule("cron(0 0 L * * America/New_York)")), from: start),
            life(
                2,
                try RotationTiming(schedule: Schedule("cron(0 12 * * MON Europe/Berlin)"), window: window),
                from: start
            ),
            life(
                3,
                try RotationTiming(schedule: Schedule("cron(0 0 29 2 *)"), window: window, jitterSeconds: 3600),
                from: start
            ),
        ]
        let wakes = live(&lives, from: start, to: end)
        #expect(lives.map(\.runs.count) == [3652, 120, 522, 2])
        #expect(wakes == 3652 + 120 + 522 + 2)
        for life in lives {
            #expect(Set(life.runs.map(\.slot)).count == life.runs.count)
            let areInside = life.runs.allSatisfy { life.timing.window?.contains($0.at) ?? true }
            #expect(areInside)
        }
    }

    @Test func `rates keep their pace for ten years`() throws {
        let start = try at("2026-01-01T00:00:00Z")
        var lives = [
            life(0, try RotationTiming(schedule: Schedule("rate(12 hours)")), from: start),
            life(1, try RotationTiming(schedule: Schedule("P1M"), jitterSeconds: 600), from: start),
            life(2, try RotationTiming(schedule: nil, maximumAgeSeconds: 90 * 86_400), from: start),
        ]
        _ = live(&lives, from: start, to: try at("2036-01-01T01:00:00Z"))
        #expect(lives.map(\.runs.count) == [7303, 119, 40])
    }

    @Test func `a machine that is off for half of the time runs what it missed once when it is back`() throws {
        let start = try at("2026-01-01T00:00:00Z")
        var lives = [life(0, try RotationTiming(schedule: Schedule("cron(0 * * * *)")), from: start)]
        // On Mondays and Thursdays alone.
        let isOff = { (time: Timestamp) in
            ![1, 4].contains(CivilDate.weekday(daysSinceEpoch: time.milliseconds / Spans.day))
        }
        _ = live(&lives, from: start, to: try at("2035-12-31T23:59:00Z"), isOff: isOff)
        // On each of 1044 such days the first run makes up for all that were missed; the vault was made on the first one.
        let runs = Dictionary(grouping: lives[0].runs) { $0.at.milliseconds / Spans.day }
        #expect(runs.count == 1044)
        let counts = runs.sorted { $0.key < $1.key }.map(\.value.count)
        #expect(counts == [23] + Array(repeating: 24, count: 1043))
    }

    static let schedules: [(String, interval: Int64)] = [
        ("cron(0 3 * * * Europe/Berlin)", 86_400), ("rate(12 hours)", 43_200), ("P7D", 604_800),
        ("cron(*/10 * * * *)", 600),
        ("P1M", 28 * 86_400),
    ]

    /// A clock that jumps at every tenth wake, forward by up to a month and back by less than an interval.
    @Test(arguments: schedules)
    func `no jump of the clock runs a slot twice`(text: String, interval: Int64) throws {
        var random = SeededGenerator.printed()
        let runs = try jump(text, back: interval - 7200 > 0 ? interval - 7200 : interval / 2, &random)
        #expect(Set(runs.map(\.slot)).count == runs.count, "\(text): a slot ran twice")
    }

    @Test(arguments: schedules)
    func `no jump of the clock stops a secret, however far`(text: String, interval: Int64) throws {
        var random = SeededGenerator.printed()
        _ = try jump(text, back: 20 * 31_556_952, &random)
    }

    /// Runs a thousand times and checks every sleep.
    private func jump(
        _ text: String,
        back: Int64,
        _ random: inout SeededGenerator
    ) throws -> [(slot: Timestamp, at: Timestamp)] {
        let schedule = try Schedule(text)
        var life = life(9, try RotationTiming(schedule: schedule, jitterSeconds: 300), from: try at("2050-01-01"))
        var now = life.past.created
        for _ in 0..<1000 {
            let due = try #require(life.timing.nextDue(of: life.id, past: life.past, now: now))
            let following = schedule.next(after: now, anchor: now)
            let limit = schedule.next(after: following, anchor: following).adding(seconds: 300)
            #expect(due.at <= limit, "\(text): sleeps for too long at \(now)")
            now = max(now, due.at)
            life.run(due, now: now)
            switch Int.random(in: 0...9, using: &random) {
            case 0: now = now.adding(seconds: .random(in: 0...2_678_400, using: &random))
            case 1: now = max(.beginning, now.adding(seconds: -.random(in: 0...back, using: &random)))
            default: break
            }
        }
        return life.runs
    }
}
