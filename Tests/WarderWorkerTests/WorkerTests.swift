import Foundation
import Glibc
import Locking
import Testing
import WarderWire

@testable import WarderWorker

/// The real program against a daemon that speaks the contract.
@Suite("The worker and its daemon")
struct WorkerTests {
    private final class WorkerProgram {
        let process = Process()
        let errors: URL

        init(_ workshop: Workshop) throws {
            errors = URL(fileURLWithPath: workshop.file("errors"))
            try Data().write(to: errors)
            process.executableURL = URL(fileURLWithPath: Program.path("warder-worker"))
            process.arguments = ["--socket", workshop.file("worker.sock"), "--config", workshop.configuration]
            process.environment = [:]
            process.standardError = try FileHandle(forWritingTo: errors)
            process.standardInput = FileHandle.nullDevice
            try process.run()
        }

        deinit {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }

        var said: String { (try? String(contentsOf: errors, encoding: .utf8)) ?? "" }
    }

    private let workshop: Workshop

    init() throws { workshop = try Workshop() }

    private func socket() -> String { workshop.file("worker.sock") }

    private func job(_ id: String, _ step: JobStep = .set, timeout: Int = 20) throws -> Job {
        var job = try Job.sample(step, timeout: timeout)
        job.id = id
        return job
    }

    @Test("jobs are taken, run and answered, several at once, and asking goes on")
    func jobs() async throws {
        try workshop.hook(
            """
            touch \(workshop.path)/begun.$$
            while [ $(ls \(workshop.path)/begun.* | wc -l) -lt 4 ]; do sleep 0.05; done
            echo '{"outcome":"done","message":"together"}'
            """
        )
        let daemon = try FakeDaemon(path: socket())
        let worker = try WorkerProgram(workshop)
        for number in 0..<4 { try daemon.give(job("job-\(number)")) }
        let results = try await daemon.results(4)
        #expect(Set(results.map(\.id)) == ["job-0", "job-1", "job-2", "job-3"])
        #expect(results.allSatisfy { $0.result.outcome == .done && $0.result.message == "together" })
        try daemon.give(job("job-5"))
        #expect(try await daemon.results(5).last?.id == "job-5")
        let first = daemon.state.withLock { $0.requests.first }
        #expect(first == #"POST /v1/jobs/take {"wait":"55s"}"#)
        #expect(worker.said.isEmpty)
        try daemon.stop()
    }

    @Test("a daemon that comes later, or again, is found")
    func reconnects() async throws {
        try workshop.hook(#"echo '{"outcome":"done"}'"#)
        let worker = try WorkerProgram(workshop)
        try await Task.sleep(for: .milliseconds(300))
        for round in 0..<2 {
            let daemon = try FakeDaemon(path: socket())
            try daemon.give(job("round-\(round)"))
            #expect(try await daemon.results(1).first?.id == "round-\(round)")
            try daemon.stop()
        }
        #expect(worker.said.contains("no connection to the daemon"))
        #expect(worker.process.isRunning)
    }

    @Test("a job ends with the connection that it came over, and with everything that it started")
    func daemonGoes() async throws {
        try workshop.hook("sleep 300 & echo $! > \(workshop.file("child")); sleep 300")
        let daemon = try FakeDaemon(path: socket())
        let worker = try WorkerProgram(workshop)
        try daemon.give(job("lost", timeout: 300))
        let child = try #require(Int32(try await workshop.written("child").dropLast()))
        try daemon.stop()
        let isGone = try await Processes.ended(child)
        #expect(isGone)
        let again = try FakeDaemon(path: socket())
        try workshop.hook(#"echo '{"outcome":"done"}'"#)
        try again.give(job("next"))
        #expect(try await again.results(1).map(\.id) == ["next"])
        #expect(worker.process.isRunning)
        try again.stop()
    }

    @Test(
        "a job whose process is killed is answered as unknown, and nothing of it goes on",
        arguments: [JobStep.set, .test]
    )
    func processKilled(step: JobStep) async throws {
        try workshop.hook(
            """
            setsid sh -c 'setsid sleep 300 & echo $! > \(workshop.file("child"))' > /dev/null 2>&1 &
            sleep 300
            """
        )
        let daemon = try FakeDaemon(path: socket())
        let worker = try WorkerProgram(workshop)
        try daemon.give(job("killed", step))
        let child = try #require(Int32(try await workshop.written("child").dropLast()))
        let process = try #require(Processes.children(of: worker.process.processIdentifier).first)
        kill(process, SIGKILL)
        let result = try #require(try await daemon.results(1).first?.result)
        #expect(result.outcome == (step == .test ? .failed : .unknown))
        #expect(result.retry == true)
        let isGone = try await Processes.ended(child)
        #expect(isGone)
        try daemon.stop()
    }

    @Test("jobs die with the worker")
    func workerKilled() async throws {
        try workshop.hook(
            "sleep 300 & echo $! > \(workshop.file("child")); echo $$ > \(workshop.file("pid")); sleep 300"
        )
        let daemon = try FakeDaemon(path: socket())
        let worker = try WorkerProgram(workshop)
        try daemon.give(job("orphan", timeout: 300))
        let hook = try #require(Int32(try await workshop.written("pid").dropLast()))
        let child = try #require(Int32(try await workshop.written("child").dropLast()))
        kill(worker.process.processIdentifier, SIGKILL)
        worker.process.waitUntilExit()
        for pid in [hook, child] {
            let isGone = try await Processes.ended(pid)
            #expect(isGone)
        }
        try daemon.stop()
    }

    @Test("a result that comes too late is forgotten")
    func late() async throws {
        try workshop.hook(#"echo '{"outcome":"done"}'"#)
        let daemon = try FakeDaemon(path: socket())
        let worker = try WorkerProgram(workshop)
        daemon.state.withLock { $0.statusOfResults = 404 }
        try daemon.give(job("late"))
        try daemon.give(job("next"))
        #expect(try await daemon.results(2).count == 2)
        #expect(worker.said.isEmpty)
        try daemon.stop()
    }

    @Test(
        "a job that makes no sense ends its connection, and the worker goes on",
        arguments: [
            "nonsense", #"{"id":"../x"}"#,
            #"{"id":"a","step":"set","rotator":"exec:/bin/sh","secret":"a","rotation":"r","attempt":1,"timeout":"5s"}"#,
            #"{"id":"a","step":"run","rotator":"exec:h","secret":"a","rotation":"r","attempt":1,"timeout":"5s"}"#,
        ]
    )
    func unreadable(text: String) async throws {
        try workshop.hook(#"echo '{"outcome":"done"}'"#)
        let daemon = try FakeDaemon(path: socket())
        let worker = try WorkerProgram(workshop)
        daemon.give(raw: text)
        try await daemon.waitUntil { $0.connections >= 5 }
        try daemon.give(job("good"))
        #expect(try await daemon.results(1).first?.id == "good")
        #expect(worker.said.contains("does not understand"))
        try daemon.stop()
    }

    @Test("a daemon that refuses is not asked without end")
    func refused() async throws {
        try workshop.hook(#"echo '{"outcome":"done"}'"#)
        try workshop.configure("  jobs: 1")
        let daemon = try FakeDaemon(path: socket())
        daemon.state.withLock { $0.refusal = 503 }
        let worker = try WorkerProgram(workshop)
        try await Task.sleep(for: .seconds(2))
        let asked = daemon.state.withLock { $0.requests.count }
        #expect((1...8).contains(asked))
        #expect(worker.process.isRunning)
        try daemon.stop()
    }

    @Test("a connected descriptor is served as long as it lasts")
    func descriptor() async throws {
        try workshop.hook(#"echo '{"outcome":"done"}'"#)
        let daemon = try FakeDaemon(path: socket())
        try daemon.give(job("handed"))
        // A shell that is handed a connection is what a daemon that starts the worker is.
        let script = """
            import os, socket, subprocess, sys
            s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])
            p = subprocess.Popen([sys.argv[2], '--descriptor', str(s.fileno()), '--config', sys.argv[3]], pass_fds=[s.fileno()])
            s.close(); sys.exit(p.wait())
            """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["-c", script, socket(), Program.path("warder-worker"), workshop.configuration]
        try process.run()
        #expect(try await daemon.results(1).first?.id == "handed")
        try daemon.stop()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    @Test("pauses grow to half a minute, and are not the same for everybody")
    func backoff() {
        var backoff = Backoff()
        let pauses = (0..<20).map { _ in backoff.next() }
        #expect(pauses[0] <= 0.25 && pauses[0] >= 0.125)
        #expect(pauses.suffix(5).allSatisfy { (15...30).contains($0) })
        #expect(Set(pauses).count > 10)
    }
}
