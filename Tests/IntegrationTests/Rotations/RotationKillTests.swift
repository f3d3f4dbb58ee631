import Foundation
import Glibc
import PostgresTesting
import Testing

/// Daemon and worker are killed at every border between steps of a rotation, and in the middle of each. Afterwards
/// upstream and vault agree, and what servers get works.
@Suite("Kills in a rotation")
struct RotationKillTests {
    enum Kind: String, CaseIterable, Sendable {
        case exec, alternating, single
    }

    enum Victim: String, CaseIterable, Sendable {
        case daemon, worker
    }

    /// Where a kill strikes.
    private struct Strike: CustomStringConvertible {
        enum Place {
            case gate(WorkerGate.Point.Moment)
            /// In the middle of what the step does at the upstream.
            case within
        }

        let victim: Victim
        let step: String
        let place: Place

        var description: String { "\(victim) killed, \(step) \(place)" }
    }

    private static func upstream(_ kind: Kind, in directory: String) throws -> any RotatedUpstream {
        switch kind {
        case .exec: try KeyService(in: directory)
        case .alternating: try DatabaseRoles(PostgresServer(), name: "app", alternating: true)
        case .single: try DatabaseRoles(PostgresServer(), name: "app", alternating: false)
        }
    }

    private static func strikes(on upstream: any RotatedUpstream) -> [Strike] {
        let steps = ["preflight", "create", "set", "test"] + (upstream.overlaps ? ["retire"] : []) + ["discard"]
        return Victim.allCases.flatMap { victim in
            steps.flatMap { step in
                var places: [Strike.Place] = [.gate(.offered), .gate(.answered), .gate(.settled)]
                if upstream.stoppable.contains(step) { places.insert(.within, at: 1) }
                return places.map { Strike(victim: victim, step: step, place: $0) }
            }
        }
    }

    @Test(
        "after a kill between any two steps and in the middle of each, upstream and vault agree",
        arguments: Kind.allCases
    )
    func everywhere(kind: Kind) throws {
        let stage = try RotationStage { try Self.upstream(kind, in: $0) }
        let strikes = Self.strikes(on: stage.upstream)
        for strike in strikes {
            try Self.rotate(stage, strike)
            try stage.check("\(kind): \(strike)")
        }
        print("kills in rotations of \(kind): \(strikes.count)")
        #expect(strikes.count >= 36)
    }

    @Test("what cannot be taken back is listed by its version and its name there, whoever is killed")
    func orphan() throws {
        let stage = try RotationStage { try Self.upstream(.exec, in: $0) }
        let service = try #require(stage.upstream as? KeyService)
        try service.fail(["test", "discard"])
        try stage.start()
        func standsStill() throws {
            _ = try waiting(for: "the rotation to stand still") { try stage.status().waits == "person" ? true : nil }
        }
        try standsStill()
        stage.vault.kill()
        stage.worker.kill()
        try stage.vault.start()
        try stage.vault.unseal()
        try standsStill()
        try stage.vault.ask("POST", "/v1/rotate-abort/\(RotationStage.secret)", expecting: 200)
        let status = try stage.status()
        #expect(status.phase == "aborted" && status.orphans.count == 1, "\(status.text)")
        let orphan = try #require(status.orphans.first)
        let version = try #require(orphan["version"] as? Int)
        let body = #"{"version":\#(version)}"#
        let shown = try stage.vault.ask("POST", "/v1/reveal/\(RotationStage.secret)", body, expecting: 200)
        let left = try #require(shown.json["value"] as? String)
        let current = stage.upstream.credential(of: try stage.resolve())
        #expect(try stage.upstream.accepts(stage.upstream.first) && current == stage.upstream.first["value"])
        #expect(try stage.upstream.credentials() == [current, left].sorted())
        #expect((orphan["handle"] as? String)?.hasPrefix("key-") == true)

        // Somebody takes it away there, and says so.
        try service.remove(orphan["handle"] as? String ?? "")
        let rotation = orphan["rotation"] as? String ?? ""
        try stage.vault.ask(
            "POST",
            "/v1/rotate-forget/\(RotationStage.secret)",
            "{\"rotation\":\"\(rotation)\"}",
            expecting: 200
        )
        try service.fail([])
        try stage.worker.start()
        try stage.start()
        try stage.finish()
        try stage.check("after it was forgotten", pending: 1)
    }

    private static func rotate(_ stage: RotationStage, _ strike: Strike) throws {
        let before = try stage.status().current
        // Only a rotation that fails takes something back.
        if strike.step == "discard" { stage.gate.fail(["test"]) }
        defer { stage.gate.fail([]) }
        switch strike.place {
        case .gate(let moment): stage.gate.stop(at: .init(step: strike.step, moment: moment))
        case .within: stage.gate.stop(at: .init(step: strike.step, moment: .offered))
        }
        try stage.start()
        try stage.gate.waitUntilReached()
        if case .within = strike.place {
            try stage.upstream.stop(within: strike.step)
            stage.gate.open()
            try stage.upstream.waitUntilStopped()
        }
        if case .gate(.settled) = strike.place {
            // Written down, and nothing else is at work.
            _ = try waiting(for: "the daemon to have heard") { () throws -> Bool? in
                let status = try stage.status()
                return status.ended || status.waits == "worker" || status.waits == "person" ? true : nil
            }
        }
        switch strike.victim {
        case .daemon: stage.vault.kill()
        case .worker: stage.worker.kill()
        }
        try stage.upstream.goOn()
        stage.gate.open()
        stage.gate.fail([])
        switch strike.victim {
        case .daemon:
            try stage.vault.start()
            try stage.vault.unseal()
        case .worker: try stage.worker.start()
        }
        if stage.upstream.overlaps {
            let works = try stage.upstream.accepts(stage.resolve())
            #expect(works, "\(strike): what servers get at once afterwards is refused")
        }
        try stage.finish()
        let after = try stage.status().current
        #expect(after != before, "\(strike): nothing was rotated")
    }
}
