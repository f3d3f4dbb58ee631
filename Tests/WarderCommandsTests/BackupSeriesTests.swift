import Foundation
import Glibc
import Testing
import WarderCore
import WarderTesting

@testable import WarderCommands

/// Backups that lie side by side in a directory, of which `warder backup create --keep` leaves the newest.
@Suite("Backups in one directory") struct BackupSeriesTests {
    /// What a run calls the one that it makes.
    private static let new = "warder-20261121T093000Z.backup"
    private static let older = (1...4).map { "warder-2026010\($0)T000000Z.backup" }
    /// Whose names are almost of this command.
    private static let foreign = [
        ".warder-20260101T000000Z.backup", "Warder-20260101T000000Z.backup", "notes",
        "warder-20260101T000000.backup", "warder-20260101T000000Z.backup.old", "warder-2026010aT000000Z.backup",
        "warder-20260101T000000Z-backup", "warder.backup", "xwarder-20260101T000000Z.backup",
    ]

    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        for name in Self.foreign { try folder.write(name, to: name, mode: 0o640) }
    }

    private var names: Set<String> {
        get throws { Set(try FileManager.default.contentsOfDirectory(atPath: folder.path)) }
    }

    /// Puts backups of a server's vault there.
    private func furnish(_ names: [String], of server: TestServer) throws {
        let place = try TemporaryFolder()
        let run = try CommandRun(["backup", "create", place.file("one")], socket: server.operatorSocket)
        try #require(run.status == .done, "\(run.errors)")
        for name in names {
            try FileManager.default.copyItem(atPath: place.file("one"), toPath: folder.file(name))
        }
    }

    private func create(_ server: TestServer, keep: Int?, in directory: String? = nil) throws -> CommandRun {
        try CommandRun(
            ["backup", "create", "--directory", directory ?? folder.path]
                + (keep.map { ["--keep", String($0)] } ?? []),
            socket: server.operatorSocket
        )
    }

    /// What is not of this command has its content and its mode.
    private func expectForeignUntouched() throws {
        for name in Self.foreign {
            #expect(try String(contentsOfFile: folder.file(name), encoding: .utf8) == name)
            #expect(try folder.mode(of: name) == 0o640)
        }
    }

    @Test("the oldest go by the time in their names, the new one counts, and nothing else goes", arguments: 1...6)
    func order(keep: Int) async throws {
        try await TestServer.with { server in
            try furnish(Self.older, of: server)
            // The disk's times say the opposite.
            for (age, name) in Self.older.enumerated() {
                let time = Date(timeIntervalSinceNow: -3600 * Double(age))
                try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: folder.file(name))
            }
            let run = try create(server, keep: keep)
            #expect(run.status == .done, "\(run.errors)")
            let gone = Self.older.dropLast(keep - 1)
            #expect(try names == Set(Self.older.suffix(keep - 1) + Self.foreign + [Self.new]))
            #expect(try folder.mode(of: Self.new) == 0o600)
            for name in Self.older { #expect(run.outputText.contains(name) == gone.contains(name)) }
        }
        try expectForeignUntouched()
    }

    @Test("without a number nothing goes")
    func withoutKeep() async throws {
        for name in Self.older { try folder.write(name, to: name) }
        try await TestServer.with { server in
            let run = try create(server, keep: nil)
            #expect(run.status == .done, "\(run.errors)")
            // The vault knows that it arrived, because the command said so.
            let said = try server.kit.events().filter { $0.type == "backup.create" }.map { $0.changes?.first }
            #expect(said == [nil, "outcome=handed-over", "outcome=kept"])
        }
        #expect(try names == Set(Self.older + Self.foreign + [Self.new]))
    }

    @Test("those that are called after a later time, by a clock that was wrong, take no place and are named")
    func clock() async throws {
        let later = ["warder-20360101T000000Z.backup", "warder-20360102T000000Z.backup"]
        try await TestServer.with { server in
            try furnish(Self.older + later, of: server)
            let run = try create(server, keep: 3)
            #expect(run.status == .done, "\(run.errors)")
            #expect(try names == Set(later + Self.foreign + [Self.new] + Self.older.suffix(2)))
            #expect(
                run.errors.contains("mv \(folder.file(later[0])) \(folder.file(later[1])) ELSEWHERE/"),
                "\(run.errors)"
            )
        }
    }

    @Test("a directory whose name a shell would take apart is one word in what is said to do")
    func words() async throws {
        let directory = folder.file("it's my place")
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        let later = "warder-20360101T000000Z.backup"
        try await TestServer.with { server in
            try furnish([later], of: server)
            try FileManager.default.moveItem(atPath: folder.file(later), toPath: directory + "/" + later)
            let run = try create(server, keep: 1, in: directory)
            #expect(run.status == .done, "\(run.errors)")
            let word = #"'\#(folder.path)/it'\''s my place/\#(later)'"#
            #expect(run.errors.contains("mv \(word) ELSEWHERE/"), "\(run.errors)")
        }
    }

    @Test("those of another vault stay, however often this one is copied, and do not count")
    func otherVault() async throws {
        // The vault whose state was lost; the daemon's directory has a new one now.
        try await TestServer.with { lost in try furnish(Self.older, of: lost) }
        let own = (1...3).map { "warder-2026020\($0)T000000Z.backup" }
        try await TestServer.with { server in
            try furnish(own, of: server)
            let run = try create(server, keep: 3)
            #expect(run.status == .done, "\(run.errors)")
            #expect(try names == Set(Self.older + own.suffix(2) + Self.foreign + [Self.new]))
            #expect(run.outputText.contains("4 backups of another vault"), "\(run.outputText)")
            #expect(run.errors.contains("docs/operations/machine-lost.md"), "\(run.errors)")

            try FileManager.default.removeItem(atPath: folder.file(Self.new))
            let programs = try CommandRun(
                ["backup", "create", "--directory", folder.path, "--keep", "1", "--output", "json"],
                socket: server.operatorSocket
            )
            #expect(programs.outputText.contains(#""of_another_vault": 4"#), "\(programs.outputText)")
            #expect(try names == Set(Self.older + Self.foreign + [Self.new]))
        }
    }

    @Test("nothing goes while a restored vault is in quarantine: what lies there may be better than what came back")
    func quarantine() async throws {
        // As the timer's user this process is no operator.
        let kit = try await TestVault(uid: 54_321)
        try await TestServer.with(kit) { server in
            try furnish(Self.older, of: server)
            try await kit.seal()
            try await kit.openAsRestored()
            let held = try create(server, keep: 1)
            #expect(held.status == .done, "\(held.errors)")
            #expect(try names == Set(Self.older + Self.foreign + [Self.new]))
            #expect(held.outputText.contains("nothing, before the restore is released"), "\(held.outputText)")
            #expect(held.errors.contains("warder backup release"), "\(held.errors)")

            try FileManager.default.removeItem(atPath: folder.file(Self.new))
            try await kit.vault.perform(Backups.release(by: kit.admin))
            let released = try create(server, keep: 1)
            // It is the same vault as before.
            #expect(try names == Set(Self.foreign + [Self.new]), "\(released.errors)")
        }
    }

    /// A backup that a vault hands over, which it then calls sound.
    private func handingOver() async throws -> [StubVault.Reply] {
        var backup = Data()
        try await TestServer.with { server in
            try furnish([Self.older[0]], of: server)
            backup = try Data(contentsOf: URL(filePath: folder.file(Self.older[0])))
        }
        let head = "HTTP/1.1 200 OK\r\nContent-Length: \(backup.count)\r\n\r\n"
        return [
            .json("GET /v1/sys/status", 200, Self.status("unsealed")),
            StubVault.Reply(expecting: "GET /v1/backup", bytes: Array(head.utf8) + backup),
            .json("POST /v1/backup/kept", 200, #"{"verdict":"sound","counts":[],"findings":[]}"#),
        ]
    }

    private static func status(_ state: String) -> String {
        #"{"state":"\#(state)","vault":"01JD","profile":"team","version":"0.1.0","pid":4711,"#
            + #""started":"2026-11-21T07:00:00.000Z","slots":["passphrase"],"memory_locked":true,"client_socket":"/run/c"}"#
    }

    @Test("nothing goes where the vault was sealed since: nobody can say whether it is in quarantine")
    func sealedSince() async throws {
        for isForPrograms in [false, true] {
            let replies = try await handingOver() + [.json("GET /v1/sys/status", 200, Self.status("sealed"))]
            let stub = try StubVault(replies)
            defer { stub.stop() }
            let run = try CommandRun(
                ["backup", "create", "--directory", folder.path, "--keep", "1"]
                    + (isForPrograms ? ["--output", "json"] : []),
                socket: stub.path
            )
            #expect(run.status == .done && stub.surprises == [], "\(run.errors) \(stub.surprises)")
            let said = isForPrograms ? #""held": "sealed""# : "nothing: the vault was sealed meanwhile"
            #expect(run.outputText.contains(said), "\(run.outputText)")
            #expect(try names == Set([Self.older[0], Self.new] + Self.foreign))
            for name in [Self.older[0], Self.new] { try FileManager.default.removeItem(atPath: folder.file(name)) }
        }
    }

    @Test("nothing goes where the vault does not say how it is, and the run fails: the new one is there all the same")
    func noStatus() async throws {
        let failure = #"{"error":{"code":"unavailable","message":"It is busy.","request_id":"req-9"}}"#
        let stub = try StubVault(try await handingOver() + [.json("GET /v1/sys/status", 503, failure)])
        defer { stub.stop() }
        let run = try CommandRun(
            ["backup", "create", "--directory", folder.path, "--keep", "1"],
            socket: stub.path
        )
        #expect(run.status == .server && stub.surprises == [], "\(run.errors) \(stub.surprises)")
        #expect(run.errors.contains("the backup is complete, and nothing older was removed"), "\(run.errors)")
        #expect(try names == Set([Self.older[0], Self.new] + Self.foreign))
    }

    @Test("what cannot be read, is cut or is no backup neither goes nor counts")
    func unreadable() async throws {
        let strange = [
            "warder-20260301T000000Z.backup", "warder-20260302T000000Z.backup", "warder-20260303T000000Z.backup",
        ]
        try await TestServer.with { server in
            try furnish(Self.older, of: server)
            let whole = try Data(contentsOf: URL(filePath: folder.file(Self.older[0])))
            try whole.dropLast().write(to: URL(filePath: folder.file(strange[0])))
            try folder.write("notes", to: strange[1])
            #expect(unsafe symlink(Self.older[0], folder.file(strange[2])) == 0)
            let run = try create(server, keep: 3)
            #expect(run.status == .done, "\(run.errors)")
            #expect(try names == Set(strange + Self.foreign + [Self.new] + Self.older.suffix(2)))
            #expect(run.outputText.contains("3 backups that cannot be read"), "\(run.outputText)")
        }
    }

    @Test("where there is no new one, nothing goes: a sealed vault, a full disk, a name that is taken, no directory")
    func failures() async throws {
        try await TestServer.with { server in
            try furnish(Self.older, of: server)
            let before = try names
            #expect(try create(server, keep: 1, in: folder.file("none")).status == .usage)
            #expect(try names == before)

            try folder.write("taken", to: Self.new)
            #expect(try create(server, keep: 1).status == .usage)
            #expect(try names == before.union([Self.new]))
            try FileManager.default.removeItem(atPath: folder.file(Self.new))

            server.kit.store.fillDisk()
            #expect(try create(server, keep: 1).status == .server)
            try await server.kit.seal()
            #expect(try create(server, keep: 1).status == .sealed)
            #expect(try names == before)
        }
        try expectForeignUntouched()
    }
}
