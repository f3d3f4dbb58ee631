import CWarderFaultyVFS
import GRDB
import Sealing
import Testing
import WarderCore
import WarderModel
import WarderStoreSQLite

/// Whoever copies the files of the database after a change of keys does not get what opened it before.
@Suite("What opened the vault before lies in no file any more")
struct RemovedSlotTests {
    private let foundation: Foundation
    private let gone: KeySlot

    init() throws {
        var samples = Samples()
        var foundation = try samples.foundation()
        // As many as there may be, so that they take more than one page.
        for time in 4...16 {
            foundation.slots.append(
                KeySlot(
                    id: samples.id(),
                    kind: .credential(salt: samples.bytes(16)),
                    created: Timestamp(milliseconds: Int64(time)),
                    wrapped: samples.bytes(Samples.wrappedKey)
                )
            )
        }
        self.foundation = foundation
        gone = foundation.slots[7]
    }

    private func vault(in scratch: Scratch) throws -> SQLiteStore {
        let store = try scratch.open()
        try store.commit { $0.foundation = foundation }
        return store
    }

    private func removeSlot(from store: SQLiteStore) throws(StoreError) {
        var keys = Batch.Keys(foundation)
        keys.slots.removeAll { $0.id == gone.id }
        try store.commit { $0.keys = keys }
    }

    private func isGone(from scratch: Scratch) -> Bool {
        !scratch.holds(gone.wrapped) && !scratch.holds(gone.id.bytes)
    }

    @Test("a slot that is removed is in neither file, and the others are in the database")
    func removed() throws {
        let scratch = try Scratch()
        let store = try vault(in: scratch)
        #expect(scratch.holds(gone.wrapped))
        try removeSlot(from: store)
        #expect(isGone(from: scratch))
        #expect(!store.needsMaintenance)
        #expect(try store.foundation()?.slots.count == foundation.slots.count - 1)
        for slot in foundation.slots where slot.id != gone.id { #expect(scratch.holds(slot.wrapped)) }
    }

    @Test("a keyring that is replaced is in neither file, and no slot that wrapped its root key")
    func replaced() throws {
        let scratch = try Scratch()
        let store = try vault(in: scratch)
        var samples = Samples()
        var keys = Batch.Keys(foundation)
        keys.keyRing = samples.bytes(foundation.keyRing.count + 45 * 6)
        keys.slots = foundation.slots.map {
            KeySlot(id: $0.id, kind: $0.kind, created: $0.created, wrapped: samples.bytes(Samples.wrappedKey))
        }
        #expect(scratch.holds(foundation.keyRing))
        try store.commit { $0.keys = keys }
        #expect(!scratch.holds(foundation.keyRing))
        for slot in foundation.slots { #expect(!scratch.holds(slot.wrapped)) }
    }

    @Test("a reader that stays holds up neither the removal nor later commits; when it has gone, the slot goes")
    func busy() throws {
        let scratch = try Scratch()
        let store = try vault(in: scratch)
        let reader = try DatabaseQueue(path: scratch.path)
        try reader.inDatabase { database in
            try database.beginTransaction(.deferred)
            _ = try Int.fetchOne(database, sql: "SELECT count(*) FROM key_slots")
            try removeSlot(from: store)
            try store.commit { $0.inbox = [[UInt8](repeating: 3, count: 100)] }
            #expect(store.needsMaintenance)
            try store.maintain()
            #expect(!isGone(from: scratch))
            try database.commit()
        }
        #expect(store.needsMaintenance)
        try store.maintain()
        #expect(isGone(from: scratch))
        #expect(!store.needsMaintenance)
        #expect(try store.inbox().count == 1)
    }

    @Test("what a daemon that was killed had not come to is done after the next start")
    func killed() throws {
        let scratch = try Scratch()
        let store = try vault(in: scratch)
        let copy = try Scratch()
        let reader = try DatabaseQueue(path: scratch.path)
        try reader.inDatabase { database in
            try database.beginTransaction(.deferred)
            _ = try Int.fetchOne(database, sql: "SELECT count(*) FROM key_slots")
            try removeSlot(from: store)
            try scratch.copyFiles(to: copy)
            try database.commit()
        }
        #expect(!isGone(from: copy))
        let later = try copy.open()
        #expect(later.needsMaintenance)
        try later.maintain()
        #expect(isGone(from: copy))
        #expect(try later.foundation()?.slots.count == foundation.slots.count - 1)
    }

    @Test(
        "a fault at any operation: answered means there, and the slot goes the next time",
        arguments: FaultyDisk.Crash.allCases
    )
    func faults(_ crash: FaultyDisk.Crash) throws {
        var point = 0
        var isPast = false
        while !isPast {
            let disk = try FaultyDisk()
            let store = try vault(in: disk.scratch)
            disk.fail(FAULTY_WRITE | FAULTY_SYNC | FAULTY_TRUNCATE, after: point)
            let isRemoved = failure { try removeSlot(from: store) } == nil
            isPast = isRemoved && !store.needsMaintenance
            let label: Comment = "point \(point), \(crash)"
            disk.heal()
            if isRemoved, point.isMultiple(of: 2) {
                try store.maintain()
                #expect(!store.needsMaintenance, label)
            }
            disk.crash(crash, store, seed: UInt64(point))
            let again = try disk.scratch.open()
            #expect(try again.foundation()?.slots.count == foundation.slots.count - (isRemoved ? 1 : 0), label)
            try again.maintain()
            #expect(!again.needsMaintenance, label)
            // This disk keeps a cut to itself until the next sync, so that the file is looked at after an orderly end.
            again.close()
            #expect(isGone(from: disk.scratch) == isRemoved, label)
            point += 1
        }
        // Those of the commit, and those of writing it back.
        #expect(point > 10)
    }
}
