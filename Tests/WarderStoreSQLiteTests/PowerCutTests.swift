import CWarderFaultyVFS
import Foundation
import Sealing
import Testing
import WarderCore
import WarderModel
import WarderStoreSQLite

@Suite("Power cuts")
struct PowerCutTests {
    /// What a client of the store knows: everything that was answered.
    private struct Ledger {
        var events: [SealedEvent] = []
        var records: [SealedRecord] = []
        var values: [(place: Batch.Place, value: SealedValue?)] = []
        var inbox: [[UInt8]] = []

        mutating func apply(_ batch: Batch) {
            events += batch.events
            for record in batch.records {
                if let index = records.firstIndex(where: { $0.id == record.id }) {
                    records[index] = record
                } else {
                    records.append(record)
                }
            }
            values += batch.values.map { ($0.place, $0.value) }
            for place in batch.destroyedValues {
                for index in values.indices where values[index].place == place { values[index].value = nil }
            }
            inbox += batch.inbox
        }

        func matches(_ store: SQLiteStore) throws -> Bool {
            guard try store.allEvents() == events, try store.inbox().map(\.sealed) == inbox,
                try store.records() == records
            else { return false }
            return try values.allSatisfy { place, value in
                try store.value(of: place.secret, version: place.version) == value
            }
        }

        /// A change of each kind, on top of what there is.
        func nextBatch(_ samples: inout Samples) -> Batch {
            var batch = Batch()
            let next = UInt64(events.count) + 1
            batch.events = samples.events(next...next + UInt64(samples.number(below: 5)))
            let secret = samples.record()
            batch.records = [secret]
            batch.values = [(Batch.Place(secret: secret.id, version: 1), samples.value())]
            if !records.isEmpty {
                let old = records[samples.number(below: records.count)]
                batch.records.append(samples.record(old.kind, id: old.id, revision: old.revision + 1))
                batch.destroyedValues = [values[samples.number(below: values.count)].place]
            }
            if samples.number(below: 3) == 0 { batch.inbox = [samples.bytes(200)] }
            return batch
        }
    }

    private var answered = 0
    private var refused = 0
    private var alive = 0

    @Test("after any of 300 crashes, all that was answered is there, and of the rest whole batches or nothing")
    mutating func crashes() throws {
        let wanted = ProcessInfo.processInfo.environment["WARDER_TEST_SEED"].flatMap { UInt64($0) }
        let seed = wanted ?? UInt64.random(in: 0 ... .max)
        print("seed \(seed)")
        var samples = Samples(seed: seed)
        for vault in 0..<15 {
            let disk = try FaultyDisk()
            var ledger = Ledger()
            for life in 0..<20 {
                try live(on: disk, &ledger, &samples, label: "seed \(seed), vault \(vault), life \(life)")
            }
        }
        print("\(answered) commits answered, \(refused) refused, of which \(alive) were there all the same")
        #expect(answered > 300 && refused > 200)
    }

    /// Opens the store, commits until chance ends it, crashes, and looks what is there.
    private mutating func live(
        on disk: FaultyDisk,
        _ ledger: inout Ledger,
        _ samples: inout Samples,
        label: Comment
    ) throws {
        let store = try disk.scratch.open()
        // The disk fails at some operation, in the middle of whatever it is, for a moment or for good.
        let isBrief = samples.number(below: 3) == 0
        disk.fail(
            FAULTY_WRITE | FAULTY_SYNC | FAULTY_TRUNCATE,
            after: samples.number(below: 150),
            times: isBrief ? 1 : FAULTY_FOREVER,
            forgets: isBrief,
            partly: max(0, samples.number(below: 8192) - 4096)
        )
        var open: [Batch] = []
        for _ in 0..<samples.number(below: 30) {
            if samples.number(below: 8) == 0 { try? store.writeBack() }
            let batch = ledger.nextBatch(&samples)
            do throws(StoreError) {
                try store.commit(batch)
                ledger.apply(batch)
                open = []
                answered += 1
            } catch {
                #expect(error.isUnavailable, label)
                refused += 1
                open.append(batch)
            }
        }
        let mayLive = store.needsMaintenance
        let crash = FaultyDisk.Crash.allCases[samples.number(below: 3)]
        disk.crash(crash, store, seed: samples.number())
        let again = try disk.scratch.open()
        let found = try again.allEvents().dropFirst(ledger.events.count)
        if mayLive, !found.isEmpty, let batch = open.first(where: { $0.events == Array(found) }) {
            ledger.apply(batch)
            alive += 1
        }
        #expect(try ledger.matches(again), "\(label.rawValue), \(crash)")
        again.close()
    }
}
