import GRDB
import WarderModel

/// The migrations that a database has gone through, and which release took it through them: written down in the
/// database, for an older release that finds it and has to say which one is needed.
///
/// The table is the one of GRDB's migrator, which made the databases of the first release.
enum SchemaHistory {
    static let table = "grdb_migrations"

    /// Notes that a migration is done. Within its transaction.
    static func add(_ number: Int, to database: Database) throws {
        try database.execute(
            sql: "CREATE TABLE IF NOT EXISTS \(table) (identifier TEXT NOT NULL PRIMARY KEY)"
        )
        try database.execute(
            sql: "INSERT INTO \(table) (identifier) VALUES (?)",
            // The first release wrote the bare number.
            arguments: [number == 1 ? "1" : "\(number) \(Release.version)"]
        )
    }

    /// The release that brought the database to the newest of its schemas; `nil` when it cannot be told.
    static func newestProgram(_ database: Database) -> String? {
        let identifiers = (try? String.fetchAll(database, sql: "SELECT identifier FROM \(table)")) ?? []
        let steps = identifiers.compactMap { identifier -> (number: Int, program: String)? in
            let parts = identifier.split(separator: " ", omittingEmptySubsequences: false)
            guard parts.count == 2, let number = Int(parts[0]), isVersion(parts[1]) else { return nil }
            return (number, String(parts[1]))
        }
        return steps.max { $0.number < $1.number }?.program
    }

    /// It goes to a terminal, and comes from a file that anybody may have written to.
    private static func isVersion(_ text: Substring) -> Bool {
        (1...32).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "+"):
                    true
                default: false
                }
            }
    }
}
