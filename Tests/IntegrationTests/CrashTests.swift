import Foundation
import Glibc
import Locking
import Synchronization
import Testing
import WarderTesting

/// The daemon is killed again and again. What it answered must be in its log, what is in its log must have happened,
/// and it must open again.
@Suite("Crashes", .serialized)
struct CrashTests {
    private static let rounds = 200

    /// What was found after a kill.
    private struct Comparison {
        var lostAnswers: Set<String> = []
        var lostVersions: [String] = []
        var eventsWithoutEffect: [String] = []
        var effectsWithoutEvent: [String] = []

        var isClean: Bool {
            lostAnswers.isEmpty && lostVersions.isEmpty && eventsWithoutEffect.isEmpty && effectsWithoutEvent.isEmpty
        }
    }

    @discardableResult
    private func compare(_ vault: VaultProcess, _ journal: Journal, _ log: LogReader) throws -> Comparison {
        try log.read(vault)
        var result = Comparison()
        let (answered, stored) = journal.entries.withLock { ($0.answered, $0.stored) }
        result.lostAnswers = answered.subtracting(log.answered)
        for (secret, versions) in stored {
            result.lostVersions += versions.subtracting(log.stored[secret] ?? []).map { "\(secret) v\($0)" }
        }
        for (secret, logged) in log.stored where secret.hasPrefix("load/") {
            let shown = try vault.ask("GET", "/v1/secrets/\(secret)").json
            let versions = (shown["versions"] as? [[String: Any]] ?? []).compactMap { $0["version"] as? Int }
            let newest = versions.max() ?? 0
            // Old tombstones fall away; the newest version and everything that is shown must agree with the log.
            if newest != logged.max() {
                result.eventsWithoutEffect.append("\(secret) v\(logged.max() ?? 0), has v\(newest)")
            }
            result.effectsWithoutEvent += Set(versions).subtracting(logged).map { "\(secret) v\($0)" }
        }
        return result
    }

    @Test("kills at random under load lose no answered resolve and leave no event without its effect")
    func killsUnderLoad() throws {
        try killUnderLoad(Programs.path("warderd"), environment: { _ in [:] }, rounds: Self.rounds)
    }

    @Test("kills at random on a disk that drops what was not synced lose nothing either")
    func killsOnDroppingDisk() throws {
        try killUnderLoad(
            Programs.path("warderd-on-faulty-disk"),
            environment: { ["WARDER_TEST_VOLUME": $0] },
            rounds: Self.rounds
        )
    }

    @Test("without syncs the same comparison finds what was lost")
    func aLyingDiskIsFoundOut() throws {
        let program = Programs.path("warderd-on-faulty-disk")
        let vault = try VaultProcess(profile: "single-user")
        // An honest disk until the vault is furnished, so that it opens at all afterwards.
        try vault.start(program: program, environment: ["WARDER_TEST_VOLUME": vault.stateDirectory])
        try vault.initialise()
        try vault.furnish(uid: 0)
        #expect(vault.stop() == 0)

        let journal = Journal()
        try vault.start(
            program: program,
            environment: ["WARDER_TEST_VOLUME": vault.stateDirectory, "WARDER_TEST_LIES": "1"]
        )
        try vault.unseal()
        let load = Load(vault, round: 0, resolvers: 4, writers: 1, journal: journal)
        while journal.entries.withLock({ $0.answered.count < 50 }) { usleep(1000) }
        vault.kill()
        load.wait()

        try vault.start(program: program, environment: ["WARDER_TEST_VOLUME": vault.stateDirectory])
        try vault.unseal()
        #expect(try !compare(vault, journal, LogReader()).isClean)
    }

    /// What the daemon was doing when a fault killed it.
    private struct Lives {
        var starting = 0
        var unsealing = 0
        var serving = 0
    }

    @Test(
        "a kill at each of the first 200 writes and syncs of a life leaves a vault that opens and agrees with its log"
    )
    func everyFaultPoint() throws {
        let program = Programs.path("warderd-on-faulty-disk")
        let vault = try VaultProcess(profile: "single-user")
        try vault.start(program: program, environment: ["WARDER_TEST_VOLUME": vault.stateDirectory])
        try vault.initialise()
        try vault.furnish(uid: 0)
        #expect(vault.stop() == 0)
        let journal = Journal()
        let log = LogReader()
        var lives = Lives()
        for point in 0..<Self.rounds {
            try live(vault, until: point, program, journal, &lives)
            // By the fault and by nothing else: a daemon that fails by itself is a fault of its own.
            let ended = (vault.process.terminationReason, vault.process.terminationStatus)
            try #require(ended == (.uncaughtSignal, SIGKILL), "operation \(point): \(ended), \(vault.said.suffix(500))")
            try vault.start(program: program, environment: ["WARDER_TEST_VOLUME": vault.stateDirectory])
            try vault.unseal()
            let found = try compare(vault, journal, log)
            try #require(found.isClean, "kill at operation \(point): \(found)")
            #expect(log.isContiguous)
            if point < Self.rounds - 1 { vault.kill() }
        }
        try rereadEverything(vault, journal, log)
        print("kills at \(Self.rounds) operations: \(lives), answers compared: \(journal.count)")
        #expect(lives.starting + lives.unsealing + lives.serving == Self.rounds)
        #expect(lives.serving > Self.rounds / 2, "most lives ended before they served anybody")
    }

    /// One life under load, which the fault ends at its write or sync number `point`: load makes as many as are needed.
    private func live(
        _ vault: VaultProcess,
        until point: Int,
        _ program: String,
        _ journal: Journal,
        _ lives: inout Lives
    ) throws {
        let environment = ["WARDER_TEST_VOLUME": vault.stateDirectory, "WARDER_TEST_KILL_AT": String(point)]
        do {
            try vault.start(program: program, environment: environment)
        } catch is VaultProcess.StartFailure {
            return lives.starting += 1
        }
        do {
            try vault.unseal()
        } catch is SocketClient.Failure {
            vault.process.waitUntilExit()
            return lives.unsealing += 1
        }
        let before = journal.count
        let load = Load(vault, round: point, resolvers: 3, writers: 1, journal: journal)
        let end = ContinuousClock.now + .seconds(20)
        while vault.process.isRunning, ContinuousClock.now < end { usleep(2000) }
        try #require(!vault.process.isRunning, "operation \(point) never came")
        load.wait()
        if journal.count > before { lives.serving += 1 } else { lives.unsealing += 1 }
    }

    /// Reads the whole log once more: what was read after each kill must still be there, and still be the same.
    private func rereadEverything(_ vault: VaultProcess, _ journal: Journal, _ log: LogReader) throws {
        let whole = LogReader()
        let found = try compare(vault, journal, whole)
        #expect(found.isClean, "after all kills: \(found)")
        #expect(whole.isContiguous)
        // To read the log is an event: the whole goes on where the parts ended.
        #expect(whole.lastSequence > log.lastSequence)
        let areSame = whole.fingerprints.starts(with: log.fingerprints)
        #expect(areSame, "events changed after they had been read")
    }

    private func killUnderLoad(_ program: String, environment: (String) -> [String: String], rounds: Int) throws {
        let vault = try VaultProcess(profile: "single-user")
        let environment = environment(vault.stateDirectory)
        try vault.start(program: program, environment: environment)
        try vault.initialise()
        try vault.furnish(uid: 0)
        let seed = UInt64.random(in: 0...UInt64.max)
        print("crash seed: \(seed)")
        var random = SeededNumbers(seed: seed)
        let journal = Journal()
        let log = LogReader()
        var served = 0
        for round in 0..<rounds {
            let before = journal.count
            let load = Load(vault, round: round, resolvers: 4, writers: 1, journal: journal)
            usleep(UInt32.random(in: 1000...60_000, using: &random))
            vault.kill()
            load.wait()
            if journal.count > before { served += 1 }
            try vault.start(program: program, environment: environment)
            try vault.unseal()
            let found = try compare(vault, journal, log)
            try #require(found.isClean, "round \(round), seed \(seed): \(found)")
            #expect(log.isContiguous)
        }
        try rereadEverything(vault, journal, log)
        let answered = journal.entries.withLock { $0.answered.count }
        print("kills: \(rounds), of lives that had served: \(served), answered resolves compared: \(answered)")
        #expect(answered > rounds)
        #expect(served > rounds / 2, "most lives ended before they served anybody")
    }
}
