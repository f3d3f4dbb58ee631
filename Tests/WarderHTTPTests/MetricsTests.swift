import Foundation
import Glibc
import Rotating
import Scheduling
import Testing
import WarderCore
import WarderModel
import WarderTesting

@testable import WarderHTTP

@Suite("Metrics")
struct MetricsTests {
    private func read(_ server: TestServer) throws -> MetricsReader {
        let answer = try server.connect(.operator).ask("GET", "/v1/metrics")
        #expect(answer.status == 200)
        #expect(answer["content-type"] == "text/plain; version=0.0.4")
        return try MetricsReader(answer.text)
    }

    private func schedule(_ kit: TestVault, _ secret: String, _ text: String? = "rate(1 hours)") async throws {
        let timing = try text.map { try RotationTiming(schedule: Schedule($0)) }
        let plan = Rotations.Plan(rotator: try Rotating.Rotator("exec:gh"), timing: timing)
        _ = try await kit.vault.perform(Rotations.set(SecretName(secret), plan, by: kit.admin))
    }

    @Test("are what every scraper takes, with names and owners that need escapes")
    func format() async throws {
        let kit = try await TestVault(uid: geteuid())
        let owner = #"a "team" of \backslash\n, {curly}=1"#
        try await kit.mustPut("notes/api", owner: owner)
        try await TestServer.with(kit) { server in
            let metrics = try read(server)
            #expect(metrics.value("warder_secret_age_seconds", ["secret": "notes/api", "owner": owner]) == 0)
            #expect(metrics.value("warder_unsealed") == 1)
            #expect(metrics.value("warder_connections") == 1)
            #expect(metrics.families.values.allSatisfy { !$0.help.isEmpty })
        }
    }

    @Test("say how old each value is, and when it ends")
    func ages() async throws {
        let kit = try await TestVault(uid: geteuid())
        let expires = kit.clock.now().wall.adding(seconds: 86_400)
        try await kit.mustPut("notes/api", expires: expires, owner: "platform")
        kit.clock.advance(seconds: 100)
        try await kit.mustPut("notes/other")
        try await kit.mustPut("notes/pending", pending: true)
        try await kit.mustPut("notes/deleted")
        _ = try await kit.vault.perform(Secrets.delete(SecretName("notes/deleted"), by: kit.admin))
        kit.clock.advance(seconds: 11)
        try await TestServer.with(kit) { server in
            let metrics = try read(server)
            let ages = try #require(metrics.families["warder_secret_age_seconds"])
            #expect(
                ages.samples == [
                    .init(labels: ["secret": "notes/api", "owner": "platform"], value: 111),
                    .init(labels: ["secret": "notes/other", "owner": ""], value: 11),
                ]
            )
            #expect(
                metrics.families["warder_secret_expiry_timestamp_seconds"]?.samples == [
                    .init(
                        labels: ["secret": "notes/api", "owner": "platform"],
                        value: Double(expires.milliseconds / 1000)
                    )
                ]
            )
        }
    }

    @Test("count rotations by how they stand, and steps by what came of them")
    func rotations() async throws {
        let kit = try await TestVault(uid: geteuid())
        for name in ["a/due", "a/waits", "a/under-way", "a/by-hand"] { try await kit.mustPut(name) }
        try await schedule(kit, "a/due")
        for name in ["a/waits", "a/under-way", "a/by-hand"] { try await schedule(kit, name, nil) }
        try await TestServer.with(kit) { server in
            func counts(_ metrics: MetricsReader) -> [Double?] {
                ["due", "overdue", "under_way", "waiting"].map { metrics.value("warder_rotations_\($0)") }
            }
            #expect(counts(try read(server)) == [0, 0, 0, 0])
            let failed = ["rotator": "exec:gh", "outcome": "failed"]
            #expect(try read(server).value("warder_rotation_steps_total", failed) == 0)
            // A worker whose hook fails one secret for good.
            var keeper = RotationKeeper(kit.vault, limit: 4)
            // What it finds at its first look it spreads over a while.
            _ = await keeper.look { _, _ in }
            for name in ["a/waits", "a/under-way"] {
                _ = try await kit.vault.perform(
                    Rotations.start(SecretName(name), reason: nil, compromised: false, by: kit.admin)
                )
            }
            for _ in 0..<2 {
                _ = kit.vault.jobs.wait(on: JobBoard.Line(name: "worker", hangUp: {})) { assignment in
                    guard case .step(let handout) = assignment, handout.secret.text == "a/waits" else { return }
                    _ = kit.vault.jobs.answer(
                        handout.id,
                        from: "worker",
                        HandoutAnswer(StepAnswer(.failed, mayRetry: false))
                    )
                }
            }
            _ = await keeper.look { _, _ in }
            await kit.vault.heartbeat()
            kit.clock.advance(seconds: 3600)
            #expect(counts(try read(server)) == [1, 0, 2, 1])
            kit.clock.advance(seconds: 3600)
            let metrics = try read(server)
            #expect(counts(metrics) == [1, 1, 2, 1])
            #expect(metrics.value("warder_rotation_steps_total", failed) == 1)
            #expect(metrics.value("warder_rotation_steps_total", ["rotator": "exec:gh", "outcome": "done"]) == 0)
            #expect(metrics.value("warder_worker_connections") == 1)
            #expect(metrics.value("warder_rotation_orphans") == 0)
        }
    }

    @Test("the example rules ask for metrics that there are")
    func rules() async throws {
        let kit = try await TestVault(uid: geteuid())
        try await TestServer.with(kit) { server in
            let known = Set(try read(server).families.keys)
            let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent()
            let rules = try String(
                contentsOf: root.appending(path: "deploy/prometheus/warder.rules.yaml"),
                encoding: .utf8
            )
            let asked = Set(rules.matches(of: #/\bwarder_[a-z_]+/#).map { String($0.0) })
            #expect(asked.count >= 6)
            #expect(asked.subtracting(known) == [])
            let page = try String(contentsOf: root.appending(path: "docs/operations/metrics.md"), encoding: .utf8)
            let described = Set(page.matches(of: #/`(warder_[a-z_]+)/#).map { String($0.1) })
            #expect(described == known)
        }
    }

    @Test(
        "what is not the format is refused by the reader of these tests",
        arguments: [
            "# HELP a b\n# TYPE a gauge\na 1", "a 1\n", "# HELP a b\na 1\n", "# TYPE a gauge\na 1\n",
            "# HELP a b\n# TYPE a gauge\na 1\na 2\n", "# HELP a b\n# TYPE a gauge\na{b=\"c\",b=\"d\"} 1\n",
            "# HELP a b\n# TYPE a gauge\na{b=\"\"\"} 1\n", "# HELP a b\n# TYPE a gauge\na{b=\"\\x\"} 1\n",
            "# HELP a b\n# TYPE a gauge\na{b=c} 1\n", "# HELP a b\n# TYPE a gauge\na{1=\"c\"} 1\n",
            "# HELP a b\n# TYPE a gauge\na  1\n", "# HELP a b\n# TYPE a gauge\na one\n",
            "# HELP a b\n# TYPE a gauge\n\na 1\n", "# HELP a b\n# TYPE a counter\na 1\n",
            "# HELP a_total b\n# TYPE a_total counter\na_total -1\n", "# HELP a b\n# TYPE a gauge\na 1\r\n",
            "# HELP a b\n# TYPE a gauge\n# HELP c d\n# TYPE c gauge\nc 1\na 1\n",
            "# HELP a b\n# TYPE a gauge\na{b=\"c\"\n",
        ]
    )
    func strict(text: String) {
        #expect(throws: MetricsReader.Fault.self) { _ = try MetricsReader(text) }
    }
}
