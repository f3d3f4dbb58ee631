import Foundation
import Glibc
import Testing
import WarderTesting

/// Restores over a vault whose write-ahead log cannot be written back: it holds what was committed last, and has a name of
/// its own.
@Suite("Restores over a write-ahead log that stays", .serialized)
struct RestoreOverLogTests {
    /// Why it stays.
    enum Reason: CaseIterable {
        /// It is damaged: a daemon refuses to start with it, and names the restore as the way on.
        case damage
        /// It is whole, and the disk has no room for what is in it.
        case fullDisk
    }

    /// What ends the restore.
    enum End: String, CaseIterable {
        case setAside = "set-aside"
        case decided, clearing, cleared
        /// No kill: something lies where the restored database is to go.
        case blocked
    }

    /// A vault of a daemon that was killed, and what was under both names then.
    private struct Occupied {
        let vault: VaultProcess
        let database: Data
        let log: Data
        let secrets: Int
    }

    private static func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

    private static func occupied(_ reason: Reason) throws -> Occupied {
        let vault = try VaultProcess(profile: "single-user", settings: VaultProcess.withoutRateLimit)
        try vault.start()
        try vault.initialise()
        try vault.furnish(uid: geteuid())
        let secrets = 40
        for number in 0..<secrets {
            try vault.ask("PUT", "/v1/secrets/many/s\(number)", #"{"fields":{"value":"v"}}"#, expecting: 201)
        }
        vault.kill()
        let path = vault.database + "-wal"
        if reason == .damage {
            var log = try bytes(path)
            // In the page of the first frame: everything committed since lies behind it.
            log[32 + 24 + 100] ^= 1
            try log.write(to: URL(fileURLWithPath: path))
        }
        return try Occupied(vault: vault, database: bytes(vault.database), log: bytes(path), secrets: secrets)
    }

    /// Puts it where nothing else is.
    private static func put(_ occupied: Occupied, into place: VaultProcess) throws {
        for (suffix, bytes) in [("", occupied.database), ("-wal", occupied.log)] {
            let path = place.database + suffix
            try #require(
                FileManager.default.createFile(
                    atPath: path,
                    contents: bytes,
                    attributes: [.posixPermissions: 0o600]
                )
            )
        }
    }

    /// A restore that does not come to its end.
    private static func restore(_ reason: Reason, _ end: End, _ backup: String, _ place: VaultProcess) throws {
        let filler = place.stateDirectory + "/filler"
        var environment = ["WARDER_TEST_VOLUME": place.stateDirectory]
        if reason == .fullDisk { environment["WARDER_TEST_RESTORE_FILL"] = filler }
        if end == .blocked {
            environment["WARDER_TEST_RESTORE_BLOCK"] = place.database
        } else {
            environment["WARDER_TEST_RESTORE_KILL"] = end.rawValue
        }
        let process = try RestoreStory.begin(
            program: Programs.path("warderd-on-faulty-disk"),
            backup,
            place,
            ["--replace"],
            environment: environment
        )
        process.waitUntilExit()
        if end == .blocked {
            try #require(process.terminationReason == .exit && process.terminationStatus == 1)
            // The daemon opens nothing meanwhile, and says where the restored vault lies.
            let failure = #expect(throws: VaultProcess.StartFailure.self) { try place.start() }
            #expect(failure?.said.contains("vault.db.restored") == true, "\(failure?.said ?? "")")
            try FileManager.default.removeItem(atPath: place.database)
        } else {
            try #require(process.terminationReason == .uncaughtSignal, "\(process.terminationStatus)")
        }
        try? FileManager.default.removeItem(atPath: filler)
    }

    /// What the old database and its log are called now, which belong together; `nil` where they have no other names.
    private static func aside(_ occupied: Occupied, _ place: VaultProcess) throws -> String? {
        let names = try FileManager.default.contentsOfDirectory(atPath: place.stateDirectory)
            .filter { $0.contains(".before-restore-") }
        let databases = names.filter { $0.hasSuffix("-wal") }.map { String($0.dropLast("-wal".count)) }
        guard databases.allSatisfy(names.contains) else { return nil }
        return try databases.map { place.stateDirectory + "/" + $0 }.first { try bytes($0 + "-wal") == occupied.log }
    }

    /// What was there before is what a daemon finds: everything, or its refusal to leave out what was committed.
    private static func expectOld(_ occupied: Occupied, _ reason: Reason, _ place: VaultProcess) throws {
        switch reason {
        case .damage:
            let failure = #expect(throws: VaultProcess.StartFailure.self) { try place.start() }
            #expect(failure?.said.contains("vault.db-wal is damaged") == true, "\(failure?.said ?? "")")
        case .fullDisk:
            try place.start()
            try place.unseal()
            for number in 0..<occupied.secrets {
                try place.ask("GET", "/v1/secrets/many/s\(number)", expecting: 200)
            }
            #expect(place.stop() == 0)
        }
    }

    /// Rescue looks at what the next start opens, and says so.
    private static func expectRescueLooksAhead(_ place: VaultProcess, _ comment: String) throws {
        let looked = try RestoreStory.warder(
            ["rescue", "--state", place.stateDirectory, "--stdin", "--workspace", place.directory],
            place,
            input: VaultProcess.passphrase + "\n"
        )
        #expect(looked.status == 0, "\(comment): \(looked)")
        #expect((looked.output + looked.errors).contains("/vault.db.restored"), "\(comment): \(looked)")
    }

    private static func expectQuarantine(_ place: VaultProcess, _ comment: String) throws {
        try place.start()
        try place.unseal()
        let answer = try place.client().request("POST", "/v1/resolve", body: RestoreStory.call)
        #expect(answer.errorCode == "restored_vault", "\(comment): \(answer.body)")
        #expect(place.stop() == 0)
        #expect(try RestoreStory.leftovers(in: place.stateDirectory) == [], "\(comment)")
    }

    /// Runs `body` with a place for a vault on a file system of its own.
    private static func withPlace(_ body: (VaultProcess) throws -> Void) throws {
        let place = try VaultProcess(profile: "single-user")
        let mount = place.stateDirectory
        try FileManager.default.createDirectory(
            atPath: mount,
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700]
        )
        try #require(unsafe Glibc.mount("tmpfs", mount, "tmpfs", 0, "size=24m,mode=0700") == 0)
        defer { unsafe umount2(mount, Int32(MNT_DETACH)) }
        defer { place.kill() }
        try body(place)
    }

    @Test(
        "whatever ends it, the next start or restore finds the old vault, or one in quarantine and the old one beside it",
        arguments: Reason.allCases,
        End.allCases
    )
    func ended(reason: Reason, end: End) throws {
        let (source, backup) = try RestoreStory.source()
        defer { source.remove() }
        let occupied = try Self.occupied(reason)
        defer { occupied.vault.remove() }
        for restoresAgain in [false, true] {
            let comment = "\(reason), \(end), restores again: \(restoresAgain)"
            try Self.withPlace { place in
                try Self.put(occupied, into: place)
                try Self.restore(reason, end, backup, place)
                try #require(try Self.aside(occupied, place) != nil, "\(comment)")
                if restoresAgain {
                    let again = try RestoreStory.restore(backup, place, ["--replace"])
                    #expect(again.status == 0, "\(comment): \(again.errors)")
                    try Self.expectQuarantine(place, comment)
                    // There is room now: a whole log is written back, where nothing was decided before.
                    guard reason == .damage || end != .setAside else { return }
                } else if end == .setAside {
                    try Self.expectOld(occupied, reason, place)
                    return
                } else {
                    try Self.expectRescueLooksAhead(place, comment)
                    try Self.expectQuarantine(place, comment)
                }
                let aside = try #require(try Self.aside(occupied, place), "\(comment)")
                // Once everything has lost its own name, nothing says which of the other names was its.
                if !restoresAgain, end == .decided || end == .clearing {
                    #expect(place.said.contains(aside), "\(comment): \(place.said)")
                }
                for suffix in ["", "-wal"] {
                    try? FileManager.default.removeItem(atPath: place.database + suffix)
                    try FileManager.default.moveItem(atPath: aside + suffix, toPath: place.database + suffix)
                }
                try Self.expectOld(occupied, reason, place)
            }
        }
    }

    @Test("a restore without --replace finishes one that was decided, says so, and touches nothing else")
    func goesOn() throws {
        let (source, backup) = try RestoreStory.source()
        defer { source.remove() }
        let occupied = try Self.occupied(.damage)
        defer { occupied.vault.remove() }
        try Self.withPlace { place in
            try Self.put(occupied, into: place)
            try Self.restore(.damage, .decided, backup, place)
            let again = try RestoreStory.restore(backup, place)
            #expect(again.status == 7 && again.errors.contains("is finished now"), "\(again.errors)")
            let aside = try #require(try Self.aside(occupied, place))
            #expect(again.errors.contains("what lay there before is \(aside)"), "\(again.errors)")
            try Self.expectQuarantine(place, "finished by the second")
        }
    }

    @Test("what no restore finished takes no vault's place: the next start, restore and rescue say that it is there")
    func foreign() throws {
        let (source, backup) = try RestoreStory.source()
        defer { source.remove() }
        let occupied = try Self.occupied(.fullDisk)
        let vault = occupied.vault
        defer { vault.remove() }
        let path = vault.database + ".restored"
        for make: () throws -> Void in [
            { try #require(FileManager.default.createFile(atPath: path, contents: Data())) },
            { try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: vault.database) },
            { try Data(count: 1 << 20).write(to: URL(fileURLWithPath: path)) },
            { try occupied.database.dropLast(4096).write(to: URL(fileURLWithPath: path)) },
        ] {
            try make()
            let failure = #expect(throws: VaultProcess.StartFailure.self) { try vault.start() }
            let restored = try RestoreStory.restore(backup, vault, ["--replace"])
            #expect(restored.status == 1)
            let looked = try RestoreStory.warder(
                ["rescue", "--state", vault.stateDirectory, "--stdin", "--workspace", vault.directory],
                vault,
                input: VaultProcess.passphrase + "\n"
            )
            #expect(looked.status == 1)
            for said in [failure?.said ?? "", restored.errors, looked.errors] {
                #expect(said.contains("mv \(path) ELSEWHERE/"), "\(said)")
            }
            try FileManager.default.removeItem(atPath: path)
        }
        try Self.expectOld(occupied, .fullDisk, vault)
    }

    @Test("a finished database that is damaged before it has its place is made once more, and what lay there is kept")
    func damagedOnItsWay() throws {
        let (source, backup) = try RestoreStory.source()
        defer { source.remove() }
        let occupied = try Self.occupied(.fullDisk)
        let vault = occupied.vault
        defer { vault.remove() }
        let (path, aside) = (vault.database + ".restored", vault.database + ".before-restore-20260101T000000Z")
        for suffix in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: vault.database + suffix) {
            try FileManager.default.moveItem(atPath: vault.database + suffix, toPath: aside + suffix)
        }
        try occupied.database.dropLast(4096).write(to: URL(fileURLWithPath: path))
        let failure = #expect(throws: VaultProcess.StartFailure.self) { try vault.start() }
        let restored = try RestoreStory.restore(backup, vault)
        for said in [failure?.said ?? "", restored.errors] {
            #expect(said.contains("place is empty") && said.contains("once more, after this: mv \(path) ELSEWHERE/"))
        }
        try FileManager.default.moveItem(atPath: path, toPath: vault.directory + "/elsewhere")
        let again = try RestoreStory.restore(backup, vault)
        #expect(again.status == 0, "\(again.errors)")
        #expect(try Data(contentsOf: URL(fileURLWithPath: aside)) == occupied.database)
        try Self.expectQuarantine(vault, "restored once more")
    }

    @Test("over a log whose database is gone, what is kept aside has the name that is said")
    func logAlone() throws {
        let (source, backup) = try RestoreStory.source()
        defer { source.remove() }
        let occupied = try Self.occupied(.fullDisk)
        defer { occupied.vault.remove() }
        try FileManager.default.removeItem(atPath: occupied.vault.database)
        let restored = try RestoreStory.restore(backup, occupied.vault, ["--replace"])
        #expect(restored.status == 0, "\(restored.errors)")
        let kept = try #require(try Regex(#"\S+before-restore-\S+"#).firstMatch(in: restored.output))
        let path = String(try #require(kept.output[0].substring))
        #expect(try Self.bytes(path) == occupied.log, "\(path)")
        try Self.expectQuarantine(occupied.vault, "a log alone")
    }
}
