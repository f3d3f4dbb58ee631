import Dispatch
import GRDB
import Sealing
import Synchronization
import Testing
import WarderCore
import WarderModel
import WarderStoreSQLite

@Suite("The write-ahead log stays short")
struct MaintenanceTests {
    private let scratch: Scratch
    private var samples = Samples()
    private let secret: SealedRecord

    init() throws {
        scratch = try Scratch()
        secret = samples.record()
    }

    private func fill(_ store: SQLiteStore, versions: ClosedRange<UInt32>) throws {
        try Self.fill(store, secret.id, versions: versions)
    }

    /// Commits values of 1 MiB, which is 256 pages each.
    private static func fill(_ store: SQLiteStore, _ secret: RecordID, versions: ClosedRange<UInt32>) throws {
        for version in versions {
            let value = SealedValue(
                epoch: 1,
                wrappedKey: [UInt8](repeating: 1, count: Samples.wrappedKey),
                sealed: [UInt8](repeating: 2, count: 1 << 20)
            )
            try store.commit { $0.values = [(Batch.Place(secret: secret, version: version), value)] }
        }
    }

    @Test("it is written back and then over from its beginning")
    func writtenOver() throws {
        let store = try scratch.open()
        try store.commit { $0.records = [secret] }
        #expect(!store.needsMaintenance)
        try fill(store, versions: 1...20)
        #expect(store.needsMaintenance)
        let length = try scratch.size(of: "-wal")
        try store.maintain()
        #expect(!store.needsMaintenance)
        try fill(store, versions: 21...35)
        #expect(!store.needsMaintenance)
        #expect(try scratch.size(of: "-wal") == length)
        #expect(try store.value(of: secret.id, version: 1) != nil)
        #expect(try store.value(of: secret.id, version: 35) != nil)
    }

    @Test("the committing connection never writes it back")
    func notByItself() throws {
        let store = try scratch.open()
        try store.commit { $0.records = [secret] }
        let before = try scratch.size()
        try fill(store, versions: 1...20)
        #expect(try scratch.size() == before)
    }

    @Test("under commits without a pause it is not longer than what comes in between two times of writing it back")
    func underLoad() throws {
        let store = try scratch.open()
        try store.commit { $0.records = [secret] }
        let commits = Atomic(0)
        let isOver = Atomic(false)
        let longest = Atomic(0)
        // Commits of 1 MiB from the beginning of one time to the end of the next: many, where the machine has much else
        // to do.
        let between = Atomic(0)
        try concurrently(
            { [id = secret.id] in
                defer { isOver.store(true, ordering: .relaxed) }
                for version in UInt32(1)...240 {
                    try Self.fill(store, id, versions: version...version)
                    commits.add(1, ordering: .relaxed)
                }
            },
            {
                var last = 0
                while !isOver.load(ordering: .relaxed) {
                    let begin = commits.load(ordering: .relaxed)
                    let isLong = store.needsMaintenance
                    if isLong { try store.maintain() }
                    longest.max(try scratch.size(of: "-wal"), ordering: .relaxed)
                    between.max(commits.load(ordering: .relaxed) - last, ordering: .relaxed)
                    if isLong { last = begin }
                }
            }
        )
        let most = between.load(ordering: .relaxed)
        #expect(longest.load(ordering: .relaxed) < (most + most / 8 + 8) << 20, "\(most) commits in between")
    }

    @Test("it can be written back at any moment of a commit")
    func atAnyMoment() throws {
        let store = try scratch.open()
        let isOver = Atomic(false)
        try concurrently(
            {
                defer { isOver.store(true, ordering: .relaxed) }
                let entry = [UInt8](repeating: 3, count: 100)
                for _ in 0..<2000 { try store.commit { $0.inbox = [entry] } }
            },
            { while !isOver.load(ordering: .relaxed) { try store.writeBack() } },
        )
        #expect(try store.inbox().count == 2000)
    }

    @Test("a reader that stays in it holds up neither commits nor maintenance, only the cut; afterwards it is cut")
    func longReader() throws {
        let store = try scratch.open()
        try store.commit { $0.records = [secret] }
        let reader = try DatabaseQueue(path: scratch.path)
        try reader.inDatabase { database in
            try database.beginTransaction(.deferred)
            _ = try Int.fetchOne(database, sql: "SELECT count(*) FROM records")
            try fill(store, versions: 1...20)
            try store.maintain()
            try fill(store, versions: 21...45)
            try store.maintain()
            try database.commit()
        }
        #expect(try scratch.size(of: "-wal") > 40 << 20)
        #expect(store.needsMaintenance)
        try store.maintain()
        #expect(!store.needsMaintenance)
        try fill(store, versions: 46...46)
        #expect(try scratch.size(of: "-wal") < 36 << 20)
    }
}
