import Foundation
import Testing
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
        for name in Self.older + Self.foreign { try folder.write(name, to: name, mode: 0o640) }
    }

    private var names: Set<String> {
        get throws { Set(try FileManager.default.contentsOfDirectory(atPath: folder.path)) }
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
        // The disk's times say the opposite.
        for (age, name) in Self.older.enumerated() {
            let time = Date(timeIntervalSinceNow: -3600 * Double(age))
            try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: folder.file(name))
        }
        try await TestServer.with { server in
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
        try await TestServer.with { server in
            let run = try create(server, keep: nil)
            #expect(run.status == .done, "\(run.errors)")
            // The vault knows that it arrived, because the command said so.
            let said = try server.kit.events().filter { $0.type == "backup.create" }.map { $0.changes?.first }
            #expect(said == [nil, "outcome=handed-over", "outcome=kept"])
        }
        #expect(try names == Set(Self.older + Self.foreign + [Self.new]))
    }

    @Test("one that is called after a later time, by a clock that was wrong, is none of the oldest; nor is the new one")
    func clock() async throws {
        try folder.write("", to: "warder-20990101T000000Z.backup")
        try await TestServer.with { server in
            let run = try create(server, keep: 2)
            #expect(run.status == .done, "\(run.errors)")
        }
        #expect(try names == Set(Self.foreign + [Self.new, "warder-20990101T000000Z.backup"]))
    }

    @Test("where there is no new one, nothing goes: a sealed vault, a full disk, a name that is taken, no directory")
    func failures() async throws {
        let before = try names
        try await TestServer.with { server in
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
        }
        #expect(try names == before)
        try expectForeignUntouched()
    }
}
