import Foundation
import Glibc
import Testing
import WarderTesting

/// Backups that came to harm, and vaults that were harmed before they were copied.
@Suite("Damaged backups", .serialized)
struct BackupDamageTests {
    /// One kind of harm that a disk or a person does to a file.
    private static func harm(_ bytes: Data, _ random: inout SeededNumbers) -> (String, Data) {
        var damaged = bytes
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
            let bit = UInt8(1) << UInt8.random(in: 0...7, using: &random)
            damaged[place] ^= bit
            return ("bit \(bit) of byte \(place) flipped", damaged)
        case 1: return ("cut at \(place)", bytes.prefix(place))
        case 2:
            let length = Int.random(in: 1...4096, using: &random)
            let (first, second) = (place, Int.random(in: 0..<bytes.count, using: &random))
            for offset in 0..<length where max(first, second) + offset < bytes.count {
                damaged.swapAt(first + offset, second + offset)
            }
            return ("\(length) bytes of \(first) and \(second) swapped", damaged)
        default:
            damaged.append(contentsOf: [UInt8](repeating: 0, count: Int.random(in: 1...9, using: &random)))
            return ("longer", damaged)
        }
    }

    private static let kind = Data("passphrase".utf8)
    /// Bytes of a backup with one slot that a later version may write otherwise: the format, the number of slots, by which
    /// other bytes are taken for one, and the kind of the first, its length before it. docs/formats/backup.md.
    private static let later = [14..<15, 51..<52, 76..<(77 + kind.count)]

    /// 5: what is written of the key slots is harmed, so that nothing opens them. 1: what would say that a later version
    /// wrote it is, and nothing else.
    private static func statuses(_ run: ProgramResult, of file: Data, from bytes: Data) -> [Int32] {
        let isLater = file.count >= bytes.count && later.contains { file[$0] != bytes[$0] }
        return isLater && run.errors.contains("a later version of Warder wrote this backup") ? [1] : [5, 10]
    }

    @Test("whatever happens to a file is refused: by verify, by restore, and without a trace")
    func everyHarm() throws {
        let (source, backup) = try RestoreStory.source()
        let bytes = try Data(contentsOf: URL(fileURLWithPath: backup))
        try #require(bytes[51] == 1 && bytes[76..<(77 + Self.kind.count)] == [UInt8(Self.kind.count)] + Self.kind)
        let seed = UInt64.random(in: 0...UInt64.max)
        print("backup damage seed: \(seed)")
        var random = SeededNumbers(seed: seed)
        let damaged = backup + ".damaged"
        for round in 0..<60 {
            let (what, file) = Self.harm(bytes, &random)
            guard file != bytes else { continue }
            try file.write(to: URL(fileURLWithPath: damaged))
            let verified = try RestoreStory.verify(damaged, source)
            let isRefused =
                Self.statuses(verified, of: file, from: bytes).contains(verified.status)
                && !verified.output.contains("sound")
            try #require(isRefused, "\(what), round \(round), seed \(seed): \(verified)")
            guard round % 3 == 0 else { continue }
            let target = try VaultProcess(profile: "single-user")
            let restored = try RestoreStory.restore(damaged, target)
            let isNotRestored = Self.statuses(restored, of: file, from: bytes).contains(restored.status)
            try #require(isNotRestored, "\(what), seed \(seed): \(restored)")
            #expect(!FileManager.default.fileExists(atPath: target.database), "\(what), seed \(seed)")
            #expect(try RestoreStory.leftovers(in: target.stateDirectory) == [], "\(what), seed \(seed)")
        }
        // The file itself was not at fault.
        #expect(try RestoreStory.verify(backup, source).status == 0)
    }

    /// An open vault in which one of two values is damaged.
    private static func harmed() throws -> VaultProcess {
        let source = try VaultProcess(profile: "single-user")
        try source.start()
        try source.initialise()
        try source.furnish(uid: geteuid())
        try source.ask("PUT", "/v1/secrets/harmed/pat", #"{"fields":{"value":"harmed"}}"#, expecting: 201)
        #expect(source.stop() == 0)
        try RestoreStory.harmValue(0, in: source.database)
        try source.start()
        try source.unseal()
        return source
    }

    @Test("rows that were damaged before the backup are named, and restored only when somebody says so")
    func damagedRows() throws {
        let source = try Self.harmed()
        let backup = source.directory + "/warder.backup"
        let made = try RestoreStory.warder(["backup", "create", backup], source)
        #expect(made.status == 10 && made.output.contains("version 1 of harmed/pat"), "\(made)")

        let verified = try RestoreStory.verify(backup, source)
        #expect(verified.status == 10 && verified.output.contains("harmed/pat"), "\(verified)")
        #expect(verified.errors.contains("warder doctor --deep"), "\(verified)")
        let programs = try RestoreStory.verify(backup, source, ["--output", "json"])
        #expect(programs.status == 10 && programs.output.contains(#"damaged""#), "\(programs.output)")
        let target = try VaultProcess(profile: "single-user")
        let refused = try RestoreStory.restore(backup, target)
        #expect(refused.status == 10 && refused.errors.contains("--accept-damage"), "\(refused)")
        #expect(!FileManager.default.fileExists(atPath: target.database))
        let accepted = try RestoreStory.restore(backup, target, ["--accept-damage"])
        #expect(accepted.status == 0, "\(accepted.errors)")
        try target.start()
        try target.unseal()
        try target.ask("POST", "/v1/backup/release", expecting: 200)
        let answer = try target.client().request("POST", "/v1/resolve", body: RestoreStory.call)
        #expect(answer.json["value"] as? String == "value-of-the-secret", "\(answer.body)")
        let restore = try target.events("type=backup.restore").first?["changes"] as? [String] ?? []
        #expect(restore.contains { $0.hasPrefix("damaged=") }, "\(restore)")
    }

    @Test("a backup of a damaged vault takes no older one's place, says what is damaged, and counts in no report")
    func inPlaceOfSound() throws {
        let source = try Self.harmed()
        let folder = source.directory + "/bk"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        let sound = "warder-20260101T000000Z.backup"
        try Data("sound".utf8).write(to: URL(fileURLWithPath: folder + "/" + sound))

        let made = try RestoreStory.warder(["backup", "create", "--directory", folder, "--keep", "1"], source)
        #expect(made.status == 10 && !made.errors.contains("backup verify"), "\(made)")
        #expect(
            made.output.contains("version 1 of harmed/pat") && made.output.contains("[value_unreadable]"),
            "\(made)"
        )
        #expect(made.errors.contains("what is in it is damaged: 1 damage"), "\(made)")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        try #require(names.count == 2 && names.contains(sound), "\(names)")
        let new = try #require(names.first { $0 != sound })
        #expect(try RestoreStory.verify(folder + "/" + new, source).status == 10)

        let programs = try RestoreStory.warder(
            ["backup", "create", source.directory + "/programs.backup", "--output", "json"],
            source
        )
        #expect(programs.status == 10 && programs.output.contains(#""verdict": "damaged""#), "\(programs)")
        let said = try source.events("type=backup.create").map { $0["changes"] as? [String] ?? [] }
        #expect(said.count { $0.contains("outcome=kept") && $0.contains("verdict=damaged") } == 2, "\(said)")
        let report = try source.ask("GET", "/v1/report/facts", expecting: 200)
        let facts = (report.json["backups"] as? [String: Any])?["known"] as? [String: Any]
        #expect(facts != nil && facts?["last"] as? String == nil && facts?["attempt"] is String, "\(report.body)")
    }

    @Test("a damaged event keeps nobody from reading the others, nor from reviewing and releasing a restored vault")
    func damagedEvent() throws {
        let source = try VaultProcess(profile: "single-user")
        try source.start()
        try source.initialise()
        try source.furnish(uid: geteuid())
        try source.ask("PUT", "/v1/secrets/github/pat", #"{"fields":{"value":"rotated"}}"#, expecting: 200)
        #expect(source.stop() == 0)
        // The one that says that it was rotated; the last one says that the daemon ended.
        try RestoreStory.harmEvent(1, in: source.database)
        try source.start()
        try source.unseal()
        for (arguments, word) in [
            (["audit", "tail"], "damaged"), (["audit", "search", "--type", "server.add"], "damaged"),
            (["audit", "export", "--output-file", "-"], #"{"damaged":true,"leaf":""#),
            (["audit", "export", "--format", "ocsf", "--output-file", "-"], #""event_code":"damaged""#),
        ] {
            let shown = try RestoreStory.warder(arguments, source)
            #expect(shown.status == 0 && shown.output.contains(word), "\(arguments): \(shown)")
        }
        let read = try RestoreStory.warder(["audit", "who-read", "github/pat"], source)
        #expect(read.status == 0 && read.errors.contains("could not be read"), "\(read)")

        let backup = source.directory + "/warder.backup"
        let made = try RestoreStory.warder(["backup", "create", backup], source)
        #expect(made.status == 10 && made.output.contains("[event_unreadable]"), "\(made)")
        let target = try VaultProcess(profile: "single-user")
        let restored = try RestoreStory.restore(backup, target, ["--accept-damage"])
        #expect(restored.status == 0, "\(restored.errors)")
        try target.start()
        try target.unseal()
        let review = try RestoreStory.warder(["backup", "review"], target)
        #expect(review.status == 0 && review.output.contains("1 events of these days"), "\(review)")
        let programs = try target.ask("GET", "/v1/backup/review", expecting: 200)
        let secrets = programs.json["secrets"] as? [[String: Any]]
        #expect(secrets?.first?["changes"] as? Int == 1, "\(programs.body)")
        let screen = try TerminalSession(socket: target.operatorSocket)
            .run(["backup", "release"], answers: [("Type release to go on:", "release")])
        #expect(screen.status == 0 && screen.screen.contains("the vault is released"), "\(screen.screen)")
        let answer = try target.client().request("POST", "/v1/resolve", body: RestoreStory.call)
        #expect(answer.json["value"] as? String == "rotated", "\(answer.body)")
    }
}
