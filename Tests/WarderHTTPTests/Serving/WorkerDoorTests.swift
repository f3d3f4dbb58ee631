import Foundation
import Glibc
import Rotating
import Testing
import WarderCore
import WarderModel
import WarderTesting

@testable import WarderHTTP

/// The socket on which the worker asks for work: who may, and how long it may be silent.
@Suite("The worker's door")
struct WorkerDoorTests {
    private static let take = "/v1/jobs/take"

    @Test("a worker that has a job may be silent for longer than one that has none, and then is like any other")
    func silence() async throws {
        var limits = ServerLimits.unhurried
        limits.idleSeconds = 1
        try await TestServer.with(limits: limits) { server in
            try await server.mustBeNotes()
            let worker = try server.connect(.worker)
            try worker.send(RawClient.request("POST", Self.take, body: #"{"wait":"55s"}"#))
            while server.kit.vault.jobs.waiting == 0 { try await Task.sleep(for: .milliseconds(5)) }
            try await Self.begin("notes/api", server.kit)
            let job = try worker.receive()
            #expect(job.status == 200)

            let idle = try server.connect(.worker)
            #expect(try idle.ask("POST", Self.take, body: #"{"wait":"0s"}"#).status == 204)
            while try !idle.hasEnded() { try await Task.sleep(for: .milliseconds(20)) }
            // It has been silent for longer.
            #expect(try !worker.hasEnded())

            let id = try #require(try Node(json: job.body)["id"]?.text)
            let answer = try worker.ask("POST", "/v1/jobs/\(id)/result", body: #"{"outcome":"failed","retry":false}"#)
            #expect(answer.status == 204, "\(answer.text)")
            while try !worker.hasEnded() { try await Task.sleep(for: .milliseconds(20)) }
        }
    }

    @Test("what the worker's user started is turned away, though it is the same user: hooks run as it")
    func children() async throws {
        try #require(geteuid() == 0, "two users are needed: run the tests as root")
        let user: UInt32 = 65534
        try await TestServer.with(workers: .user(user)) { server in
            // Any user may come as far as the door.
            #expect(unsafe chmod(server.kit.directory.path, 0o755) == 0)
            #expect(unsafe chmod(server.workerSocket, 0o666) == 0)
            let ask = """
                curl --silent --output /dev/null --write-out '%{http_code}' --unix-socket \(server.workerSocket) \
                --header 'Content-Type: application/json' --data '{"wait":"0s"}' http://warder\(Self.take)
                """
            // Started by the tests' user, as by a service manager.
            let worker = try Self.run("exec \(ask)", as: user)
            #expect(worker == "204")
            // A shell of the worker's own user in between.
            let hook = try Self.run("\(ask); true", as: user)
            #expect(hook == "000")
            let stranger = try Self.run("exec \(ask)", as: user - 1)
            #expect(stranger == "000")
        }
    }

    /// What a shell of another user writes.
    private static func run(_ script: String, as user: UInt32) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/setpriv")
        process.arguments = ["--reuid", "\(user)", "--regid", "\(user)", "--clear-groups", "/bin/sh", "-c", script]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: text, as: UTF8.self)
    }

    /// Lets a secret's rotation hand out its first step.
    private static func begin(_ secret: String, _ kit: TestVault) async throws {
        let name = try SecretName(secret)
        let plan = Rotations.Plan(rotator: try Rotator("postgres:main"))
        _ = try await kit.vault.perform(Rotations.set(name, plan, by: kit.admin))
        var keeper = RotationKeeper(kit.vault, limit: 1)
        _ = try await kit.vault.perform(Rotations.start(name, reason: nil, compromised: false, by: kit.admin))
        _ = await keeper.look { _, _ in }
    }
}
