import Foundation
import GRDB
import WarderStoreSQLite

/// A directory of a test's own, which goes when the test is over.
final class Scratch: Sendable {
    let directory: String
    var path: String { directory + "/vault.db" }

    init() throws {
        // Resolved, because SQLite resolves links as well, and a faulty disk goes by names.
        directory =
            FileManager.default.temporaryDirectory.resolvingSymlinksInPath().path + "/warder-store-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: directory,
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700]
        )
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    func open() throws -> SQLiteStore { try SQLiteStore(path: path) }

    /// Another program's connection to the database.
    func intrude<Result>(_ body: (Database) throws -> Result) throws -> Result {
        try DatabaseQueue(path: path).inDatabase(body)
    }

    /// Whether these bytes are in the database, or in its write-ahead log.
    func holds(_ bytes: [UInt8]) -> Bool {
        ["", "-wal"].contains { suffix in
            FileManager.default.contents(atPath: path + suffix)?.range(of: Data(bytes)) != nil
        }
    }

    /// Copies both, as somebody does who does not ask the engine.
    func copyFiles(to other: Scratch) throws {
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: path + suffix, toPath: other.path + suffix)
        }
    }

    func mode(of suffix: String = "") throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path + suffix)
        return (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0
    }

    func size(of suffix: String = "") throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path + suffix)
        return (attributes[.size] as? NSNumber)?.intValue ?? 0
    }
}
