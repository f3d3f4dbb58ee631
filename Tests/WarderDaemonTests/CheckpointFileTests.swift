import Foundation
import Testing
import WarderCore
import WarderModel
import WarderTesting

@testable import WarderDaemon

/// The newest checkpoint apart from the database, and what somebody puts in its place.
@Suite("Checkpoint files")
struct CheckpointFileTests {
    private let kit: TestVault
    private let origin: RecordID
    private let file: CheckpointFile

    init() async throws {
        kit = try await TestVault()
        origin = try #require(kit.vault.state).logOrigin(try #require(kit.vault.foundation))
        let directory = kit.directory.path + "/checkpoints"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        file = CheckpointFile(directory: directory)
    }

    private func put(_ text: String, at path: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    }

    @Test("what was written is read; a smaller log does not replace a larger one")
    func written() async throws {
        #expect(try file.read(origin) == nil)
        let small = try await kit.vault.signCheckpoint()
        try file.write(small.note, size: small.size, of: origin)
        _ = try await kit.mustAddOperator("eve", uid: 1001, roles: [.auditor])
        let large = try await kit.vault.signCheckpoint()
        try file.write(large.note, size: large.size, of: origin)
        #expect(throws: CheckpointFile.Refused.self) { try file.write(small.note, size: small.size, of: origin) }
        #expect(try file.readAll() == [origin: large.note])
    }

    @Test(
        "what is no checkpoint of the log that its name says is neither read as none nor replaced",
        arguments: [0, 14, 1 << 20]
    )
    func malformed(count: Int) async throws {
        let text = String(repeating: "x", count: count)
        let signed = try await kit.vault.signCheckpoint()
        try put(text, at: file.path(origin))
        #expect(throws: CheckpointFile.Unreadable.self) { try file.readAll() }
        #expect(throws: CheckpointFile.Refused.self) { try file.write(signed.note, size: signed.size, of: origin) }
        #expect(try String(contentsOfFile: file.path(origin), encoding: .utf8) == text)
    }

    @Test("a checkpoint under the name of another log is none of that one, and hides no other")
    func misnamed() async throws {
        let signed = try await kit.vault.signCheckpoint()
        try file.write(signed.note, size: signed.size, of: origin)
        let other = RecordID(high: 1, low: 2)
        try FileManager.default.copyItem(atPath: file.path(origin), toPath: file.path(other))
        #expect(throws: CheckpointFile.Unreadable.self) { try file.readAll() }
        #expect(file.readable() == [origin: signed.note])
    }

    @Test("a directory that was never made has none, and one that cannot be read is told")
    func directories() throws {
        #expect(try CheckpointFile(directory: file.directory + "/none").readAll().isEmpty)
        try put("", at: file.directory + "/file")
        #expect(throws: CheckpointFile.Unreadable.self) {
            try CheckpointFile(directory: file.directory + "/file").readAll()
        }
    }

    @Test("files of other names are somebody else's")
    func others() throws {
        for name in ["README", "x.checkpoint", "\(origin).checkpoint.bak", ".\(origin).checkpoint.new"] {
            try put("anything", at: file.directory + "/" + name)
        }
        #expect(try file.readAll().isEmpty)
    }
}
