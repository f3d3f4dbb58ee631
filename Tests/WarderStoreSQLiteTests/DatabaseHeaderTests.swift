import Foundation
import Testing
import WarderStoreSQLite

@Suite("What is known of a database's first page without it")
struct DatabaseHeaderTests {
    /// Of a new database that was closed.
    private let page: [UInt8]

    init() throws {
        let scratch = try Scratch()
        try scratch.open().close()
        page = Array(try Data(contentsOf: URL(fileURLWithPath: scratch.path)).prefix(DatabaseHeader.pageBytes))
    }

    @Test("a sound page stays as it is, but that the file says how many pages there are")
    func sound() {
        let header = DatabaseHeader(page, newest: 1)
        #expect(!header.isDamaged && header.pageCount > 10)
        var wanted = page
        wanted.replaceSubrange(28..<32, with: [0, 0, 0, 0])
        #expect(header.page == wanted)
    }

    /// What the engine needs before it gives a single row.
    @Test("any bit of what every database has there is put right, and so is any whole byte")
    func known() {
        let sound = DatabaseHeader(page, newest: 1).page
        let places = [0..<24, 28..<32, 44..<72, 100..<101, 103..<105].joined()
        for place in places {
            for mask in (0..<8).map({ UInt8(1) << $0 }) + [page[place], 0xFF, 0xA5] where mask > 0 {
                var damaged = page
                damaged[place] ^= mask
                let header = DatabaseHeader(damaged, newest: 1, trustsSchema: false)
                #expect(header.page == sound, "byte \(place), mask \(mask)")
                #expect(header.isDamaged || (28..<32).contains(place), "byte \(place), mask \(mask)")
            }
        }
    }

    @Test("a schema that is newer by a little is believed, and none that no version can have")
    func schema() {
        let schemas: [(said: [UInt8], believed: [UInt8])] = [
            ([0, 0, 0, 2], [0, 0, 0, 2]), ([0, 0, 1, 0], [0, 0, 1, 0]), ([8, 0, 0, 1], [0, 0, 0, 1]),
            ([0, 0, 0, 0], [0, 0, 0, 1]),
        ]
        for schema in schemas {
            var other = page
            other.replaceSubrange(60..<64, with: schema.said)
            #expect(Array(DatabaseHeader(other, newest: 1).page[60..<64]) == schema.believed)
        }
    }

    @Test("what is no page is made one, and a file that nothing was written back to is left alone")
    func short() throws {
        #expect(DatabaseHeader([], newest: 1).page.starts(with: "SQLite format 3\0".utf8))
        #expect(DatabaseHeader([], newest: 1).page.count == DatabaseHeader.pageBytes)
        let scratch = try Scratch()
        let store = try scratch.open()
        let young = Array(try Data(contentsOf: URL(fileURLWithPath: scratch.path)))
        store.close()
        #expect(young.count == DatabaseHeader.pageBytes)
        #expect(DatabaseHeader(young, newest: 1).page == young)
    }
}
