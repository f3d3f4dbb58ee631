import Foundation
import PostgresTesting
import Testing

/// Power is cut at every commit of a rotation: what is not synced is lost, and daemon and worker are gone.
@Suite("Power cuts in a rotation")
struct RotationCommitTests {
    enum Kind: String, CaseIterable, Sendable {
        case random, exec, alternating, single

        /// The last thing that its rotator is asked for.
        var lastStep: String? {
            switch self {
            case .random: nil
            case .exec, .alternating: "retire"
            case .single: "test"
            }
        }
    }

    private static func upstream(_ kind: Kind, in directory: String) throws -> any RotatedUpstream {
        switch kind {
        case .random: VaultAlone()
        case .exec: try KeyService(in: directory)
        case .alternating: try DatabaseRoles(PostgresServer(), name: "app", alternating: true)
        case .single: try DatabaseRoles(PostgresServer(), name: "app", alternating: false)
        }
    }

    @Test("wherever power is cut, upstream and vault agree afterwards", arguments: Kind.allCases)
    func everyCommit(kind: Kind) throws {
        let stage = try RotationStage { try Self.upstream(kind, in: $0) }
        let (vault, worker) = (stage.vault, stage.worker)
        var struck = 0
        var begun = 0
        var spared = 0
        var sync = 0
        // Until two lives in a row were too short for the cut: then every commit was met.
        while spared < 2, sync < 60 {
            vault.kill()
            worker.kill()
            let before = try Self.live(stage, kind, until: sync)
            let wasCut = !vault.process.isRunning
            vault.kill()
            worker.kill()
            (struck, spared) = wasCut ? (struck + 1, 0) : (struck, spared + 1)

            try vault.start()
            try vault.unseal()
            if stage.upstream.overlaps {
                let works = try stage.upstream.accepts(stage.resolve())
                #expect(works, "\(kind), sync \(sync): what servers get at once afterwards is refused")
            }
            try worker.start()
            if let before {
                let status = try stage.status()
                // Not even the wish was on disk.
                if status.current == before, status.ended || !status.hasRun { try stage.start() }
                begun += 1
                try stage.finish()
                try stage.check("\(kind), sync \(sync)")
                #expect(try stage.status().current != before, "\(kind), sync \(sync): nothing was rotated")
            }
            sync += 1
        }
        print("power cuts in rotations of \(kind): \(struck), after the rotation was asked for: \(begun - 2)")
        #expect(spared == 2, "there were more commits than were tried")
        #expect(begun - 2 >= (kind == .random ? 2 : 9), "hardly any cut struck the rotation")
    }

    /// A life under a rotation, which the cut ends at sync number `sync`, if it has as many.
    /// - Returns: the version before, if it lived long enough to be asked for another.
    private static func live(_ stage: RotationStage, _ kind: Kind, until sync: Int) throws -> Int? {
        let vault = stage.vault
        let environment = ["WARDER_TEST_VOLUME": vault.stateDirectory, "WARDER_TEST_KILL_AT_SYNC": String(sync)]
        do {
            try vault.start(program: Programs.path("warderd-on-faulty-disk"), environment: environment)
            try vault.unseal()
            let before = try stage.status().current
            if let last = kind.lastStep { stage.gate.stop(at: .init(step: last, moment: .settled)) }
            defer { stage.gate.open() }
            try stage.worker.start()
            do { try stage.start() } catch is SocketClient.Failure {
                // Cut while it wrote down that somebody asked.
                return before
            }
            // To look by asking would be written down, too.
            let end = ContinuousClock.now + .seconds(20)
            while vault.process.isRunning, !stage.gate.isReached, kind != .random, ContinuousClock.now < end {
                usleep(2000)
            }
            // Nobody hears what comes after the last answer, and nothing at all of a value that the vault makes.
            let rest = ContinuousClock.now + .seconds(kind == .random ? 12 : 1)
            while vault.process.isRunning, ContinuousClock.now < rest { usleep(2000) }
            return before
        } catch is VaultProcess.StartFailure {
            return nil
        } catch is SocketClient.Failure {
            vault.process.waitUntilExit()
            return nil
        }
    }
}

/// No upstream at all: what the vault makes is what it is.
private final class VaultAlone: RotatedUpstream {
    let rotator = "random"
    let settings = ["length": "40"]
    let helper: [String: String]? = nil
    let configuration = ""
    let overlaps = true
    let first = ["value": "by hand"]
    let stoppable: [String] = []

    func accepts(_ values: [String: String]) -> Bool { values["value"] == "by hand" || values["value"]?.count == 40 }
    func credentials() -> [String] { ["the vault's"] }
    func credential(of values: [String: String]) -> String { "the vault's" }
    func stop(within step: String) {}
    func waitUntilStopped() {}
    func goOn() {}
}
