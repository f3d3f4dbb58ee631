import Foundation
import Glibc
import PostgresTesting
import Testing

/// Values that are rotated are nowhere but in the vault, in the job, and at the upstream.
///
/// Every place is searched after rotations that succeeded and that failed; hooks tell all that they know.
@Suite("Canaries in rotations")
struct RotationCanaryTests {
    @Test("a hook that tells everything: no value is in any process, message, log or file")
    func exec() throws {
        let stage = try RotationStage { try KeyService(in: $0, script: KeyService.tellingHook) }
        let service = try #require(stage.upstream as? KeyService)
        var canaries = try Self.stopAndSearch(stage)
        try stage.finish()
        try stage.check("told everything")

        try service.fail(["test"])
        try stage.start()
        _ = try waiting(for: "the failure") { try stage.status().waits == "person" ? true : nil }
        canaries += try Self.values(stage)
        let message = try #require(try stage.status().message)
        #expect(message.hasPrefix("cannot use [redacted] · ") && message.contains("test told [redacted]"))
        #expect(try Self.search(stage, for: canaries).contains("[redacted]"))
        try service.fail([])
        try stage.finish()

        try Self.crash(stage)
        canaries += try Self.values(stage)
        #expect(Set(canaries.map(\.text)).count >= 4)
        _ = try Self.search(stage, for: canaries)
    }

    @Test("a database that logs every statement: no password is in any process, message, log or file")
    func postgres() throws {
        let server = try PostgresServer()
        let (first, administrator) = (Canary("c4nary-"), Canary("c4nary-"))
        let stage = try RotationStage { _ in
            try DatabaseRoles(
                server,
                name: "app",
                alternating: true,
                password: first.text,
                administrator: administrator.text
            )
        }
        let roles = try #require(stage.upstream as? DatabaseRoles)
        var canaries = try [first, administrator] + Self.stopAndSearch(stage)
        try stage.finish()
        try stage.check("logged everything")

        stage.gate.stop(at: .init(step: "test", moment: .offered))
        try stage.start()
        try stage.gate.waitUntilReached()
        canaries += try Self.values(stage)
        try roles.close(true)
        stage.gate.open()
        _ = try waiting(for: "the failure") { try stage.status().waits == "person" ? true : nil }
        #expect(try stage.status().message?.contains("53300") == true)
        try roles.close(false)
        try stage.finish()
        canaries += try Self.values(stage)
        #expect(Set(canaries.map(\.text)).count >= 5)
        _ = try Self.search(stage, for: canaries)
        let log = server.log
        #expect(log.contains("ALTER ROLE") && log.contains("SCRAM-SHA-256$"))
        for canary in canaries { #expect(canary.forms(in: Data(log.utf8)) == [], "the log of the database") }
    }

    // MARK: Places

    /// Rotates, and stops in the middle of `set` to look at every process.
    /// - Returns: the values there are at that moment.
    private static func stopAndSearch(_ stage: RotationStage) throws -> [Canary] {
        stage.gate.stop(at: .init(step: "set", moment: .offered))
        try stage.start()
        try stage.gate.waitUntilReached()
        try stage.upstream.stop(within: "set")
        stage.gate.open()
        try stage.upstream.waitUntilStopped()
        let canaries = try values(stage)
        #expect(canaries.count >= 2)
        let planted = Canary(exactly: "p" + UUID().uuidString.lowercased().replacing("-", with: "").prefix(14))
        let shown = try ShowingProcess(planted.text, uid: Stranger.uid)
        #expect(processes(showing: [planted]).contains { $0.hasSuffix(" of \(shown.pid)") }, "nothing is found at all")
        #expect(processes(showing: canaries) == [])
        let jobs = descendants(of: stage.worker.pid)
        #expect(!jobs.isEmpty, "there was no process to look at")
        for pid in [stage.worker.pid] + jobs { try expectNoCore(of: pid) }
        try stage.upstream.goOn()
        return canaries
    }

    /// Values of all versions that are still there, as the vault knows them.
    private static func values(_ stage: RotationStage) throws -> [Canary] {
        let field = stage.upstream.first["password"] == nil ? "value" : "password"
        return try stage.vault.versions(of: RotationStage.secret).filter { $0.state != "destroyed" }.map { version in
            let body = #"{"version":\#(version.number),"field":"\#(field)"}"#
            let shown = try stage.vault.ask("POST", "/v1/reveal/\(RotationStage.secret)", body, expecting: 200)
            return Canary(exactly: try #require(shown.json["value"] as? String))
        }
    }

    /// Arguments and environments of all processes of the machine that show one of these.
    private static func processes(showing canaries: [Canary]) -> [String] {
        let pids = ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).filter { Int32($0) != nil }
        return pids.flatMap { pid in
            ["cmdline", "environ"].filter { name in
                guard let bytes = FileManager.default.contents(atPath: "/proc/\(pid)/\(name)") else { return false }
                return canaries.contains { !$0.forms(in: bytes).isEmpty }
            }
            .map { "\($0) of \(pid)" }
        }
    }

    /// Everything that people, logs and disks got to see.
    /// - Returns: what people saw.
    private static func search(_ stage: RotationStage, for canaries: [Canary]) throws -> String {
        let session = TerminalSession(socket: stage.vault.operatorSocket)
        var places: [(String, Data)] = []
        var shown = ""
        for arguments in [
            ["rotate", "status", RotationStage.secret], ["rotate", "status"],
            ["rotate", "history", RotationStage.secret], ["audit", "export"], ["audit", "tail", "-n", "1000"],
        ] {
            let screen = try session.run(arguments).screen
            #expect(!screen.isEmpty)
            shown += screen
            places.append((arguments.joined(separator: " "), Data(screen.utf8)))
        }
        #expect(shown.contains("rotation.step"))
        places.append(("the daemon's log", Data(stage.vault.said.utf8)))
        places.append(("the worker's log", Data(stage.worker.said.utf8)))
        places += try DatabaseCopy(of: stage.vault).files().map { ($0.name, $0.bytes) }
        for (place, bytes) in places {
            for canary in canaries { #expect(canary.forms(in: bytes) == [], "\(place)") }
        }
        return shown
    }

    // MARK: Core files

    private static func descendants(of pid: Int32) -> [Int32] {
        let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? []
        let children = tasks.flatMap { task in
            let text = (try? String(contentsOfFile: "/proc/\(pid)/task/\(task)/children", encoding: .utf8)) ?? ""
            return text.split(separator: " ").compactMap { Int32($0) }
        }
        return children + children.flatMap { descendants(of: $0) }
    }

    private static func expectNoCore(of pid: Int32) throws {
        let limits = try String(contentsOfFile: "/proc/\(pid)/limits", encoding: .utf8)
        let core = try #require(limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") })
        #expect(core.split(separator: " ").suffix(3) == ["0", "0", "bytes"], "process \(pid)")
    }

    /// The hook, the job's process and the worker crash in the middle of a step.
    private static func crash(_ stage: RotationStage) throws {
        stage.gate.stop(at: .init(step: "set", moment: .offered))
        try stage.start()
        try stage.gate.waitUntilReached()
        try stage.upstream.stop(within: "set")
        stage.gate.open()
        try stage.upstream.waitUntilStopped()
        let all = [stage.worker.pid] + descendants(of: stage.worker.pid)
        #expect(all.count >= 3)
        // The innermost first: what it belongs to would end it.
        for pid in all.reversed() { Glibc.kill(pid, SIGSEGV) }
        stage.worker.kill()
        try stage.upstream.goOn()
        let places = ["/", "/tmp", FileManager.default.currentDirectoryPath, stage.vault.directory]
        for place in places {
            let left = try FileManager.default.contentsOfDirectory(atPath: place)
            #expect(!left.contains { name in name == "core" || all.contains { name == "core.\($0)" } }, "\(place)")
        }
        try stage.worker.start()
        try stage.finish()
        try stage.check("crashed")
    }
}
