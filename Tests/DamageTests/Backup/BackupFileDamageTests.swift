import Foundation
import Sealing
import SecretMemory
import Testing
import WarderCore
import WarderCrypto
import WarderModel
import WarderStoreSQLite
import WarderTesting

@testable import WarderDaemon

/// Backup files that came to harm, through the very steps of `warderd verify-backup` and `warderd restore`.
@Suite("Damaged backups", .serialized)
struct BackupFileDamageTests {
    /// Two backups of one small vault, and the database in the first.
    private struct Samples {
        let file: [UInt8]
        let other: [UInt8]
        let header: Int
        let database: [UInt8]
        let credential: [UInt8]
        let directory: Scratch

        init() async throws {
            directory = try Scratch()
            credential = SecureRandom.bytes(count: 48)
            let kit = try await TestVault()
            try await kit.mustSetUpNotes()
            for number in 0..<30 { try await kit.mustPut("bulk/\(number)", String(repeating: "v", count: 2000)) }
            file = try Self.backup(of: kit, credential)
            try await kit.mustPut("notes/api", "later")
            other = try Self.backup(of: kit, credential)
            header = try BackupHeader.byteCount(ofPrefix: Array(file.prefix(BackupHeader.prefixByteCount)))
            // As the tests of the format show, what comes out of a whole file is the database, byte by byte.
            let path = directory.file("sound.backup")
            try Data(file).write(to: URL(filePath: path))
            let backup = try BackupFile(path)
            let root = try backup.openRoot(with: try SecretBytes(copying: credential), opener: .credential).0
            _ = try backup.extract(to: directory.file("sound.db"), root: root) { _, _ in }
            database = Array(try Data(contentsOf: URL(filePath: directory.file("sound.db"))))
        }

        /// With a credential's slot, which costs next to nothing to open.
        private static func backup(of kit: TestVault, _ credential: [UInt8]) throws -> [UInt8] {
            guard let foundation = kit.vault.foundation, let slot = foundation.slots.first else {
                throw TestFailure("the vault is sealed")
            }
            let root = try slot.open(with: try TestVault.secret(TestVault.passphrase), vault: foundation.vault)
            var snapshot = try kit.database.snapshot(in: kit.directory.path)
            let cheap = try KeySlot.wrap(
                root: root,
                with: SecretBytes(copying: credential),
                kind: .credential(salt: [UInt8](repeating: 7, count: 16)),
                id: RecordID(high: 1, low: 2),
                vault: foundation.vault,
                at: Timestamp(milliseconds: 1_800_000_000_000)
            )
            var writer = try BackupWriter(
                vault: foundation.vault,
                slots: [cheap],
                manifest: snapshot.manifest(program: Release.version),
                root: root,
                at: Timestamp(milliseconds: 1_800_000_000_000)
            )
            var file: [UInt8] = []
            while let piece = try snapshot.nextPiece() { file += try writer.seal(piece) }
            return try file + writer.finish().bytes
        }
    }

    @Test("whatever happens to a file is refused, and what came out of it before is right")
    func damages() async throws {
        let samples = try await Samples()
        #expect(samples.file.count > samples.header + 2 * BackupDamage.chunkBytes)
        var numbers = DamageCount.numbers("backups")
        let start = ContinuousClock.now
        var ends: [String: Int] = [:]
        for kind in BackupDamage.allCases {
            var struck = 0
            while struck < DamageCount.each(of: BackupDamage.allCases.count) {
                var file = samples.file
                guard kind.strike(&file, header: samples.header, other: samples.other, &numbers), file != samples.other
                else { continue }
                struck += 1
                let comment = "\(kind.rawValue), seed \(numbers.seed), number \(struck)"
                let (stop, opened) = try Self.open(file, samples)
                #expect(Data(samples.database.prefix(opened.count)) == Data(opened), "\(comment)")
                guard let stop else {
                    Issue.record("accepted: \(comment)")
                    continue
                }
                ends[stop.code.rawValue, default: 0] += 1
                #expect(!stop.message.isEmpty && !stop.remedy.isEmpty, "\(comment)")
                Self.expectRightName(stop, file, samples, comment)
            }
        }
        print("refused: \(ends.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", "))")
        print("in \((ContinuousClock.now - start).text)")
    }

    /// What the file was refused for, and what had come out of it by then.
    private static func open(_ file: [UInt8], _ samples: Samples) throws -> (BackupStop?, [UInt8]) {
        let (path, output) = (samples.directory.file("damaged.backup"), samples.directory.file("out.db"))
        try Data(file).write(to: URL(filePath: path))
        try? FileManager.default.removeItem(atPath: output)
        var stop: BackupStop?
        do throws(BackupStop) {
            let backup = try BackupFile(path)
            let (secret, opener) = try BackupSecret(credential: samples.credential).opened()
            let root = try backup.openRoot(with: secret, opener: opener).0
            _ = try backup.extract(to: output, root: root) { _, _ in }
        } catch { stop = error }
        return (stop, (try? Data(contentsOf: URL(filePath: output))).map { Array($0) } ?? [])
    }

    /// Block by block: a byte at a time takes long where nothing is optimised.
    private static func firstDifference(_ one: [UInt8], _ other: [UInt8]) -> Int? {
        let count = min(one.count, other.count)
        for start in stride(from: 0, to: count, by: 1024) {
            let block = start..<min(count, start + 1024)
            if Data(one[block]) != Data(other[block]) { return block.first { one[$0] != other[$0] } }
        }
        return nil
    }

    /// The first thing that is wrong is what is named.
    private static func expectRightName(_ stop: BackupStop, _ file: [UInt8], _ samples: Samples, _ comment: String) {
        let first = firstDifference(file, samples.file)
        let isHeaderSound = (first ?? min(file.count, samples.file.count)) >= samples.header
        guard isHeaderSound else { return }
        // The header says how long the file is, before any key is used.
        switch file.count {
        case ..<samples.file.count: #expect(stop.code == .truncated, "\(comment)")
        case (samples.file.count + 1)...:
            #expect(stop.code == .altered && stop.message.contains("behind its end"), "\(comment)")
        default:
            let chunk = ((first ?? 0) - samples.header) / BackupDamage.chunkBytes
            #expect(stop.code == .altered, "\(comment)")
            #expect(stop.message.hasSuffix("in its piece \(chunk)"), "\(comment): \(stop.message)")
        }
    }
}

extension BackupSecret {
    /// As it comes over standard input.
    fileprivate init(credential: [UInt8]) throws(BackupStop) {
        let text = Data(#"{"credential_base64":"\#(Data(credential).base64EncodedString())"}"#.utf8)
        let pipe = Pipe()
        pipe.fileHandleForWriting.write(Data([0, 0, UInt8(text.count >> 8), UInt8(text.count & 255)]) + text)
        self = try BackupSecret.read(from: pipe.fileHandleForReading.fileDescriptor)
    }
}
