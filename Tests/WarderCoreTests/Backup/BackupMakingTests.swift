import Foundation
import Locking
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

    @Test("a disk without room for the copy is noticed before it begins, and the refusal is an event")
    func noRoom() async throws {
        let kit = try await TestVault()
        kit.store.fillDisk()
        await #expect(throws: Refusal.noRoom) { try await kit.vault.perform(Backups.create(by: kit.admin)) }
        let event = try kit.lastEvent()
        #expect(event.type == "backup.create" && event.reason == "no_room")
    }

    @Test(
        "one that nobody wants any more is given up: before the copy, during it, between pieces, and while it is looked at"
    )
    func givenUp() async throws {
        let kit = try await TestVault()
        for number in 0..<200 { try await kit.mustPut("load/s\(number)", String(repeating: "v", count: 4000)) }
        func files() throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: kit.directory.path)
                .filter { $0.hasPrefix(".warder-snapshot") }
        }
        let all = Locked(0)
        let whole = BackupMaking(kit.vault, program: "0.0.0") {
            all.withLock { $0 += 1 }
            return false
        }
        while try whole.next() != nil {}
        // The copy is looked at before the last piece.
        let total = all.withLock { $0 }
        for count in Array(0..<4) + [total / 2, total * 9 / 10] {
            let asked = Locked(0)
            let making = BackupMaking(kit.vault, program: "0.0.0") {
                asked.withLock { asked in
                    asked += 1
                    return asked > count
                }
            }
            #expect(throws: BackupMaking.GivenUp.self, "\(count)") { while try making.next() != nil {} }
            #expect(try files() == [], "\(count)")
            let after = try making.next()
            #expect(after == nil)
        }
        let slow = BackupMaking(kit.vault, program: "0.0.0", longest: .zero)
        #expect(throws: BackupMaking.GivenUp.self) { try slow.next() }
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
