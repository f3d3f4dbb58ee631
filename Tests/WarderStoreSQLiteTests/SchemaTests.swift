import Foundation
import GRDB
import Sealing
import Testing
import WarderCore
import WarderModel
import WarderStoreSQLite

@Suite("The schema holds by itself")
struct SchemaTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
        let store = try scratch.open()
        var samples = Samples()
        let (secret, value, events) = (samples.record(), samples.value(), samples.events(1...10))
        try store.commit {
            $0.records = [secret]
            $0.values = [(Batch.Place(secret: secret.id, version: 1), value)]
            $0.events = events
        }
        store.close()
    }

    @Test(
        "no statement changes or removes what is there for ever",
        arguments: [
            "DELETE FROM log_leaves",
            "DELETE FROM log_leaves WHERE seq = 10",
            "UPDATE log_leaves SET leaf = zeroblob(32) WHERE seq = 3",
            "UPDATE log_leaves SET seq = 11 WHERE seq = 10",
            "INSERT OR REPLACE INTO log_leaves VALUES (3, zeroblob(32))",
            "INSERT INTO log_leaves VALUES (3, zeroblob(32)) ON CONFLICT DO UPDATE SET leaf = zeroblob(32)",
            "UPDATE log_payloads SET time = 0 WHERE seq = 3",
            "UPDATE log_payloads SET sealed = zeroblob(\(Samples.shortest))",
            "DELETE FROM version_values",
            "UPDATE version_values SET sealed = zeroblob(\(Samples.shortest))",
            "UPDATE version_values SET sealed = NULL",
            "UPDATE version_values SET version = 2",
            "UPDATE version_values SET epoch = 1, wrapped_key = zeroblob(\(Samples.wrappedKey))",
        ]
    )
    func forEver(_ sql: String) throws {
        #expect(throws: DatabaseError.self) { try scratch.intrude { try $0.execute(sql: sql) } }
    }

    @Test("a restore writes the log's hashes and changes of the key anew, and afterwards nothing changes them again")
    func mending() throws {
        let store = try scratch.open()
        var samples = Samples()
        let (events, change) = (samples.events(11...300), samples.bytes(40))
        try store.commit {
            $0.events = events
            $0.logKeyChange = LogKeyChange(epoch: 2, key: samples.bytes(32), note: samples.bytes(40))
        }
        let (tree, hashes) = (store.tree(), try store.treeHashes(level: 8, range: 0..<1))
        #expect(hashes.count == 1)
        try store.commit {
            $0.logMending = LogMending()
            $0.logMending?.regrowsTree = true
            $0.logMending?.keyChanges = [change]
        }
        #expect(try store.tree() == tree && store.treeHashes(level: 8, range: 0..<1) == hashes)
        #expect(try store.logKeyChanges() == [change])
        store.close()
        for table in ["log_nodes", "log_key_changes"] {
            #expect(throws: DatabaseError.self) { try scratch.intrude { try $0.execute(sql: "DELETE FROM \(table)") } }
        }
    }

    @Test("a data key can be wrapped anew under a later epoch")
    func rewrapping() throws {
        try scratch.intrude {
            try $0.execute(sql: "UPDATE version_values SET epoch = 2, wrapped_key = zeroblob(\(Samples.wrappedKey))")
        }
    }

    @Test("a payload can be pruned")
    func pruning() throws {
        try scratch.intrude { try $0.execute(sql: "DELETE FROM log_payloads WHERE seq < 5") }
    }

    @Test("all tables are strict")
    func strictness() throws {
        let tables = try scratch.intrude {
            try String.fetchAll(
                $0,
                sql: """
                    SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict = 0
                    AND name NOT GLOB 'sqlite_*' AND name <> 'grdb_migrations'
                    """
            )
        }
        #expect(tables.isEmpty)
    }

    @Test("destroyed values are overwritten in the file")
    func erasure() throws {
        let store = try scratch.open()
        let key = try scratch.intrude { try Data.fetchOne($0, sql: "SELECT wrapped_key FROM version_values") }
        let id = try #require(try store.records().first?.id)
        // The search can find what it looks for.
        #expect(try Data(contentsOf: URL(fileURLWithPath: scratch.path)).range(of: try #require(key)) != nil)
        try store.commit { $0.destroyedValues = [Batch.Place(secret: id, version: 1)] }
        store.close()
        #expect(try Data(contentsOf: URL(fileURLWithPath: scratch.path)).range(of: try #require(key)) == nil)
    }

    @Test("docs/formats/database.md shows the schema as it is")
    func documentation() throws {
        let page = try String(
            contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .appending(path: "../../docs/formats/database.md"),
            encoding: .utf8
        )
        let documented = page.components(separatedBy: "```sql\n").dropFirst()
            .compactMap { $0.components(separatedBy: "```").first }.joined()
        let real = try scratch.intrude {
            try String.fetchAll(
                $0,
                sql: """
                    SELECT sql FROM sqlite_schema
                    WHERE sql IS NOT NULL AND name NOT GLOB 'sqlite_*' AND tbl_name <> 'grdb_migrations'
                    """
            )
        }
        #expect(words(documented) == words(real.joined(separator: ";") + ";"))
    }

    private func words(_ sql: String) -> [String] {
        sql.replacing(";", with: " ; ").split(whereSeparator: \.isWhitespace).map(String.init)
    }
}
