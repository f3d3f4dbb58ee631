import CWarderFaultyVFS
import Foundation
import GRDB
import GRDBSQLite
import Sealing
import Testing
import WarderCore
import WarderModel
import WarderStoreSQLite

@Suite("A copy of the database")
struct SnapshotTests {
    private let scratch: Scratch
    private let room: Scratch
    private var samples = Samples()

    init() throws {
        scratch = try Scratch()
        room = try Scratch()
    }

    /// Names in the directory of copies.
    private var files: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: room.directory) }
    }

    private mutating func filled(_ path: Scratch? = nil) throws -> SQLiteStore {
        let store = try (path ?? scratch).open()
        var batch = Batch()
        batch.foundation = try samples.foundation()
        batch.events = samples.events(1...50)
        batch.records = (0..<7).map { _ in samples.record() }
        batch.values = batch.records.map { (Batch.Place(secret: $0.id, version: 1), samples.value()) }
        batch.inbox = [samples.bytes(200)]
        try store.commit(batch)
        return store
    }

    private func failure(
        _ store: SQLiteStore,
        in directory: String? = nil,
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) -> SnapshotError? {
        do {
            _ = try store.snapshot(in: directory ?? room.directory, isCancelled: isCancelled)
            return nil
        } catch { return error }
    }

    @Test("holds everything that was committed, and opens as a vault's database")
    mutating func everything() throws {
        let store = try filled()
        let snapshot = try store.snapshot(in: room.directory)
        try FileManager.default.copyItem(atPath: snapshot.path, toPath: room.path)
        let copy = try room.open()
        #expect(try copy.allEvents() == store.allEvents())
        #expect(try copy.records() == store.records())
        #expect(try copy.inbox().map(\.sealed) == store.inbox().map(\.sealed))
        for record in try store.records() {
            #expect(try copy.value(of: record.id, version: 1) == store.value(of: record.id, version: 1))
        }
        let (old, new) = (try #require(try store.foundation()), try #require(try copy.foundation()))
        #expect(new.vault == old.vault && new.keyRing == old.keyRing && new.slots.map(\.id) == old.slots.map(\.id))
        #expect(snapshot.foundation.vault == old.vault)
        #expect(snapshot.foundation.slots.map(\.wrapped) == old.slots.map(\.wrapped))
        #expect(try copy.structuralFaults(limit: 10) == 0)
        // The numbers of the inbox go on where they were.
        try copy.commit { $0.inboxTakenThrough = 1 }
        try copy.commit { $0.inbox = [[UInt8](repeating: 1, count: 60)] }
        #expect(try copy.inbox().map(\.number) == [2])
    }

    @Test("says what is in it")
    mutating func manifest() throws {
        let store = try filled()
        let destroyed = try #require(try store.records().first).id
        try store.commit { $0.destroyedValues = [Batch.Place(secret: destroyed, version: 1)] }
        let snapshot = try store.snapshot(in: room.directory)
        let manifest = try snapshot.manifest(program: "1.2.3")
        let expected = try BackupManifest(
            databaseBytes: snapshot.byteCount,
            schema: 1,
            newestEvent: 50,
            records: 7,
            values: 6,
            events: 50,
            program: "1.2.3"
        )
        #expect(manifest == expected)
        #expect(throws: BackupError.malformed) { try snapshot.manifest(program: "") }
    }

    @Test("is one file of its owner's alone, with no other beside it, and goes with what holds it")
    mutating func oneFile() throws {
        let store = try filled()
        do {
            var snapshot = try store.snapshot(in: room.directory)
            #expect(try files.count == 1)
            let attributes = try FileManager.default.attributesOfItem(atPath: snapshot.path)
            #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
            #expect((attributes[.size] as? NSNumber)?.uint64Value == snapshot.byteCount)
            var bytes: [UInt8] = []
            while let piece = try snapshot.nextPiece() { bytes += piece }
            #expect(Data(bytes) == FileManager.default.contents(atPath: snapshot.path))
            // Not in write-ahead mode: whoever opens it makes no second file.
            #expect(Array(bytes[18..<20]) == [1, 1])
            #expect(try snapshot.nextPiece() == nil)
            #expect(try files.count == 1)
        }
        #expect(try files.isEmpty)
        #expect(try store.allEvents().count == 50)
    }

    @Test("can be read as a store: it stays as it is, no file lies beside it, and nothing can be committed to it")
    mutating func readable() throws {
        let store = try filled()
        func names() throws -> Set<String> {
            Set(try FileManager.default.contentsOfDirectory(atPath: scratch.directory))
        }
        let copy = try store.snapshot(isCancelled: { false })
        let before = try names()
        let records = try copy.read(isCancelled: { false }) { rows in
            #expect(try rows.structuralFaults(limit: 1) == 0)
            #expect(try rows.logRows(after: 0, limit: 100).count == 50)
            var batch = Batch()
            batch.inbox = [[UInt8](repeating: 1, count: 60)]
            var failure: StoreError?
            do throws(StoreError) { try rows.commit(batch) } catch { failure = error }
            #expect(failure != nil)
            return try rows.records()
        }
        #expect(try records == store.records())
        #expect(try names() == before)
        var bytes: [UInt8] = []
        while let piece = try copy.nextPiece() { bytes += piece }
        #expect(Array(bytes[18..<20]) == [1, 1])
    }

    @Test("while eight threads commit it is of one moment, and nobody is refused", .timeLimit(.minutes(2)))
    mutating func whileOthersCommit() throws {
        let store = try filled()
        let server = samples.record(.server)
        try store.commit { $0.records = [server] }
        let load = try CommitLoad(store, record: server.id, seed: samples.number())
        let write: @Sendable () throws -> Void = { try load.run() }
        let room = room
        try concurrently(
            write,
            write,
            write,
            write,
            write,
            write,
            write,
            write,
            {
                defer { load.stop() }
                var newest: UInt64 = 0
                for number in 1...6 {
                    try load.waitForMore()
                    let snapshot = try store.snapshot(in: room.directory)
                    let path = room.directory + "/copy-\(number).db"
                    try FileManager.default.copyItem(atPath: snapshot.path, toPath: path)
                    let manifest = try snapshot.manifest(program: "1")
                    #expect(manifest.newestEvent > newest)
                    newest = manifest.newestEvent
                    try Self.check(SQLiteStore(path: path), manifest, server.id)
                }
            }
        )
        #expect(try files.allSatisfy { !$0.hasPrefix(".") })
        #expect(try store.lastSequence() == load.last)
        #expect(try store.structuralFaults(limit: 10) == 0)
    }

    /// Each commit of the load brings an event, a revision of the record, a value and an inbox entry.
    private static func check(_ copy: SQLiteStore, _ manifest: BackupManifest, _ server: RecordID) throws {
        #expect(try copy.structuralFaults(limit: 10) == 0)
        let commits = manifest.newestEvent - 50
        #expect(try copy.allEvents().map(\.sequence) == Array(1...manifest.newestEvent))
        #expect(manifest.events == manifest.newestEvent)
        #expect(try copy.records().first { $0.id == server }?.revision == commits + 1)
        #expect(manifest.values == 7 + commits)
        #expect(try copy.inbox().count == 1 + Int(commits))
        copy.close()
    }

    @Test("has nothing of what was destroyed or removed before")
    mutating func nothingDeleted() throws {
        let store = try filled()
        let secret = samples.record()
        let mark = samples.bytes(64)
        let marked = SealedValue(
            epoch: 1,
            wrappedKey: samples.bytes(Samples.wrappedKey),
            sealed: Array(repeating: mark, count: 200).flatMap { $0 } + samples.bytes(41)
        )
        let place = Batch.Place(secret: secret.id, version: 1)
        try store.commit {
            $0.records = [secret]
            $0.values = [(place, marked)]
        }
        func copyHasMark() throws -> Bool {
            let snapshot = try store.snapshot(in: room.directory)
            return try Data(contentsOf: URL(filePath: snapshot.path)).range(of: Data(mark)) != nil
        }
        #expect(try copyHasMark())
        try store.commit { $0.destroyedValues = [place] }
        #expect(try !copyHasMark())
    }

    @Test("there is none of a database without a vault")
    func notInitialised() throws {
        let store = try scratch.open()
        #expect(failure(store) == .notInitialised)
        #expect(try files.isEmpty)
    }

    @Test("is made in a private directory only")
    mutating func directories() throws {
        let store = try filled()
        #expect(failure(store, in: "relative") == .unusablePath)
        #expect(failure(store, in: room.directory + "\0") == .unusablePath)
        #expect(failure(store, in: room.directory + "/none") == .noDirectory)
        #expect(failure(store, in: scratch.path) == .noDirectory)
        for mode in [0o750, 0o701, 0o777] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: room.directory)
            #expect(failure(store) == .openDirectory(mode: UInt32(mode)))
        }
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: room.directory)
        #expect(failure(store) == nil)
        #expect(try files.isEmpty)
    }

    @Test("is given up when nobody wants it any more, and leaves nothing")
    mutating func cancelled() throws {
        let store = try filled()
        var last: UInt64 = 50
        while last < 20_050 {
            try store.commit { $0.events = samples.events(last + 1...last + 1000) }
            last += 1000
        }
        #expect(failure(store, isCancelled: { true }) == .cancelled)
        #expect(try files.isEmpty)
        #expect(failure(store) == nil)
        try store.commit { $0.events = samples.events(last + 1...last + 1) }
    }

    @Test("fails where its disk is full, and the vault does not")
    mutating func fullDisk() throws {
        let disk = try FaultyDisk()
        let store = try filled()
        disk.fail(FAULTY_WRITE, times: FAULTY_FOREVER, code: SQLITE_FULL)
        #expect(failure(store, in: disk.scratch.directory) == .store(.unavailable(code: SQLITE_FULL)))
        try store.commit { $0.events = samples.events(51...51) }
        disk.heal()
        #expect(failure(store, in: disk.scratch.directory) == nil)
        #expect(try FileManager.default.contentsOfDirectory(atPath: disk.scratch.directory).isEmpty)
    }

    @Test("is not made of a damaged database")
    mutating func damaged() throws {
        let store = try filled()
        try store.commit { $0.events = samples.events(51...3000) }
        store.close()
        let file = try #require(FileHandle(forUpdatingAtPath: scratch.path))
        // Somewhere among the events: the type of a page becomes one that there is not.
        try file.seek(toOffset: UInt64(try scratch.size() / 4096 / 2 * 4096))
        try file.write(contentsOf: [0x77])
        try file.close()
        let again = try scratch.open()
        guard case .store(let error) = failure(again) else {
            Issue.record("a copy of a damaged database")
            return
        }
        #expect(error.isDamaged)
        #expect(try files.isEmpty)
    }

    @Test("what a killed process left is removed, and nothing else")
    mutating func leftOver() throws {
        let store = try filled()
        let others = ["backup.warder", "snapshot-1", "vault.db"]
        for name in others + [".warder-snapshot-1", ".warder-snapshot-1-journal"] {
            #expect(FileManager.default.createFile(atPath: room.directory + "/" + name, contents: Data([1])))
        }
        try SQLiteStore.removeLeftSnapshots(in: room.directory)
        #expect(try files.sorted() == others)
        #expect(throws: SnapshotError.noDirectory) {
            try SQLiteStore.removeLeftSnapshots(in: room.directory + "/none")
        }
        #expect(failure(store) == nil)
    }
}
