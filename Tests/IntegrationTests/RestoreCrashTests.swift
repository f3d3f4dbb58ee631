import Foundation
import Glibc
import Testing
import WarderTesting

/// What a kill leaves of a restore: no vault, or one in quarantine.
@Suite("Restores that are killed", .serialized)
struct RestoreCrashTests {
    /// Steps of a restore to a place where nothing is.
    private static let steps = ["opened", "checked", "quarantined", "closed", "renamed", "placed"]
    /// Of one over a vault that is there, until it is decided that the old one loses its place.
    private static let replacing = ["opened", "checked", "quarantined", "closed", "settled", "set-aside"]
    private static let replaced = ["decided", "cleared", "renamed", "placed"]

    /// A place for a vault whose state directory is there: the faulty disk wants one.
    private static func target() throws -> VaultProcess {
        let target = try VaultProcess(profile: "single-user")
        try FileManager.default.createDirectory(
            atPath: target.stateDirectory,
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700]
        )
        return target
    }

    @Test("a kill at each step, and at each of its writes and syncs, leaves no vault or one in quarantine")
    func faultPoints() throws {
        let (source, backup) = try RestoreStory.source()
        defer { source.remove() }
        let program = Programs.path("warderd-on-faulty-disk")
        var found: [String: Bool] = [:]
        for step in Self.steps {
            let target = try Self.target()
            try Self.restore(killedAt: step, backup, target)
            found[step] = try RestoreStory.leftQuarantine(target, step) { try target.start() }
            if found[step] == false { try again(backup, target, step) }
        }
        #expect(found.filter(\.value).keys.sorted() == ["placed", "renamed"])

        var point = 0
        while try !isWhole(killedAt: point, program, backup) { point += 1 }
        print(
            "restores killed at \(Self.steps.count) named steps, and \(point) writes and syncs of the database engine"
        )
        #expect(point > 10)
    }

    /// A restore over whatever is there, which is killed at a step.
    private static func restore(killedAt step: String, _ backup: String, _ target: VaultProcess) throws {
        let process = try RestoreStory.begin(
            program: Programs.path("warderd-on-faulty-disk"),
            backup,
            target,
            ["--replace"],
            environment: ["WARDER_TEST_VOLUME": target.stateDirectory, "WARDER_TEST_RESTORE_KILL": step]
        )
        process.waitUntilExit()
        try #require(process.terminationReason == .uncaughtSignal, "\(step): \(process.terminationStatus)")
    }

    /// A vault of its own in a place, which gives a server `old-value`. It ends cleanly, or by a kill that leaves its
    /// write-ahead log.
    private static func occupy(_ target: VaultProcess, isKilled: Bool) throws {
        try target.start()
        try target.initialise()
        try target.furnish(uid: geteuid())
        try target.ask("PUT", "/v1/secrets/github/pat", #"{"fields":{"value":"old-value"}}"#, expecting: 200)
        if isKilled { target.kill() } else { #expect(target.stop() == 0) }
    }

    /// A place with the same vault in it, as it was left.
    private static func copy(of occupied: VaultProcess) throws -> VaultProcess {
        let target = try VaultProcess(profile: "single-user")
        try FileManager.default.copyItem(atPath: occupied.stateDirectory, toPath: target.stateDirectory)
        return target
    }

    /// Other names of databases, without what the engine kept beside them.
    private static func aside(_ target: VaultProcess) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: target.stateDirectory)
            .filter { $0.contains(".before-restore-") && !$0.hasSuffix("-wal") && !$0.hasSuffix("-shm") }
    }

    /// A daemon finds the vault that was there, with all that was stored last.
    private static func expectOld(_ target: VaultProcess, _ comment: String) throws {
        try target.start()
        try target.unseal()
        let answer = try target.client().request("POST", "/v1/resolve", body: RestoreStory.call)
        #expect(answer.json["value"] as? String == "old-value", "\(comment): \(answer.body)")
        try #require(try RestoreStory.leftovers(in: target.stateDirectory).isEmpty, "\(comment)")
        #expect(target.stop() == 0)
    }

    @Test("a kill at each step over a vault that is there leaves that vault as it was, or one in quarantine")
    func replacing() throws {
        let (source, backup) = try RestoreStory.source()
        defer { source.remove() }
        for isKilled in [false, true] {
            let occupied = try Self.target()
            try Self.occupy(occupied, isKilled: isKilled)
            for step in Self.replacing {
                let comment = "\(step), old daemon killed: \(isKilled)"
                let target = try Self.copy(of: occupied)
                try Self.restore(killedAt: step, backup, target)
                try Self.expectOld(target, comment)
                guard step == "set-aside" else { continue }
                let result = try RestoreStory.restore(backup, target, ["--replace"])
                #expect(result.status == 0, "\(comment): \(result.errors)")
                #expect(try RestoreStory.leftQuarantine(target, comment) { try target.start() })
                // The names of both restores would be of one file.
                let kept = try FileManager.default.contentsOfDirectory(atPath: target.stateDirectory)
                    .filter { $0.contains(".before-restore-") }
                #expect(kept.count == 1, "\(comment): \(kept)")
            }
            for step in Self.replaced {
                let comment = "\(step), old daemon killed: \(isKilled)"
                let target = try Self.copy(of: occupied)
                try Self.restore(killedAt: step, backup, target)
                #expect(try RestoreStory.leftQuarantine(target, comment) { try target.start() })
                // The old one is whole under its other name.
                let kept = try #require(try Self.aside(target).first)
                let database = target.database
                try FileManager.default.removeItem(atPath: database)
                try FileManager.default.moveItem(atPath: target.stateDirectory + "/" + kept, toPath: database)
                try Self.expectOld(target, comment)
            }
        }
        print("restores killed at \(2 * (Self.replacing.count + Self.replaced.count)) named steps over a vault")
    }

    /// Nothing has to be cleared away after a restore that was killed.
    private func again(_ backup: String, _ target: VaultProcess, _ comment: String) throws {
        let result = try RestoreStory.restore(backup, target)
        #expect(result.status == 0, "\(comment): \(result.errors)")
        #expect(try RestoreStory.leftQuarantine(target, comment) { try target.start() })
    }

    /// Whether the restore came to its end before this point.
    private func isWhole(killedAt point: Int, _ program: String, _ backup: String) throws -> Bool {
        let target = try Self.target()
        let environment = ["WARDER_TEST_VOLUME": target.stateDirectory, "WARDER_TEST_KILL_AT": String(point)]
        let process = try RestoreStory.begin(program: program, backup, target, environment: environment)
        process.waitUntilExit()
        let isWhole = process.terminationReason == .exit && process.terminationStatus == 0
        let isKilled = process.terminationReason == .uncaughtSignal && process.terminationStatus == SIGKILL
        try #require(isWhole || isKilled, "point \(point): \(process.terminationStatus)")
        let isQuarantined = try RestoreStory.leftQuarantine(target, "point \(point)") { try target.start() }
        #expect(isQuarantined == isWhole, "point \(point)")
        return isWhole
    }

    @Test("a kill at any time leaves no vault, or one in quarantine")
    func kills() throws {
        let (source, backup) = try RestoreStory.source()
        defer { source.remove() }
        let seed = UInt64.random(in: 0...UInt64.max)
        print("restore kill seed: \(seed)")
        var random = SeededNumbers(seed: seed)
        var (absent, restored) = (0, 0)
        // How long one takes here and now.
        let beginning = ContinuousClock.now
        let first = try VaultProcess(profile: "single-user")
        try RestoreStory.begin(backup, first).waitUntilExit()
        try #require(FileManager.default.fileExists(atPath: first.database))
        let whole = UInt32((ContinuousClock.now - beginning) / .microseconds(1))
        var longest = whole + whole / 4
        var withoutVault: UInt32 = 0
        for round in 0..<60 {
            let target = try VaultProcess(profile: "single-user")
            let process = try RestoreStory.begin(backup, target)
            usleep(UInt32.random(in: 0...longest, using: &random))
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            if try RestoreStory.leftQuarantine(target, "round \(round), seed \(seed)", start: { try target.start() }) {
                restored += 1
                withoutVault = 0
            } else {
                absent += 1
                // A machine that became slower meanwhile.
                withoutVault += 1
                if withoutVault.isMultiple(of: 10) { longest += longest / 2 }
            }
        }
        print("kills: \(absent) left no vault, \(restored) one in quarantine")
        #expect(absent > 0 && restored > 0)
    }
}
