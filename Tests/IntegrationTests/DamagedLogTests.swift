import Foundation
import Glibc
import Testing

/// Pages of the log, or of what waits for it, are garbage; everything that the secrets need is whole.
@Suite("A damaged log", .serialized)
struct DamagedLogTests {
    enum Place: String, CaseIterable, Sendable {
        case payloads = "log_payloads"
        case inbox
        case leaves = "log_leaves"

        /// What a deep check calls the table.
        var name: String { self == .inbox ? "inbox, rows after" : "log, rows after" }
    }

    /// Secrets of the vault, and their values.
    private static let values = [
        "github/pat": "value-of-the-secret", "first/pat": "one", "second/pat": "two, as it is now",
    ]

    /// A stopped vault with so many events that each table of the log has several pages, and keys that were rotated.
    private func vault(events: Int = 150) throws -> VaultProcess {
        let vault = try VaultProcess(profile: "single-user", settings: VaultProcess.withoutRateLimit)
        try vault.start()
        try vault.initialise()
        try vault.furnish(uid: geteuid())
        for (name, value) in [("first/pat", "one"), ("second/pat", "two"), ("second/pat", "two, as it is now")] {
            let put = try vault.ask("PUT", "/v1/secrets/\(name)", #"{"fields":{"value":"\#(value)"}}"#)
            try #require(put.status < 300, "\(put.body)")
        }
        let rotated = try vault.ask("POST", "/v1/keys/rotate", "{}")
        try #require(rotated.status < 300, "\(rotated.body)")
        let client = try vault.client()
        for _ in 0..<events {
            try #require(client.request("POST", "/v1/resolve", body: RestoreStory.call).status == 200)
        }
        #expect(vault.stop() == 0)
        return vault
    }

    /// Writes random bytes over the last page of each table, or over all of their pages.
    private func harm(_ places: [Place], all: Bool = false, in vault: VaultProcess) throws {
        let seed = UInt32.random(in: 0 ... .max)
        print("damaged pages from seed \(seed)")
        let script = """
            import random, sqlite3, sys
            path, seed, scope, *tables = sys.argv[1:]
            db = sqlite3.connect(f"file:{path}?immutable=1", uri=True)
            roots = [db.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (t,)).fetchone()[0] for t in tables]
            db.close()
            file = bytearray(open(path, "rb").read())
            size = int.from_bytes(file[16:18], "big")
            word = lambda at: int.from_bytes(file[at:at + 4], "big")
            half = lambda at: int.from_bytes(file[at:at + 2], "big")
            def pages(number):
                start = (number - 1) * size
                yield number
                if file[start] in (2, 5):
                    for cell in range(half(start + 3)):
                        yield from pages(word(start + half(start + 12 + 2 * cell)))
                    yield from pages(word(start + 8))
            random.seed(int(seed))
            for root in roots:
                found = list(pages(root))
                for number in found if scope == "all" else found[-1:]:
                    file[(number - 1) * size:number * size] = random.randbytes(size)
            open(path, "r+b").write(file)
            """
        let scope = all ? "all" : "last"
        let harmed = try Program.python(script, [vault.database, String(seed), scope] + places.map(\.rawValue))
        try #require(harmed.status == 0, "\(harmed.errors)")
    }

    private func rescue(
        _ vault: VaultProcess,
        _ more: [String] = [],
        _ passphrase: String = VaultProcess.passphrase
    ) throws
        -> ProgramResult
    {
        try RestoreStory.warder(
            ["rescue", "--state", vault.stateDirectory, "--stdin", "--workspace", vault.directory] + more,
            vault,
            input: passphrase + "\n"
        )
    }

    /// The current value of each secret in a file that was saved.
    private func saved(in file: String) throws -> [String: String] {
        var found: [String: String] = [:]
        for line in try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n") {
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            guard let version = object?["version"] as? [String: Any], version["state"] as? String == "current",
                let name = version["name"] as? String, let fields = version["fields"] as? [String: String]
            else { continue }
            found[name] = fields["value"]
        }
        return found
    }

    /// Rescues everything, and leaves the database as it is.
    private func expectRescue(of vault: VaultProcess, naming names: [String]) throws {
        let before = try Data(contentsOf: URL(fileURLWithPath: vault.database))
        let files = try FileManager.default.contentsOfDirectory(atPath: vault.stateDirectory).sorted()
        let checked = try rescue(vault)
        #expect(checked.status == 11, "\(checked.errors)")
        for name in names { #expect(checked.output.contains(name), "\(checked.output)") }
        #expect(checked.errors.contains("warder rescue --save FILE"), "\(checked.errors)")
        #expect(checked.errors.contains("no event says that somebody looked at it"), "\(checked.errors)")
        let file = vault.directory + "/rescued.jsonl"
        let kept = try rescue(vault, ["--save", file])
        #expect(kept.status == 0, "\(kept.errors)")
        #expect(try saved(in: file) == Self.values)
        var status = stat()
        #expect(unsafe stat(file, &status) == 0 && status.st_mode & 0o777 == 0o600)
        #expect(try Data(contentsOf: URL(fileURLWithPath: vault.database)) == before)
        #expect(try FileManager.default.contentsOfDirectory(atPath: vault.stateDirectory).sorted() == files)
        let left = try FileManager.default.contentsOfDirectory(atPath: vault.directory)
        #expect(!left.contains { $0.hasPrefix(".warder") }, "\(left)")
    }

    @Test(
        "one page is garbage: it is called damage and no full disk, and every value is saved",
        arguments: Place.allCases
    )
    func onePage(_ place: Place) throws {
        let vault = try vault()
        try harm([place], in: vault)
        if place == .leaves {
            let failure = #expect(throws: VaultProcess.StartFailure.self) { try vault.start() }
            #expect(failure?.said.contains("warder rescue") == true, "\(failure?.said ?? "")")
        } else {
            try vault.start()
            let unsealed = try RestoreStory.warder(["unseal", "--stdin"], vault, input: VaultProcess.passphrase + "\n")
            #expect(unsealed.status == 9, "\(unsealed.errors)")
            #expect(unsealed.errors.contains("(database_damaged)"), "\(unsealed.errors)")
            #expect(unsealed.errors.contains("docs/operations/disk-damaged.md"), "\(unsealed.errors)")
            #expect(!unsealed.errors.contains("df -h") && !unsealed.errors.contains("disk space"), "\(unsealed.errors)")
            let end = ContinuousClock.now + .seconds(60)
            while !vault.said.contains("the database is damaged"), ContinuousClock.now < end { usleep(10_000) }
            #expect(vault.said.contains("sqlite="), "\(vault.said)")
            _ = vault.stop()
        }
        try expectRescue(of: vault, naming: [place.name])
    }

    @Test(
        "nothing of the log can be read: every value is saved all the same, and nobody is said to have deleted events"
    )
    func everything() throws {
        // So many that an index of times speaks of them as well.
        let vault = try vault(events: 1100)
        try harm(Place.allCases, all: true, in: vault)
        try expectRescue(of: vault, naming: Place.allCases.map(\.name))
        let checked = try rescue(vault)
        #expect(
            !checked.output.contains("event_missing") && checked.output.contains("event_unreadable"),
            "\(checked.output)"
        )
    }

    @Test("while a daemon has the database nobody looks at it, and a wrong passphrase saves nothing")
    func refused() throws {
        let vault = try VaultProcess(profile: "single-user")
        try vault.start()
        try vault.initialise()
        try vault.furnish(uid: geteuid())
        let file = vault.directory + "/rescued.jsonl"
        let locked = try rescue(vault, ["--save", file])
        #expect(locked.status == 7 && locked.errors.contains("process \(vault.pid)"), "\(locked.errors)")
        #expect(locked.errors.contains("warder doctor --deep"), "\(locked.errors)")
        vault.kill()
        let wrong = try rescue(vault, ["--save", file], "not the passphrase")
        #expect(wrong.status == 5 && wrong.errors.contains("opens no key slot"), "\(wrong.errors)")
        #expect(!FileManager.default.fileExists(atPath: file))
        // What a kill leaves in the write-ahead log counts.
        let sound = try rescue(vault, ["--save", file])
        #expect(sound.status == 0, "\(sound.errors)")
        #expect(try saved(in: file) == ["github/pat": "value-of-the-secret"])
        let again = try rescue(vault, ["--save", file])
        #expect(again.status == 1 && again.errors.contains("exists already"), "\(again.errors)")
    }
}
