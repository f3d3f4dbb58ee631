import Foundation

/// The files of a vault, and a copy of them that SQLite itself may change.
struct DatabaseCopy {
    private let origin: String
    private let folder: String
    /// Of the copy once there is one.
    private var place: String { folder + "/vault.db" }

    init(of vault: VaultProcess) {
        origin = vault.stateDirectory
        folder = vault.directory + "/copy"
    }

    /// All files of the running vault.
    func files() throws -> [(name: String, bytes: Data)] {
        try FileManager.default.contentsOfDirectory(atPath: origin).map {
            ($0, try Data(contentsOf: URL(fileURLWithPath: origin + "/" + $0)))
        }
    }

    /// Of a file of the running vault, in bytes.
    func size(of file: String) throws -> Int {
        try FileManager.default.attributesOfItem(atPath: origin + "/" + file)[.size] as? Int ?? 0
    }

    /// Copies what is there now.
    func take(without left: String? = nil) throws {
        if FileManager.default.fileExists(atPath: folder) { try FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        for (name, bytes) in try files() where name.hasPrefix("vault.db") && name != left && !name.hasSuffix("-shm") {
            try bytes.write(to: URL(fileURLWithPath: folder + "/" + name))
        }
    }

    /// Of a file of the copy.
    func bytes(of file: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: folder + "/" + file)) }

    /// Writes a plain text into a table of the copy; it stays in the write-ahead log.
    func plant(_ text: String) throws {
        try run(
            """
            database.execute("CREATE TABLE planted (text TEXT)")
            database.execute("INSERT INTO planted VALUES (?)", (sys.argv[2],))
            database.commit()
            sys.stdout.flush()
            os._exit(0)  # Closing the database would write the log back.
            """,
            text
        )
    }

    /// Writes the copy's write-ahead log back into its database.
    func writeBack() throws {
        try run("database.execute('PRAGMA wal_checkpoint(TRUNCATE)').fetchall(); database.close()")
    }

    /// How many rows a table of the copy has.
    func rows(of table: String) throws -> Int {
        let said = try run("print(database.execute('SELECT count(*) FROM ' + sys.argv[2]).fetchone()[0])", table)
        return Int(said.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
    }

    private struct Failure: Error {
        var said: String
    }

    @discardableResult
    private func run(_ lines: String, _ argument: String = "") throws -> String {
        let script = "import os, sqlite3, sys\ndatabase = sqlite3.connect(sys.argv[1])\n" + lines
        let result = try Program.python(script, [place, argument])
        guard result.status == 0 else { throw Failure(said: result.errors) }
        return result.output
    }
}
