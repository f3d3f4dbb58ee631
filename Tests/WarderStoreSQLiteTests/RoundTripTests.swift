import Sealing
import Testing
import WarderCore
import WarderModel
import WarderStoreSQLite

@Suite("What is stored comes back")
struct RoundTripTests {
    private let scratch: Scratch
    private var samples = Samples()

    init() throws { scratch = try Scratch() }

    @Test("a new database has nothing in it")
    func nothing() throws {
        let store = try scratch.open()
        #expect(try store.foundation() == nil)
        #expect(try store.records().isEmpty)
        #expect(try store.lastSequence() == 0)
        #expect(try store.allEvents().isEmpty)
        #expect(try store.inbox().isEmpty)
        #expect(try store.value(of: RecordID(high: 1, low: 2), version: 1) == nil)
    }

    @Test("an empty batch is no transaction")
    func emptyBatch() throws {
        let store = try scratch.open()
        let before = try scratch.size(of: "-wal")
        try store.commit(Batch())
        #expect(try scratch.size(of: "-wal") == before)
    }

    @Test("the foundation, with a slot of each kind in their order")
    mutating func foundation() throws {
        let laid = try samples.foundation()
        let store = try scratch.open()
        try store.commit { $0.foundation = laid }
        let found = try #require(try store.foundation())
        #expect(found.vault == laid.vault)
        #expect(found.created == laid.created)
        #expect(found.profile == laid.profile)
        #expect(found.inboxKey == laid.inboxKey)
        #expect(found.logKey == laid.logKey)
        #expect(found.keyRing == laid.keyRing)
        #expect(found.slots.map(\.id) == laid.slots.map(\.id))
        #expect(found.slots.map(\.kind) == laid.slots.map(\.kind))
        #expect(found.slots.map(\.created) == laid.slots.map(\.created))
        #expect(found.slots.map(\.wrapped) == laid.slots.map(\.wrapped))
    }

    @Test("records of every kind, in the order of their making")
    mutating func records() throws {
        let records = RecordKind.allCases.map { samples.record($0) }
        let store = try scratch.open()
        try store.commit { $0.records = records }
        #expect(try store.records() == records)
    }

    @Test("the newest revision of a record, also when one batch has two")
    mutating func revisions() throws {
        let first = samples.record()
        let second = samples.record(id: first.id, revision: 2)
        let third = samples.record(id: first.id, revision: 3, epoch: 2)
        let store = try scratch.open()
        try store.commit { $0.records = [first] }
        try store.commit { $0.records = [second, third] }
        #expect(try store.records() == [third])
    }

    @Test("a record sealed anew under a later key, with the same revision")
    mutating func resealed() throws {
        let first = samples.record()
        let resealed = samples.record(id: first.id, revision: 1, epoch: 2)
        let store = try scratch.open()
        try store.commit { $0.records = [first] }
        try store.commit { $0.records = [resealed] }
        #expect(try store.records() == [resealed])
    }

    @Test("a removed record is gone, also one that the same batch made")
    mutating func removed() throws {
        let (kept, old, brief) = (samples.record(.grant), samples.record(.tool), samples.record(.server))
        let store = try scratch.open()
        try store.commit { $0.records = [kept, old] }
        try store.commit {
            $0.records = [brief]
            $0.removedRecords = [(.tool, old.id), (.server, brief.id)]
        }
        #expect(try store.records() == [kept])
    }

    @Test("values of versions, each in its place, until they are destroyed")
    mutating func values() throws {
        let secret = samples.record()
        let (first, second) = (samples.value(), samples.value(epoch: 7))
        let places = [1, 2].map { Batch.Place(secret: secret.id, version: $0) }
        let store = try scratch.open()
        try store.commit {
            $0.records = [secret]
            $0.values = [(places[0], first), (places[1], second)]
        }
        #expect(try store.value(of: secret.id, version: 1) == first)
        #expect(try store.value(of: secret.id, version: 2) == second)
        #expect(try store.value(of: secret.id, version: 3) == nil)
        #expect(try store.value(of: samples.id(), version: 1) == nil)
        try store.commit { $0.destroyedValues = [places[0]] }
        #expect(try store.value(of: secret.id, version: 1) == nil)
        #expect(try store.value(of: secret.id, version: 2) == second)
    }

    @Test("a value of the greatest size")
    mutating func greatValue() throws {
        let secret = samples.record()
        let value = SealedValue(
            epoch: .max,
            wrappedKey: samples.bytes(Samples.wrappedKey),
            sealed: samples.bytes(41 + SecretFields.maximumBytes + 64 * SecretFields.maximumCount)
        )
        let store = try scratch.open()
        try store.commit {
            $0.records = [secret]
            $0.values = [(Batch.Place(secret: secret.id, version: .max), value)]
        }
        #expect(try store.value(of: secret.id, version: .max) == value)
    }

    @Test("events, and the number of the newest")
    mutating func events() throws {
        let events = samples.events(1...5)
        let store = try scratch.open()
        try store.commit { $0.events = Array(events[..<2]) }
        #expect(try store.lastSequence() == 2)
        try store.commit { $0.events = Array(events[2...]) }
        #expect(try store.lastSequence() == 5)
        #expect(try store.allEvents() == events)
    }

    @Test("inbox entries in their order, until they are taken; numbers are not used again")
    mutating func inbox() throws {
        let entries = (0..<4).map { _ in samples.bytes(300) }
        let store = try scratch.open()
        try store.commit { $0.inbox = [entries[0], entries[1]] }
        try store.commit { $0.inbox = [entries[2]] }
        let waiting = try store.inbox()
        #expect(waiting.map(\.sealed) == Array(entries[..<3]))
        #expect(waiting.map(\.number) == waiting.map(\.number).sorted())
        try store.commit { $0.inboxTakenThrough = waiting[1].number }
        #expect(try store.inbox().map(\.sealed) == [entries[2]])
        try store.commit { $0.inboxTakenThrough = waiting[2].number }
        try store.commit { $0.inbox = [entries[3]] }
        let last = try #require(try store.inbox().first)
        #expect(last.sealed == entries[3])
        #expect(last.number > waiting[2].number)
    }

    @Test("everything is there after the store was closed and opened again, in one file")
    mutating func reopening() throws {
        let secret = samples.record()
        let value = samples.value()
        let foundation = try samples.foundation()
        let events = samples.events(1...3000)
        let entry = samples.bytes(200)
        do {
            let store = try scratch.open()
            try store.commit {
                $0.foundation = foundation
                $0.records = [secret]
                $0.values = [(Batch.Place(secret: secret.id, version: 1), value)]
                $0.events = events
                $0.inbox = [entry]
            }
            store.close()
        }
        #expect(throws: (any Error).self) { try scratch.size(of: "-wal") }
        let store = try scratch.open()
        #expect(try store.foundation()?.vault == foundation.vault)
        #expect(try store.records() == [secret])
        #expect(try store.value(of: secret.id, version: 1) == value)
        #expect(try store.allEvents() == events)
        #expect(try store.inbox().map(\.sealed) == [entry])
    }

    @Test("a closed store says that it is unavailable")
    func closed() throws {
        let store = try scratch.open()
        store.close()
        store.close()
        #expect(failure { _ = try store.lastSequence() }?.isUnavailable == true)
        #expect(failure { try store.commit { $0.inbox = [[UInt8](repeating: 0, count: 100)] } }?.isUnavailable == true)
    }
}
