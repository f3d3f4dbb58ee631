import Foundation
import Glibc
import PostgresTesting
import Testing
import WarderWire

@testable import WarderWorker

/// Servers that do not answer, and workers that end in the middle of a step.
extension PostgresTests {
    @Test("a statement that waits too long is given up, and it is known that it did nothing")
    func lock() throws {
        try role("waiting", "first")
        let session = try server.hold("BEGIN; ALTER ROLE waiting CONNECTION LIMIT -1")
        let set = try job(
            .set,
            ["role": "waiting"],
            current: ("waiting", "first"),
            candidate: ("waiting", "second"),
            asAdministrator: true,
            timeout: 3
        )
        let result = try run(set)
        session.release()
        #expect(result.outcome == .failed && result.retry == true, "\(result.message ?? "")")
        #expect(try server.accepts("waiting", "first"))
    }

    @Test("a server that does not answer is given up in time, and what it may have done is not known to be undone")
    func silence() throws {
        try role("silent", "first")
        let session = try server.hold("BEGIN; ALTER ROLE silent CONNECTION LIMIT -1")
        let set = try job(.set, current: ("silent", "first"), candidate: ("silent", "second"), timeout: 20)
        let step = try StepProcess(set, configuration: workshop.configuration)
        let backend = try server.waitingBackend()
        kill(backend, SIGKILL)
        let result = try step.result()
        #expect(result.outcome == .unknown && result.retry == true, "\(result.message ?? "")")
        try ready()
        session.release()
    }

    /// After a crash of one of its processes the server starts all of them anew.
    private func ready() throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while (try? server.sql("SELECT 1")) == nil {
            guard ContinuousClock.now < deadline else { throw Unprepared(description: "the server did not come back") }
            Thread.sleep(forTimeInterval: 0.1)
        }
    }

    @Test(
        "a worker killed while its statement waits at the server: the step done again leaves what it should",
        arguments: [JobStep.preflight, .set, .retire, .discard]
    )
    func killedInStatement(step: JobStep) throws {
        let (a, b) = ("kill_\(step.rawValue)_a", "kill_\(step.rawValue)_b")
        try role(a, "first")
        try role(b, step == .retire || step == .discard ? "second" : nil)
        let settings = ["roles": "\(a),\(b)"]
        let job = try job(
            step,
            settings,
            current: step == .retire ? (b, "second") : (a, "first"),
            candidate: (b, "second"),
            retiring: step == .retire ? (a, "first") : nil,
            asAdministrator: true
        )
        let session = try server.hold("BEGIN; ALTER ROLE \(a) CONNECTION LIMIT -1; ALTER ROLE \(b) CONNECTION LIMIT -1")
        let killed = try StepProcess(job, configuration: workshop.configuration)
        _ = try server.waitingBackend()
        killed.kill()
        session.release()
        #expect(try run(job).outcome == .done)
        #expect(try server.accepts(a, "first") == (step != .retire))
        #expect(try server.accepts(b, "second") == (step == .set || step == .retire))
    }

    @Test("a worker killed while it logs in: the step done again leaves what it should", arguments: JobStep.allCases)
    func killedInLogin(step: JobStep) throws {
        let name = "login_\(step.rawValue)"
        try role(name, step == .test ? "second" : "first")
        let (old, new) = ((name, "first"), (name, "second"))
        let job = try job(step, current: old, candidate: new, retiring: old)
        kill(server.pid, SIGSTOP)
        let killed = try StepProcess(job, configuration: workshop.configuration)
        Thread.sleep(forTimeInterval: 0.3)
        killed.kill()
        kill(server.pid, SIGCONT)
        #expect(try run(job).outcome == .done)
        #expect(try server.accepts(name, "second") == (step == .set || step == .test))
        #expect(try server.accepts(name, "first") == (step != .set && step != .test))
    }

    @Test("of a single role: a set that was done and not reported is done, and its discard goes back")
    func killedAfterSet() throws {
        try role("after", "first")
        let (old, new) = (("after", "first"), ("after", "second"))
        let session = try server.hold("BEGIN; ALTER ROLE after CONNECTION LIMIT -1")
        let killed = try StepProcess(
            job(.set, current: old, candidate: new),
            configuration: workshop.configuration
        )
        _ = try server.waitingBackend()
        killed.kill()
        // Its statement goes on at the server without it.
        session.release()
        let deadline = ContinuousClock.now + .seconds(10)
        while try !server.accepts("after", "second"), ContinuousClock.now < deadline {
            Thread.sleep(forTimeInterval: 0.05)
        }
        #expect(try run(job(.set, current: old, candidate: new)).outcome == .done)
        #expect(try run(job(.discard, current: old, candidate: new)).outcome == .done)
        #expect(try server.accepts("after", "first"))
    }
}
