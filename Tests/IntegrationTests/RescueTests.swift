import Foundation
import Glibc
import Testing

/// Files of a vault that something happened to while its daemon was not running, every row of it being whole.
@Suite("Rescue", .serialized)
struct RescueTests {
    private static let values = Dictionary(
        uniqueKeysWithValues: (0..<40).map { ("group/secret\($0)", "value number \($0)") }
            + [("github/pat", "value-of-the-secret")]
    )

    private func vault() throws -> VaultProcess {
        let vault = try VaultProcess(profile: "single-user", settings: VaultProcess.withoutRateLimit)
        try vault.start()
        try vault.initialise()
        try vault.furnish(uid: geteuid())
        for (name, value) in Self.values where name != "github/pat" {
            try vault.ask("PUT", "/v1/secrets/\(name)", #"{"fields":{"value":"\#(value)"}}"#, expecting: 201)
        }
        return vault
    }

    /// Saves what opens.
    private func rescue(_ vault: VaultProcess) throws -> (result: ProgramResult, values: [String: String]) {
        let file = vault.directory + "/rescued-\(UUID().uuidString).jsonl"
        let result = try RestoreStory.warder(
            ["rescue", "--state", vault.stateDirectory, "--stdin", "--workspace", vault.directory, "--save", file],
            vault,
            input: VaultProcess.passphrase + "\n"
        )
        var found: [String: String] = [:]
        let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
        for line in text.split(separator: "\n") {
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            guard let version = object?["version"] as? [String: Any], let name = version["name"] as? String,
                let fields = version["fields"] as? [String: String]
            else { continue }
            found[name] = fields["value"]
        }
        return (result, found)
    }

    private func expectRefusal(of vault: VaultProcess, saying words: String) {
        let failure = #expect(throws: VaultProcess.StartFailure.self) { try vault.start() }
        let said = failure?.said ?? ""
        #expect(said.contains(words) && said.contains("warder rescue"), "\(said)")
    }

    private func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

    private func write(_ bytes: Data, _ path: String) throws { try bytes.write(to: URL(fileURLWithPath: path)) }

    /// SQLite would remove the log, and the vault would be anybody's to set up anew.
    @Test(
        "a young vault's database is emptied or removed: the daemon leaves the log alone, and every value comes out of it"
    )
    func logAlone() throws {
        let vault = try vault()
        vault.kill()
        let log = try bytes(vault.database + "-wal")
        try #require(try bytes(vault.database).count == 4096)
        for isThere in [true, false] {
            if isThere {
                try write(Data(), vault.database)
            } else {
                try FileManager.default.removeItem(atPath: vault.database)
            }
            expectRefusal(of: vault, saying: "is empty or gone")
            #expect(try bytes(vault.database + "-wal") == log)
            let (result, values) = try rescue(vault)
            #expect(result.status == 0 && result.errors.contains("from its write-ahead log alone"), "\(result.errors)")
            #expect(values == Self.values)
            #expect(try bytes(vault.database + "-wal") == log)
            #expect(FileManager.default.fileExists(atPath: vault.database) == isThere)
        }
    }

    @Test("where no key slot is left, nobody is asked for anything, and what is left to do is said")
    func withoutSlots() throws {
        let vault = try vault()
        #expect(vault.stop() == 0)
        try RestoreStory.alter("DELETE FROM key_slots", in: vault.database)
        let (result, values) = try rescue(vault)
        #expect(result.status == 1 && values.isEmpty, "\(result)")
        #expect(result.errors.contains("nothing opens it any more"), "\(result.errors)")
        #expect(result.errors.contains("docs/operations/disk-damaged.md"), "\(result.errors)")
    }

    @Test("the page that says where values lie is gone: every value is saved, as the check says")
    func index() throws {
        let vault = try vault()
        #expect(vault.stop() == 0)
        let script = """
            import sqlite3, sys
            db = sqlite3.connect(f"file:{sys.argv[1]}?immutable=1", uri=True)
            query = "SELECT rootpage FROM sqlite_master WHERE name = 'sqlite_autoindex_version_values_1'"
            root, = db.execute(query).fetchone()
            db.close()
            with open(sys.argv[1], "r+b") as file:
                file.seek((root - 1) * 4096)
                file.write(bytes(4096))
            """
        let harmed = try Program.python(script, [vault.database])
        try #require(harmed.status == 0, "\(harmed.errors)")
        let (result, values) = try rescue(vault)
        #expect(result.status == 0, "\(result.errors)")
        #expect(
            result.errors.contains("\(Self.values.count) versions saved") && values == Self.values,
            "\(result.errors)"
        )
    }

    @Test("a value that is lost shows in the status, and the others are saved")
    func lost() throws {
        let vault = try vault()
        #expect(vault.stop() == 0)
        try RestoreStory.harmValue(1, in: vault.database)
        let (result, values) = try rescue(vault)
        #expect(result.status == 11 && result.errors.contains("1 that should open do not"), "\(result.errors)")
        #expect(values.count == Self.values.count - 1)
        #expect(result.errors.contains("no event says that somebody looked at it"), "\(result.errors)")
    }

    @Test("the end of the file is cut off: what lies before it is saved")
    func cut() throws {
        let vault = try vault()
        #expect(vault.stop() == 0)
        let whole = try bytes(vault.database)
        try write(whole.dropLast(4096), vault.database)
        let (result, values) = try rescue(vault)
        #expect(result.errors.contains("the file ends after \(whole.count / 4096 - 1)"), "\(result.errors)")
        // Whatever lay there, it was one page.
        #expect(values.count > Self.values.count - 20 && values.allSatisfy { Self.values[$0.key] == $0.value })
        #expect(result.status == (values.count == Self.values.count ? 0 : 11), "\(result.errors)")
        // The same as the same zeroes.
        try write(whole.dropLast(4096) + Data(count: 4096), vault.database)
        let padded = try rescue(vault)
        #expect(padded.values == values && padded.result.status == result.status, "\(padded.result.errors)")
    }

    /// Of the signature, the length of a page, the count of pages, the format, the schema, the program, the first tree.
    @Test(
        "one damaged byte of the header costs nothing",
        arguments: [(3, 1), (16, 0x40), (29, 4), (31, 8), (47, 0x10), (60, 8), (62, 1), (69, 2), (100, 8), (104, 1)]
    )
    func header(_ place: Int, _ mask: UInt8) throws {
        let vault = try vault()
        #expect(vault.stop() == 0)
        var file = try bytes(vault.database)
        file[place] ^= mask
        try write(file, vault.database)
        if place == 60 || place == 47 { expectRefusal(of: vault, saying: "damaged") }
        let (result, values) = try rescue(vault)
        #expect(result.status == 0 && values == Self.values, "\(result.errors)")
        #expect(
            place == 31 || place == 29 || place == 62 || result.errors.contains("header is damaged"),
            "\(result.errors)"
        )
        #expect(!result.errors.contains(#"\n"#), "\(result.errors)")
        #expect(try bytes(vault.database) == file)
    }
}
