import Foundation
import GRDB
import Testing
import WarderCore
import WarderStoreSQLite

@Suite("A database is opened only if it can be trusted")
struct OpeningTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func refusal() -> OpeningError? {
        do {
            _ = try SQLiteStore(path: scratch.path)
            return nil
        } catch { return error }
    }

    @Test("its files are their owner's alone, whatever the umask")
    func modes() throws {
        let before = umask(0)
        defer { umask(before) }
        let store = try scratch.open()
        try store.commit { $0.inbox = [[UInt8](repeating: 1, count: 64)] }
        for suffix in ["", "-wal", "-shm"] { #expect(try scratch.mode(of: suffix) == 0o600, "\(suffix)") }
    }

    @Test("a directory that others may enter is refused", arguments: [0o750, 0o701, 0o777])
    func openDirectory(_ mode: Int) throws {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: scratch.directory)
        #expect(refusal() == .openDirectory(mode: UInt32(mode)))
        #expect(!FileManager.default.fileExists(atPath: scratch.path))
    }

    @Test("a file that others may read is refused", arguments: ["", "-wal", "-shm"])
    func openFile(_ suffix: String) throws {
        try scratch.open().close()
        _ = FileManager.default.createFile(
            atPath: scratch.path + suffix,
            contents: nil,
            attributes: [.posixPermissions: 0o600]
        )
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: scratch.path + suffix)
        #expect(refusal() == .openFile(mode: 0o640))
    }

    @Test("a symbolic link in the database's place is refused")
    func link() throws {
        let elsewhere = try Scratch()
        try elsewhere.open().close()
        try FileManager.default.createSymbolicLink(atPath: scratch.path, withDestinationPath: elsewhere.path)
        #expect(refusal() == .notAFile)
    }

    @Test("a path without a directory, and a directory that is not there")
    func paths() {
        #expect(throws: OpeningError.unusablePath) { try SQLiteStore(path: "vault.db") }
        #expect(throws: OpeningError.unusablePath) { try SQLiteStore(path: "") }
        #expect(throws: OpeningError.unusablePath) { try SQLiteStore(path: scratch.directory + "/") }
        #expect(throws: OpeningError.noDirectory) { try SQLiteStore(path: scratch.directory + "/no/vault.db") }
    }

    @Test("a database of a later version is refused and left alone")
    func later() throws {
        try scratch.open().close()
        try scratch.intrude { try $0.execute(sql: "PRAGMA user_version = 999; CREATE TABLE later (x)") }
        let before = try Data(contentsOf: URL(fileURLWithPath: scratch.path))
        #expect(refusal() == .newer(NewerDatabase(found: 999, known: 1, program: nil, copy: nil)))
        #expect(try Data(contentsOf: URL(fileURLWithPath: scratch.path)) == before)
    }

    @Test("a schema that no version can have is damage", arguments: [2000, 0x0800_0001])
    func farSchema(_ number: Int) throws {
        try scratch.open().close()
        try scratch.intrude { try $0.execute(sql: "PRAGMA user_version = \(number)") }
        guard case .store(.damaged) = refusal() else {
            Issue.record("not refused as damaged")
            return
        }
    }

    @Test("a format of definitions that the engine does not know is damage, and no full disk")
    func strangeFormat() throws {
        try scratch.open().close()
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: scratch.path))
        try file.seek(toOffset: 47)
        try file.write(contentsOf: [0x14])
        try file.close()
        guard case .store(.damaged) = refusal() else {
            Issue.record("not refused as damaged")
            return
        }
    }

    /// The engine takes the log for another database's, removes it, and begins an empty one.
    @Test(
        "a database that is empty or gone is refused while its write-ahead log is there",
        arguments: [nil, 0, 1] as [Int?]
    )
    func logAlone(_ byteCount: Int?) throws {
        let store = try scratch.open()
        try store.commit { $0.inbox = [[UInt8](repeating: 1, count: 64)] }
        let copy = try Scratch()
        try FileManager.default.copyItem(atPath: scratch.path + "-wal", toPath: copy.path + "-wal")
        store.close()
        let attributes = [FileAttributeKey.posixPermissions: 0o600]
        if let byteCount {
            let bytes = Data(repeating: 0, count: byteCount)
            try #require(FileManager.default.createFile(atPath: copy.path, contents: bytes, attributes: attributes))
        }
        let log = try Data(contentsOf: URL(fileURLWithPath: copy.path + "-wal"))
        #expect(throws: OpeningError.logAlone) { try SQLiteStore(path: copy.path) }
        #expect(throws: StoreError.self) { try SQLiteStore.settle(copy.path) }
        #expect(try Data(contentsOf: URL(fileURLWithPath: copy.path + "-wal")) == log)
        #expect(FileManager.default.fileExists(atPath: copy.path) == (byteCount != nil))
        // Nothing is lost with a log that has nothing in it.
        try Data(log.prefix(32)).write(to: URL(fileURLWithPath: copy.path + "-wal"))
        try SQLiteStore(path: copy.path).close()
    }

    @Test("kinds of records and key slots that only a later version knows are refused")
    func laterKinds() throws {
        let store = try scratch.open()
        var samples = Samples()
        let foundation = try samples.foundation()
        try store.commit { $0.foundation = foundation }
        try scratch.intrude {
            try $0.execute(
                sql: """
                    INSERT INTO records VALUES (randomblob(16), 'unheard-of', 1, 1, randomblob(\(Samples.shortest)));
                    INSERT INTO key_slots (id, kind, created, salt, wrapped)
                        VALUES (randomblob(16), 'security-key', 0, randomblob(16), randomblob(\(Samples.wrappedKey)));
                    """
            )
        }
        #expect(failure { _ = try store.records() } == .newer(found: 2, known: 1))
        #expect(failure { _ = try store.foundation() } == .newer(found: 2, known: 1))
    }

    @Test("a file that is no database is damaged")
    func noDatabase() throws {
        let bytes = Data((0..<8192).map { _ in UInt8.random(in: 0...255) })
        #expect(
            FileManager.default.createFile(
                atPath: scratch.path,
                contents: bytes,
                attributes: [.posixPermissions: 0o600]
            )
        )
        guard case .store(.damaged) = refusal() else {
            Issue.record("not refused as damaged")
            return
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: scratch.path)) == bytes)
    }

    @Test("another program's database is damaged, and left alone")
    func foreignDatabase() throws {
        try scratch.open().close()
        try FileManager.default.removeItem(atPath: scratch.path)
        try scratch.intrude { try $0.execute(sql: "CREATE TABLE notes (text TEXT)") }
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: scratch.path)
        let before = try Data(contentsOf: URL(fileURLWithPath: scratch.path))
        guard case .store(.damaged) = refusal() else {
            Issue.record("not refused as damaged")
            return
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: scratch.path)) == before)
    }

    @Test(
        "a database whose definitions were tampered with is damaged",
        arguments: [
            "DROP TRIGGER log_leaves_do_not_go",
            "DROP TABLE inbox",
            "ALTER TABLE vault ADD COLUMN more TEXT",
            "CREATE TRIGGER more AFTER INSERT ON inbox BEGIN DELETE FROM inbox; END",
            "CREATE VIEW more AS SELECT 1",
        ]
    )
    func alteredSchema(_ sql: String) throws {
        try scratch.open().close()
        try scratch.intrude { try $0.execute(sql: sql) }
        guard case .store(.damaged) = refusal() else {
            Issue.record("not refused as damaged")
            return
        }
    }

    @Test("pages that were overwritten are found when they are read")
    func overwrittenPages() throws {
        var samples = Samples()
        do {
            let store = try scratch.open()
            let events = samples.events(1...500)
            try store.commit { $0.events = events }
            store.close()
        }
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: scratch.path))
        let pages = try Int(file.seekToEnd()) / 4096
        for page in pages / 2..<pages {
            try file.seek(toOffset: UInt64(page * 4096))
            try file.write(contentsOf: Data(samples.bytes(4096)))
        }
        try file.close()
        let store = try scratch.open()
        #expect(failure { _ = try store.allEvents() }?.isDamaged == true)
    }

    @Test("a file cut off in the middle is damaged")
    func cutOff() throws {
        var samples = Samples()
        do {
            let store = try scratch.open()
            let events = samples.events(1...500)
            try store.commit { $0.events = events }
            store.close()
        }
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: scratch.path))
        try file.truncate(atOffset: 5 * 4096)
        try file.close()
        do {
            let store = try scratch.open()
            #expect(failure { _ = try store.allEvents() }?.isDamaged == true)
        } catch {
            guard case OpeningError.store(.damaged) = error else { throw error }
        }
    }

    @Test("a log left behind by a killed process is read")
    func leftLog() throws {
        var samples = Samples()
        let events = samples.events(1...50)
        let store = try scratch.open()
        try store.commit { $0.events = events }
        let copy = try Scratch()
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: scratch.path + suffix, toPath: copy.path + suffix)
        }
        #expect(try copy.open().allEvents() == events)
    }
}
