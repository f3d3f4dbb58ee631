import CWarderFaultyVFS
import Sealing
import Testing
import WarderCore
import WarderModel
import WarderStoreSQLite

@Suite("Power cuts")
struct PowerCutTests {
    /// What a client of the store knows: what was answered, and what was asked last without an answer.
    private struct Ledger {
        var events: [SealedEvent] = []
        var records: [RecordID: SealedRecord] = [:]
        var values: [Batch.Place: SealedValue] = [:]
        var inbox: [[UInt8]] = []

        mutating func apply(_ batch: Batch) {
            events += batch.events
            for record in batch.records { records[record.id] = record }
            for (place, value) in batch.values { values[place] = value }
            for place in batch.destroyedValues { values[place] = nil }
            for (_, id) in batch.removedRecords { records[id] = nil }
            inbox += batch.inbox
        }

        func matches(_ store: SQLiteStore) throws -> Bool {
            guard try store.allEvents() == events, try store.inbox().map(\.sealed) == inbox else { return false }
            let stored = try store.records()
            guard stored.count == records.count, stored.allSatisfy({ records[$0.id] == $0 }) else { return false }
            return try values.allSatisfy { try store.value(of: $0.key.secret, version: $0.key.version) == $0.value }
        }
    }

    @Test("after any of 240 crashes, all that was answered is there, and of the rest whole batches or nothing")
    func crashes() throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("seed \(seed)")
        var samples = Samples(seed: seed)
        var (answered, unanswered, alive) = (0, 0, 0)
        for vault in 0..<12 {
            let disk = try FaultyDisk()
            var ledger = Ledger()
            for crash in 0..<20 {
                let store = try disk.scratch.open()
                #expect(try ledger.matches(store), "seed \(seed), vault \(vault), before crash \(crash)")
                // The disk dies at some operation, in the middle of whatever it is.
                disk.fail(
                    FAULTY_WRITE | FAULTY_SYNC | FAULTY_TRUNCATE, after: samples.number(below: 120), times: FAULTY_FOREVER,
                    partly: samples.number(below: 4096))
                var pending: Batch?
                while pending == nil {
                    let batch = Self.batch(after: ledger, &samples)
                    if samples.number(below: 8) == 0 { try? store.writeBack() }
                    do {
                        try store.commit(batch)
                        ledger.apply(batch)
                        answered += 1
                    } catch {
                        #expect(error.isUnavailable)
                        pending = batch
                        unanswered += 1
                    }
                }
                let kind = FaultyDisk.Crash.allCases[samples.number(below: 3)]
                disk.crash(kind, store, seed: samples.number())
                let again = try disk.scratch.open()
                if let pending, try again.lastSequence() != ledger.events.count {
                    ledger.apply(pending)
                    alive += 1
                }
                #expect(try ledger.matches(again), "seed \(seed), vault \(vault), crash \(crash), \(kind)")
                again.close()
            }
        }
        print("\(answered) commits answered, \(unanswered) not, of which \(alive) were there all the same")
        #expect(answered > 240 && unanswered == 240)
    }

    private static func batch(after ledger: Ledger, _ samples: inout Samples) -> Batch {
        var batch = Batch()
        let next = UInt64(ledger.events.count) + 1
        batch.events = samples.events(next...next + UInt64(samples.number(below: 20)))
        let secret = samples.record()
        batch.records = [secret]
        if let old = ledger.records.values.first {
            batch.records.append(samples.record(old.kind, id: old.id, revision: old.revision + 1))
        }
        batch.values = [(Batch.Place(secret: secret.id, version: 1), samples.value())]
        batch.destroyedValues = ledger.values.keys.prefix(samples.number(below: 2)).map(\.self)
        if samples.number(below: 3) == 0 { batch.inbox = [samples.bytes(200)] }
        return batch
    }
}
