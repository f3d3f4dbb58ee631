import Foundation
import SecretMemory
import Testing
import WarderCrypto
import WarderModel

@testable import Sealing

/// Tests/Vectors/backup-v1: files that were written once read the same for ever.
@Suite struct BackupVectorTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Vectors/backup-v1")

    /// What stands in `cases.json`.
    private struct Cases: Codable {
        /// Opens the credential slot of each file, in hexadecimal.
        var credential: String
        var files: [Case]
    }

    private struct Case: Codable {
        var file: String
        /// The outcome as docs/formats/backup.md calls it; `opens` when there is nothing to refuse.
        var expect: String
        var program: String?
        var newestEvent: UInt64?
        /// SHA-256 of the database, in hexadecimal.
        var database: String?
    }

    @Test func `every file reads as it is written down`() throws {
        let cases = try JSONDecoder().decode(
            Cases.self,
            from: Data(contentsOf: Self.folder.appending(path: "cases.json"))
        )
        #expect(Set(cases.files.map(\.expect)).count >= 9 && cases.files.count >= 12)
        let credential = try SecretBytes(copying: try #require(Hex.decode(cases.credential)))
        for entry in cases.files {
            let file = Array(try Data(contentsOf: Self.folder.appending(path: entry.file)))
            let outcome = try read(file, credential)
            #expect(Self.name(of: outcome.error) == entry.expect, "\(entry.file)")
            guard outcome.error == nil else { continue }
            #expect(Hex.encode(SHA256Digest.hash(outcome.database)) == entry.database, "\(entry.file)")
            #expect(outcome.manifest?.program == entry.program, "\(entry.file)")
            #expect(outcome.manifest?.newestEvent == entry.newestEvent, "\(entry.file)")
        }
    }

    @Test func `the document suffices to read every file, and to notice one that is not what it says`() throws {
        let (status, output) = try run(Self.folder)
        #expect(status == 0, "\(output)")
        #expect(output.contains("backup: "), "\(output)")
        let copy = URL.temporaryDirectory.appending(path: "warder-check-\(UUID().uuidString)")
        try FileManager.default.copyItem(at: Self.folder, to: copy)
        defer { try? FileManager.default.removeItem(at: copy) }
        var file = try Data(contentsOf: copy.appending(path: "chunks.warder"))
        file[file.count - 1] ^= 1
        try file.write(to: copy.appending(path: "chunks.warder"))
        #expect(try run(copy).status == 1)
    }

    /// `WARDER_NEW_VECTORS=FOLDER swift test --filter BackupVectorTests` writes a set to keep, into a folder that must
    /// not exist.
    @Test func `a set made today is read by the document as well`() throws {
        let wanted = ProcessInfo.processInfo.environment["WARDER_NEW_VECTORS"].map { URL(filePath: $0) }
        let url = wanted ?? URL.temporaryDirectory.appending(path: "warder-backups-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
        defer { if wanted == nil { try? FileManager.default.removeItem(at: url) } }
        try write(to: url)
        let program = url.appending(path: "check.py")
        try FileManager.default.copyItem(at: Self.folder.appending(path: "check.py"), to: program)
        let (status, output) = try run(url)
        #expect(status == 0, "\(output)")
    }

    // MARK: Reading

    private func read(_ file: [UInt8], _ credential: SecretBytes) throws -> BackupOutcome {
        let header = try? BackupSample.header(of: file)
        let slot = header?.slots.first { $0.opener == .credential }
        guard let header, let slot else { return try BackupOutcome(reading: file) }
        // In a damaged header the slot need not open; then any key shows what is wrong.
        return try BackupOutcome(reading: file, root: try? slot.open(with: credential, vault: header.vault))
    }

    private func run(_ folder: URL) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-B", folder.appending(path: "check.py").path]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }

    private static func name(of error: BackupError?) -> String {
        switch error {
        case nil: "opens"
        case .notABackup: "not a backup"
        case .unknownFormat: "unknown format"
        case .unknownSlotKind: "unknown slot kind"
        case .malformed: "malformed"
        case .wrongKey: "wrong key"
        case .truncated: "truncated"
        case .altered: "altered"
        case .trailingBytes: "trailing bytes"
        case .checksum: "checksum"
        case .databaseSize, .exhausted: "none of the format's"
        }
    }

    // MARK: Writing

    private func write(to url: URL) throws {
        let slots = try BackupSample.slots()
        let small = Array("this is not a database".utf8)
        let long = (0..<5000).flatMap { SHA256Digest.hash([UInt8($0 & 255), UInt8($0 >> 8)]) }
        let credentialSlot = Array(try BackupSample.header(of: BackupSample.file([], slots: [slots[1]])).slots)
            .flatMap(\.backupBytes)
        let whole = try BackupSample.file(small, slots: slots)
        let start = try BackupSample.header(of: whole).bytes.count
        var cases = Cases(credential: Hex.encode(BackupSample.credential), files: [])
        func add(_ name: String, _ bytes: [UInt8], _ expect: String, database: [UInt8]? = nil) throws {
            try Data(bytes).write(to: url.appending(path: name + ".warder"), options: .withoutOverwriting)
            let manifest = database == nil ? nil : try BackupSample.manifest(databaseBytes: 0)
            cases.files.append(
                Case(
                    file: name + ".warder",
                    expect: expect,
                    program: manifest?.program,
                    newestEvent: manifest?.newestEvent,
                    database: database.map { Hex.encode(SHA256Digest.hash($0)) }
                )
            )
        }
        func forged(_ change: (inout ForgedBackup) -> Void) throws -> [UInt8] {
            var forged = ForgedBackup(slots: credentialSlot)
            change(&forged)
            return try forged.bytes()
        }
        try add("small", whole, "opens", database: small)
        try add("empty", BackupSample.file([], slots: [slots[1]]), "opens", database: [])
        try add("chunks", BackupSample.file(long, slots: slots), "opens", database: long)
        let exact = Array(long.prefix(65_536 - 82))
        try add("one-whole-chunk", BackupSample.file(exact, slots: [slots[1]]), "opens", database: exact)
        try add("no-magic", whole.flippingBit(0), "not a backup")
        try add("later-format", forged { $0.format = 2 }, "unknown format")
        try add("later-slot", forged { $0.slots = ForgedBackup.slot("retina") }, "unknown slot kind")
        try add("long-header", forged { $0.headerTail = [0] }, "malformed")
        try add("no-slot", forged { ($0.slotCount, $0.slots) = (0, []) }, "malformed")
        let another = try ForgedBackup(slots: credentialSlot).bytes(root: BackupSample.root("another"))
        try add("another-root", another, "wrong key")
        try add("cut-header", Array(whole.prefix(start - 1)), "truncated")
        try add("no-chunk", Array(whole.prefix(start)), "truncated")
        try add("cut-chunk", Array(whole.dropLast()), "truncated")
        try add("one-byte-more", whole + [0], "trailing bytes")
        try add("flipped-bit", whole.flippingBit(start * 8 + 99), "altered")
        try add("another-time", whole.flippingBit(42 * 8), "altered")
        try add("header-not-bound", forged { $0.bindsHeader = false }, "altered")
        try add("end-not-marked", forged { $0.marks = .noneLast }, "malformed")
        try add("long-manifest", forged { $0.databaseBytes = 11 }, "malformed")
        try add("wrong-digest", forged { $0.digest = SHA256Digest.hash([]) }, "checksum")
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try encoder.encode(cases).write(to: url.appending(path: "cases.json"), options: .withoutOverwriting)
    }
}
