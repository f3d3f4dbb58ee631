import Foundation
import Glibc
import Testing

/// What a kill leaves of a restore: no vault, or one in quarantine.
@Suite("Restores that are killed", .serialized)
struct RestoreCrashTests {
    private static let steps = ["opened", "checked", "quarantined", "closed", "set-aside", "placed"]

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
            if step == "set-aside" {
                try target.start()
                try target.initialise()
                #expect(target.stop() == 0)
            }
            let process = try RestoreStory.begin(
                program: program,
                backup,
                target,
                ["--replace"],
                environment: ["WARDER_TEST_VOLUME": target.stateDirectory, "WARDER_TEST_RESTORE_KILL": step]
            )
            process.waitUntilExit()
            try #require(process.terminationReason == .uncaughtSignal, "\(step): \(process.terminationStatus)")
            found[step] = try RestoreStory.leftQuarantine(target, step) { try target.start() }
            if found[step] == false { try again(backup, target, step) }
        }
        #expect(found.filter(\.value).keys.sorted() == ["placed"])

        var point = 0
        while try !isWhole(killedAt: point, program, backup) { point += 1 }
        print("restores killed at \(point) writes and syncs of the database engine")
        #expect(point > 10)
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
        var random = SplitMix(seed)
        var (absent, restored) = (0, 0)
        // How long one takes here and now.
        let beginning = ContinuousClock.now
        let first = try VaultProcess(profile: "single-user")
        try RestoreStory.begin(backup, first).waitUntilExit()
        try #require(FileManager.default.fileExists(atPath: first.database))
        let whole = UInt32((ContinuousClock.now - beginning) / .microseconds(1))
        for round in 0..<60 {
            let target = try VaultProcess(profile: "single-user")
            let process = try RestoreStory.begin(backup, target)
            usleep(UInt32.random(in: 0...whole + whole / 4, using: &random))
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            if try RestoreStory.leftQuarantine(target, "round \(round), seed \(seed)", start: { try target.start() }) {
                restored += 1
            } else {
                absent += 1
            }
        }
        print("kills: \(absent) left no vault, \(restored) one in quarantine")
        #expect(absent > 0 && restored > 0)
    }
}
