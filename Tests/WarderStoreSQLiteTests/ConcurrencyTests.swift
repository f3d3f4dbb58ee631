import Sealing
import Synchronization
import Testing
import WarderCore
import WarderModel
import WarderStoreSQLite

@Suite("Reading while others commit")
struct ConcurrencyTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    @Test("readers see whole batches, in order, and nobody waits for ever")
    func readersAndWriter() throws {
        let store = try scratch.open()
        var samples = Samples()
        let secret = samples.record(.server)
        try store.commit { $0.records = [secret] }
        let isOver = Atomic(false)
        let reads = Atomic(0)
        var batches: [Batch] = []
        for number in UInt32(1)...300 {
            let last = UInt64(number) * 7
            var batch = Batch()
            batch.events = samples.events(last - 6...last)
            batch.records = [samples.record(.server, id: secret.id, revision: UInt64(number) + 1)]
            batch.values = [(Batch.Place(secret: secret.id, version: number), samples.value())]
            batches.append(batch)
        }
        let made = batches
        let read: @Sendable () throws -> Void = {
            var seen: UInt64 = 0
            while !isOver.load(ordering: .relaxed) {
                let last = try store.lastSequence()
                #expect(last.isMultiple(of: 7) && last >= seen)
                seen = last
                let revision = try #require(try store.records().first).revision
                #expect(revision >= last / 7 + 1)
                if last > 0 {
                    let events = try store.events(in: 1...last, times: .all, limit: 100, newestFirst: true)
                    #expect(events.first?.sequence == last)
                    #expect(try store.value(of: secret.id, version: UInt32(last / 7)) != nil)
                }
                reads.add(1, ordering: .relaxed)
            }
        }
        try concurrently(
            {
                defer { isOver.store(true, ordering: .relaxed) }
                for batch in made { try store.commit(batch) }
            },
            read,
            read
        )
        #expect(try store.lastSequence() == 2100)
        #expect(reads.load(ordering: .relaxed) > 10)
    }

    @Test("commits from several threads are served one after the other")
    func severalWriters() throws {
        let store = try scratch.open()
        let entry = [UInt8](repeating: 5, count: 100)
        let write: @Sendable () throws -> Void = { for _ in 0..<50 { try store.commit { $0.inbox = [entry] } } }
        try concurrently(write, write, write)
        #expect(try store.inbox().count == 150)
    }
}
