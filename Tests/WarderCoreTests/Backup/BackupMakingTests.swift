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
        let whole = try Self.counts(kit)
        for count in Array(0..<4) + [whole.before / 2] {
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
        // The first question of the last call comes before the look, the others while it lasts.
        try #require(whole.looking > 3)
        for count in [1, whole.looking / 2] {
            let asked = Locked(0)
            let isLast = Locked(false)
            let making = BackupMaking(kit.vault, program: "0.0.0") {
                guard isLast.withLock({ $0 }) else { return false }
                return asked.withLock { asked in
                    asked += 1
                    return asked > count
                }
            }
            for _ in 1..<whole.pieces { _ = try making.next() }
            isLast.withLock { $0 = true }
            #expect(throws: BackupMaking.GivenUp.self, "\(count)") { try making.next() }
            #expect(making.made == nil)
            #expect(try files() == [], "\(count)")
        }
        let slow = BackupMaking(kit.vault, program: "0.0.0", longest: .zero)
        #expect(throws: BackupMaking.GivenUp.self) { try slow.next() }
    }

    @Test("the timer's unit has the time that the copy and the look at it may take")
    func unit() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..").standardized
        let unit = try String(
            contentsOf: root.appending(path: "deploy/systemd/system/warder-backup.service"),
            encoding: .utf8
        )
        let line = try #require(unit.split(separator: "\n").first { $0.hasPrefix("TimeoutStartSec=") })
        let hours = try #require(line.hasSuffix("h") ? Int(line.dropFirst("TimeoutStartSec=".count).dropLast()) : nil)
        #expect(.seconds(3600 * hours) > BackupMaking.longest + BackupMaking.longestLook)
    }

    @Test("time that runs out while it is looked at ends the look at most, and never takes a finished copy away")
    func slowLook() async throws {
        let kit = try await TestVault()
        for number in 0..<200 { try await kit.mustPut("load/s\(number)", "value") }
        let pieces = try Self.counts(kit).pieces
        for (minutes, verdict) in [(20, "sound"), (31, "overdue")] {
            let time = Locked(ContinuousClock.now)
            let asked = Locked(0)
            let isLast = Locked(false)
            let making = BackupMaking(
                kit.vault,
                program: "0.0.0",
                longest: .seconds(600),
                longestLook: .seconds(1800),
                isCancelled: {
                    // The first question comes before the look.
                    let isLooking =
                        isLast.withLock { $0 }
                        && asked.withLock { asked in
                            asked += 1
                            return asked == 2
                        }
                    if isLooking { time.withLock { $0 += .seconds(minutes * 60) } }
                    return false
                },
                now: { time.withLock { $0 } }
            )
            for _ in 1..<pieces { _ = try making.next() }
            isLast.withLock { $0 = true }
            let last = try making.next()
            #expect(last?.isEmpty == false)
            switch making.made?.verdict {
            case .sound: #expect(verdict == "sound")
            case .unchecked(.overdue): #expect(verdict == "overdue")
            default: Issue.record("\(String(describing: making.made))")
            }
        }
    }

    /// How many pieces a backup has, and how often it is asked whether anybody wants it before and with the last of them.
    private static func counts(_ kit: TestVault) throws -> (pieces: Int, before: Int, looking: Int) {
        let asked = Locked(0)
        let making = BackupMaking(kit.vault, program: "0.0.0") {
            asked.withLock { $0 += 1 }
            return false
        }
        var (pieces, before) = (0, 0)
        while true {
            let count = asked.withLock { $0 }
            guard try making.next() != nil else { break }
            (pieces, before) = (pieces + 1, count)
        }
        return (pieces, before, asked.withLock { $0 } - before)
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
