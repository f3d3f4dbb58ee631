import GRDB
import Sealing
import Testing
import WarderCore
import WarderModel
import WarderStoreSQLite

@Suite("Events are found by number and time")
struct EventQueryTests {
    private let scratch: Scratch
    private let store: SQLiteStore
    private let events: [SealedEvent]

    /// More than two spans of 1024, with times that go back now and then, as clocks do.
    init() throws {
        scratch = try Scratch()
        store = try scratch.open()
        var samples = Samples()
        var time: Int64 = 1_000_000
        var events: [SealedEvent] = []
        for sequence in UInt64(1)...2500 {
            time += sequence.isMultiple(of: 700) ? -400_000 : Int64(samples.number(below: 2000))
            events.append(samples.event(sequence, time: time))
        }
        self.events = events
        for start in stride(from: 0, to: events.count, by: 97) {
            try store.commit { $0.events = Array(events[start..<min(start + 97, events.count)]) }
        }
    }

    private func expected(
        _ range: ClosedRange<UInt64>,
        _ times: ClosedRange<Timestamp>,
        _ limit: Int,
        newestFirst: Bool
    ) -> [UInt64] {
        let matching = events.filter { range.contains($0.sequence) && times.contains($0.time) }
        return (newestFirst ? matching.reversed() : matching).prefix(limit).map(\.sequence)
    }

    private func found(
        _ range: ClosedRange<UInt64>,
        _ times: ClosedRange<Timestamp>,
        _ limit: Int,
        newestFirst: Bool
    ) throws -> [UInt64] {
        try store.events(in: range, times: times, limit: limit, newestFirst: newestFirst).map(\.sequence)
    }

    @Test("any range, any times, any limit, both orders: as a search by hand would find them")
    func anySearch() throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("seed \(seed)")
        var samples = Samples(seed: seed)
        let moments = events.map(\.time.milliseconds)
        for _ in 0..<400 {
            let ends = [samples.number(below: 2600), samples.number(below: 2600)].map(UInt64.init).sorted()
            let bounds = [samples.number(below: 2500), samples.number(below: 2500)]
                .map { moments[$0] + Int64(samples.number(below: 3)) - 1 }.sorted()
            let range = ends[0]...ends[1]
            let times = Timestamp(milliseconds: bounds[0])...Timestamp(milliseconds: bounds[1])
            let limit = [0, 1, 7, 512, 5000][samples.number(below: 5)]
            for newestFirst in [false, true] {
                for times in [times, .all] {
                    let (found, expected) = (
                        try found(range, times, limit, newestFirst: newestFirst),
                        expected(range, times, limit, newestFirst: newestFirst)
                    )
                    #expect(found == expected, "\(range) \(times) \(limit) \(newestFirst)")
                }
            }
        }
    }

    @Test("the ends of spans belong to them", arguments: [UInt64(1), 1023, 1024, 1025, 2048, 2049, 2500])
    func spanEnds(_ sequence: UInt64) throws {
        let time = events[Int(sequence) - 1].time
        for newestFirst in [false, true] {
            #expect(
                try found(0 ... .max, time...time, 10_000, newestFirst: newestFirst)
                    == expected(0 ... .max, time...time, 10_000, newestFirst: newestFirst)
            )
            #expect(try found(sequence...sequence, .all, 10, newestFirst: newestFirst) == [sequence])
        }
    }

    @Test("events come back whole")
    func whole() throws {
        #expect(
            try store.events(in: 1000...1100, times: .all, limit: 1000, newestFirst: false) == Array(events[999..<1100])
        )
    }

    @Test("numbers that no event can have find nothing")
    func impossibleNumbers() throws {
        #expect(try found(.max ... .max, .all, 10, newestFirst: false) == [])
        #expect(try found(0...0, .all, 10, newestFirst: true) == [])
        #expect(try found(UInt64(Int64.max) ... .max, .all, 10, newestFirst: true) == [])
    }

    @Test("a pruned payload is left out; its leaf stays, and so does the newest number")
    func pruned() throws {
        try scratch.intrude { try $0.execute(sql: "DELETE FROM log_payloads WHERE seq <= 1500 OR seq = 2500") }
        #expect(try found(0 ... .max, .all, 10_000, newestFirst: false) == Array(1501...2499))
        #expect(try store.lastSequence() == 2500)
    }
}
