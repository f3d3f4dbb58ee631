import Foundation
import Sealing
import SecretMemory
import Testing
import WarderCore
import WarderCrypto
import WarderModel
import WarderStoreSQLite
import WarderTesting

@Suite struct BackupOfVaultTests {
    @Test func `a vault's database comes back from its backup, with its passphrase and nothing else`() async throws {
        let test = try await TestVault()
        let foundation = try #require(try test.database.foundation())
        let secret = try TestVault.secret(TestVault.passphrase)
        let root = try #require(foundation.slots.first).open(with: secret, vault: foundation.vault)
        let written = test.directory.file("backup.warder")
        try write(test.database, to: written, in: test.directory.path, root: root)

        let copy = test.directory.file("restored.db")
        #expect(FileManager.default.createFile(atPath: copy, contents: nil, attributes: [.posixPermissions: 0o600]))
        let manifest = try read(written, to: copy, secret: secret)
        #expect(manifest.newestEvent == (try test.database.lastSequence()))
        #expect(manifest.program == Release.version)

        let restored = try SQLiteStore(path: copy)
        defer { restored.close() }
        let again = try #require(try restored.foundation())
        let ring = try KeyRing.open(again.keyRing, under: root, vault: again.vault, profile: again.profile)
        #expect(try restored.records() == test.database.records())
        for record in try restored.records() { _ = try ring.open(record) }
        let sealer = try EventSealer(ring)
        let events = try restored.events(
            in: 1...manifest.newestEvent,
            times: Timestamp(milliseconds: .min)...Timestamp(milliseconds: .max),
            limit: .max,
            newestFirst: false
        )
        #expect(events.count == Int(manifest.events) && !events.isEmpty)
        for event in events { _ = try sealer.open(event) }
    }

    private func write(_ store: SQLiteStore, to path: String, in directory: String, root: AEADKey) throws {
        var snapshot = try store.snapshot(in: directory)
        var writer = try BackupWriter(
            vault: snapshot.foundation.vault,
            slots: snapshot.foundation.slots,
            manifest: snapshot.manifest(program: Release.version),
            root: root,
            at: Timestamp(milliseconds: 1_800_000_000_000)
        )
        #expect(FileManager.default.createFile(atPath: path, contents: nil))
        let file = try #require(FileHandle(forWritingAtPath: path))
        while let piece = try snapshot.nextPiece() { try file.write(contentsOf: writer.seal(piece)) }
        try file.write(contentsOf: writer.finish().bytes)
        try file.close()
    }

    private func read(_ path: String, to copy: String, secret: SecretBytes) throws -> BackupManifest {
        let file = try #require(FileHandle(forReadingAtPath: path))
        let output = try #require(FileHandle(forWritingAtPath: copy))
        func next(_ count: Int) throws -> [UInt8] { try file.read(upToCount: count).map { Array($0) } ?? [] }
        let prefix = try next(BackupHeader.prefixByteCount)
        let rest = try next(BackupHeader.byteCount(ofPrefix: prefix) - prefix.count)
        let header = try BackupHeader(prefix + rest)
        let root = try #require(header.slots.first).open(with: secret, vault: header.vault)
        var reader = try BackupReader(header, root: root)
        while true {
            let piece = try next(50_000)
            if piece.isEmpty { break }
            try output.write(contentsOf: reader.open(piece))
        }
        let found = reader.manifest
        let manifest = try #require(found)
        #expect(try reader.finish() == SHA256Digest.hash(Array(try Data(contentsOf: URL(filePath: copy)))))
        try output.close()
        return manifest
    }
}
