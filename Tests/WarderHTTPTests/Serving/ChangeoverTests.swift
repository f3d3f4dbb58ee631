import Glibc
import HashTreeCollections
import Rotating
import Testing
import WarderCore
import WarderModel
import WarderTesting

@testable import WarderHTTP

/// Asking for a value while an upstream that accepts one at a time is being given another.
@Suite struct ChangeoverTests {
    @Test("whoever may have the value waits for a moment, and then gets the one there is")
    func moment() async throws {
        try await TestServer.with { server in
            try await server.mustBeNotes()
            try await server.kit.mustPut("db/other")
            let client = try server.connect(.client)
            let issued = try Node(json: client.ask("POST", "/v1/tokens", body: #"{"tool":"search"}"#).body)
            let bearer = ["Authorization": "Bearer \(try #require(issued["token"]?.text))"]
            func ask(_ secret: String) throws -> Int {
                try client.ask("GET", "/v1/secrets/\(secret)?field=value", bearer).status
            }
            #expect(try ask("notes/api") == 200)
            for name in ["notes/api", "db/other"] { try await Self.hang(name, in: server.kit) }
            let start = ContinuousClock.now
            #expect(try ask("notes/api") == 200)
            #expect(ContinuousClock.now - start >= .seconds(3))
            #expect(try ask("db/other") >= 400)
        }
    }

    @Test("others are not kept waiting, and learn nothing from the time that a refusal takes")
    func others() async throws {
        try await TestServer.with { server in
            try await server.mustBeNotes()
            try await server.kit.mustPut("db/other")
            let stranger = Peer.synthetic(uid: geteuid() + 1, pid: 1)
            func waits(_ secret: String, _ peer: Peer) throws -> Bool {
                let caller = server.kit.caller(peer, .client)
                return try Changeover(vault: server.kit.vault, secret: SecretName(secret), caller: caller).isUnderWay
            }
            let notes = Peer.synthetic(uid: geteuid(), pid: 1)
            #expect(try !waits("notes/api", notes))
            for name in ["notes/api", "db/other"] { try await Self.hang(name, in: server.kit) }
            #expect(try waits("notes/api", notes))
            #expect(try !waits("db/other", notes))
            #expect(try !waits("notes/api", stranger))
        }
    }

    /// Rotates a secret until its rotator is installing the new value, and leaves it there.
    private static func hang(_ secret: String, in kit: TestVault) async throws {
        let name = try SecretName(secret)
        let plan = Rotations.Plan(rotator: try Rotator("postgres:main"))
        _ = try await kit.vault.perform(Rotations.set(name, plan, by: kit.admin))
        work(kit.vault)
        var keeper = RotationKeeper(kit.vault, limit: 4)
        _ = try await kit.vault.perform(Rotations.start(name, reason: nil, compromised: false, by: kit.admin))
        for _ in 0..<20 where kit.vault.state?.rotations[name]?.run?.doing != .set {
            _ = await keeper.look { _, _ in }
            await kit.vault.heartbeat()
        }
        #expect(kit.vault.state?.rotations[name]?.run?.doing == .set)
    }

    /// A worker that never comes to the end of `set`.
    private static func work(_ vault: Vault) {
        _ = vault.jobs.wait(on: JobBoard.Line(name: "test", hangUp: {})) { assignment in
            guard case .step(let handout) = assignment, handout.step != .set else { return }
            work(vault)
            _ = vault.jobs.answer(
                handout.id,
                from: "test",
                HandoutAnswer(StepAnswer(.done, overlaps: false, maker: .vault))
            )
        }
    }
}
