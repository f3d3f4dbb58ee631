import Foundation
import PostgresTesting
import Testing

/// Rotations of every kind, all at work when the daemon is killed, go on without anybody's help.
@Suite("Rotations go on by themselves")
struct RotationResumeTests {
    private struct Case {
        let secret: String
        let upstream: any RotatedUpstream
    }

    @Test("after a kill of the daemon every rotation comes to its end, in the time that it takes by itself")
    func byThemselves() throws {
        let vault = try VaultProcess(profile: "single-user", settings: VaultProcess.withoutRateLimit)
        let server = try PostgresServer()
        let cases = [
            Case(secret: "app/key", upstream: try KeyService(in: vault.directory)),
            Case(secret: "app/pair", upstream: try DatabaseRoles(server, name: "pair", alternating: true)),
            Case(secret: "app/one", upstream: try DatabaseRoles(server, name: "one", alternating: false)),
        ]
        let sections = [cases[0], cases[1]].map(\.upstream.configuration).joined(separator: "\n")
        try vault.addSetting("worker_user: root\nworker:\n  jobs: 3\n" + sections)
        try vault.start()
        try vault.initialise()
        try vault.furnish(uid: 0)
        for item in cases { try RotationStage.prepare(vault, item.secret, item.upstream, overlap: 0) }
        let gate = try WorkerGate(path: vault.directory + "/run/gate.sock", daemon: vault.workerSocket)
        defer { gate.close() }
        let worker = try WorkerProcess(vault, socket: vault.directory + "/run/gate.sock")
        defer { worker.kill() }

        gate.stop(at: .init(step: "set", moment: .answered))
        for item in cases { try vault.ask("POST", "/v1/rotate/\(item.secret)", "{}", expecting: 200) }
        _ = try waiting(for: "all to be at work") { () throws -> Bool? in
            let views = try cases.map { try RotationView(vault, $0.secret) }
            return gate.isReached && views.allSatisfy { $0.waits == "answer" && $0.step == "set" } ? true : nil
        }
        vault.kill()
        gate.open()
        try vault.start()
        try vault.unseal()
        // Nobody knows what the steps came to; each is tried again after a pause.
        for item in cases {
            let view = try RotationView(vault, item.secret)
            #expect(view.waits == "time" && view.phase == "created", "\(view.text)")
        }
        _ = try waiting(for: "all to have ended", seconds: 120) { () throws -> Bool? in
            usleep(300_000)
            return try cases.allSatisfy { try RotationView(vault, $0.secret).ended } ? true : nil
        }
        for item in cases {
            let view = try RotationView(vault, item.secret)
            #expect(view.phase == "retired" && view.current == 2 && view.orphans.isEmpty, "\(view.text)")
            #expect(try vault.versions(of: item.secret).map(\.state) == ["current", "retired"])
            #expect(try item.upstream.credentials().count == 1)
            #expect(try !item.upstream.accepts(item.upstream.first))
        }
    }
}
