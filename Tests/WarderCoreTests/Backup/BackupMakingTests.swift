import Sealing
import SecretMemory
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

@Suite struct BackupMakingTests {
    @Test("a backup opens with the passphrase, and what it says of itself is true")
    func whole() async throws {
        let kit = try await TestVault()
        for number in 0..<50 { try await kit.mustPut("load/s\(number)", "value \(number)") }
        let file = try kit.backup()
        let (header, rest) = try Self.split(file)
        #expect(UInt64(file.count) == header.fileByteCount)
        let root = try #require(header.slots.first).open(
            with: TestVault.secret(TestVault.passphrase),
            vault: header.vault
        )
        var reader = try BackupReader(header, root: root)
        let database = try reader.open(rest)
        #expect(reader.manifest?.records == 51)
        #expect(reader.manifest?.values == 50)
        #expect(reader.manifest?.newestEvent == kit.vault.sequence)
        _ = try reader.finish()
        #expect(database.starts(with: "SQLite format 3".utf8))
    }

    @Test("names and values stand nowhere in a backup")
    func sealed() async throws {
        let kit = try await TestVault()
        try await kit.mustPut("canary-of-a-name/pat", "canary-of-a-value")
        let file = try kit.backup()
        for canary in ["canary-of-a-name", "canary-of-a-value"] {
            #expect(file.firstRange(of: Array(canary.utf8)) == nil)
        }
        #expect(file.firstRange(of: Array("passphrase".utf8)) != nil || !file.isEmpty)
    }

    @Test("an admin may, root and the daemon's user may, others may not")
    func permission() async throws {
        let kit = try await TestVault()
        try await kit.vault.perform(Backups.create(by: kit.admin))
        var owner = kit.caller(.synthetic(uid: 0, pid: 5), .operator)
        await #expect(throws: Refusal.notAnOperator) { try await kit.vault.perform(Backups.create(by: owner)) }
        owner.isOwner = true
        try await kit.vault.perform(Backups.create(by: owner))
        #expect(try kit.events().last?.actor == "uid:0")
        await #expect(throws: Refusal.notAnOperator) { try await kit.vault.perform(Keys.rotate(by: owner)) }
        var process = kit.server(.synthetic(uid: 0, pid: 5))
        process.isOwner = true
        await #expect(throws: Refusal.notAnOperator) { try await kit.vault.perform(Backups.create(by: process)) }
    }

    @Test("commits go on while a backup is read, and are not in it")
    func meanwhile() async throws {
        let kit = try await TestVault()
        try await kit.mustPut("load/before", "value")
        let making = BackupMaking(kit.vault, program: "0.0.0")
        let first = try #require(try making.next())
        try await kit.mustPut("load/after", "value")
        var file = first
        while let piece = try making.next() { file += piece }
        let (header, rest) = try Self.split(file)
        let root = try #require(header.slots.first).open(
            with: TestVault.secret(TestVault.passphrase),
            vault: header.vault
        )
        var reader = try BackupReader(header, root: root)
        _ = try reader.open(rest)
        #expect(reader.manifest?.records == 2)
    }

    private static func split(_ file: [UInt8]) throws -> (BackupHeader, [UInt8]) {
        let count = try BackupHeader.byteCount(ofPrefix: Array(file.prefix(BackupHeader.prefixByteCount)))
        return (try BackupHeader(Array(file.prefix(count))), Array(file.dropFirst(count)))
    }
}

extension TestVault {
    func backup() throws -> [UInt8] {
        let making = BackupMaking(vault, program: "0.0.0")
        var file: [UInt8] = []
        while let piece = try making.next() { file += piece }
        return file
    }
}
