import Foundation
import Glibc
import Reviewing
import Testing

/// The worker that the daemon itself starts, as a user's own vault has it: real processes, and what is left of them.
@Suite("The worker that the daemon starts")
struct KeptWorkerTests {
    /// A vault with the secret `app/key`, and a hook that rotates it.
    private struct Stand {
        let vault: VaultProcess

        /// `test`: what the hook does before it answers to the step of this name.
        init(test: String = "") throws {
            vault = try VaultProcess(profile: "single-user", settings: "worker:\n  start: on\n  hooks:\n    h: {}")
            let hook = vault.directory + "/hook"
            let script = """
                #!/bin/sh
                job=$(cat)
                case "$job" in
                *'"step":"preflight"'*) echo '{"outcome":"done","overlaps":false,"makes":"vault"}' ;;
                *'"step":"test"'*) cd \(vault.directory); \(test.isEmpty ? ":" : test); echo '{"outcome":"done"}' ;;
                *) echo '{"outcome":"done"}' ;;
                esac
                """
            try Data(script.utf8).write(to: URL(fileURLWithPath: hook))
            _ = unsafe chmod(hook, 0o755)
            try vault.replaceSetting("    h", with: "{program: \(hook), timeout: 5m}")
        }

        /// Starts the daemon, and sets everything up.
        func begin(_ program: String = Programs.path("warderd")) throws {
            try vault.start(program: program)
            try vault.initialise()
            try vault.ask("PUT", "/v1/secrets/app/key", #"{"fields":{"value":"the first one"}}"#, expecting: 201)
            try vault.ask("PUT", "/v1/rotations/app/key", #"{"rotator":"exec:h"}"#, expecting: 200)
        }

        func rotate() throws { try vault.ask("POST", "/v1/rotate/app/key", "{}", expecting: 200) }

        /// Of the last rotation.
        func phase() throws -> String? {
            let listed = try vault.ask("GET", "/v1/rotations/app/key").json["rotations"] as? [[String: Any]]
            return (listed?.first?["run"] as? [String: Any])?["phase"] as? String
        }

        /// Whether a worker answers.
        func works() throws -> Bool { try vault.ask("POST", "/v1/rotate-test/app/key", "").status == 200 }

        func keeper() throws -> Int32 { try #require(ProcessTree.children(of: vault.pid).first) }
        func worker() throws -> Int32? { ProcessTree.children(of: try keeper()).first }

        func findings() throws -> [String] {
            let listed = try vault.ask("GET", "/v1/sys/findings", expecting: 200).json["findings"] as? [[String: Any]]
            return (listed ?? []).compactMap { $0["code"] as? String }
        }

        func status() throws -> [String: Any] {
            try vault.ask("GET", "/v1/sys/status", expecting: 200).json["worker"] as? [String: Any] ?? [:]
        }

        /// Begins a rotation that stands still in the middle of a step.
        /// - Returns: all processes that the daemon, and what it started, has started.
        func standStill() async throws -> [Int32] {
            try rotate()
            let hasBegun = try await eventually { FileManager.default.fileExists(atPath: vault.directory + "/begun") }
            #expect(hasBegun)
            return ProcessTree.descendants(of: vault.pid)
        }
    }

    private static let standing = "setsid sleep 300 & sleep 300 & touch begun; sleep 300"

    @Test("does the steps of a rotation, and the daemon starts nothing else")
    func rotates() async throws {
        let stand = try Stand()
        try stand.begin()
        try stand.rotate()
        let isDone = try await eventually { try stand.phase() == "retired" }
        #expect(isDone)
        #expect(try stand.vault.ask("POST", "/v1/reveal/app/key", "{}").json["value"] as? String != "the first one")
        #expect(ProcessTree.children(of: stand.vault.pid).count == 1)
        #expect(ProcessTree.children(of: try stand.keeper()).count == 1)
        #expect(try stand.status()["keeper"] as? String == "running")
        #expect(try stand.status()["connections"] as? Int ?? 0 > 0)
        #expect(try stand.findings().filter { $0.hasPrefix("worker_") } == [])
    }

    @Test("leaves nothing when the daemon is killed, in the middle of a step neither")
    func daemonKilled() async throws {
        let stand = try Stand(test: Self.standing)
        try stand.begin()
        let processes = try await stand.standStill()
        // Keeper, worker, step, hook, and what the hook has started.
        #expect(processes.count >= 6)
        stand.vault.kill()
        let isGone = try await eventually { !processes.contains(where: ProcessTree.isAlive) }
        #expect(isGone, "\(processes.filter(ProcessTree.isAlive))")
    }

    @Test("leaves nothing when daemon and keeper are killed together")
    func bothKilled() async throws {
        let stand = try Stand(test: Self.standing)
        try stand.begin()
        let processes = try await stand.standStill()
        let keeper = try stand.keeper()
        kill(stand.vault.pid, SIGSTOP)
        kill(keeper, SIGKILL)
        stand.vault.kill()
        let isGone = try await eventually { !processes.contains(where: ProcessTree.isAlive) }
        #expect(isGone, "\(processes.filter(ProcessTree.isAlive))")
    }

    @Test("ends with the daemon")
    func daemonStops() async throws {
        let stand = try Stand(test: Self.standing)
        try stand.begin()
        let processes = try await stand.standStill()
        #expect(stand.vault.stop() == 0)
        let isGone = try await eventually { !processes.contains(where: ProcessTree.isAlive) }
        #expect(isGone, "\(processes.filter(ProcessTree.isAlive))")
    }

    @Test("comes back when it is killed, and the rotation goes on")
    func workerKilled() async throws {
        let stand = try Stand(test: "[ -e begun ] || { touch begun; sleep 300; }")
        try stand.begin()
        _ = try await stand.standStill()
        let first = try #require(try stand.worker())
        kill(first, SIGKILL)
        let isBack = try await eventually { try stand.worker().map { $0 != first } ?? false }
        #expect(isBack)
        // After a lost step the vault waits a little before it asks again.
        try stand.vault.ask("POST", "/v1/rotate-resume/app/key", "")
        let isDone = try await eventually { try stand.phase() == "retired" }
        #expect(isDone)
    }

    @Test("without its keeper there is none, and doctor, status and log say what to do")
    func keeperKilled() async throws {
        let stand = try Stand()
        try stand.begin()
        let works = try await eventually { try stand.works() }
        #expect(works)
        let (keeper, worker) = (try stand.keeper(), try #require(try stand.worker()))
        kill(keeper, SIGKILL)
        let isGone = try await eventually { !ProcessTree.isAlive(worker) }
        #expect(isGone)
        let isNoticed = try await eventually { try stand.findings().contains("worker_ended") }
        #expect(isNoticed)
        #expect(try stand.status()["keeper"] as? String == "ended")
        #expect(stand.vault.said.contains("what keeps warder-worker running has ended"))
        #expect(try !stand.works())
        let now = try TerminalSession(socket: stand.vault.operatorSocket).run(["rotate", "now", "app/key"])
        #expect(now.status == 12)
        #expect(now.screen.contains("What kept it running has ended: restart warderd"))
    }

    @Test("a rotation that waits for a person is told to the program of the configuration, and that is an event")
    func notice() async throws {
        let stand = try Stand(test: #"echo '{"outcome":"failed","message":"no login","retry":false}'; exit"#)
        let (program, got) = (stand.vault.directory + "/notify", stand.vault.directory + "/notice")
        try Data("#!/bin/sh\ncat > \(got).new && mv \(got).new \(got)\n".utf8).write(to: URL(fileURLWithPath: program))
        _ = unsafe chmod(program, 0o755)
        try stand.vault.addSetting("notices:\n  program: \(program)")
        try stand.begin()
        try stand.rotate()
        let isTold = try await eventually { FileManager.default.fileExists(atPath: got) }
        #expect(isTold)
        let notice =
            try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: got))) as? [String: Any]
        #expect(notice?["kind"] as? String == "rotation_waits")
        #expect((notice?["facts"] as? [String: String])?["message"] == "no login")
        let isWritten = try await eventually {
            let written = try stand.vault.events("type=notice.send").first
            return (written?["changes"] as? [String])?.contains("outcome=done") == true
        }
        #expect(isWritten)
    }

    @Test("and to a webhook, whose receiver is the one of docs/operations/notices.md")
    func webhook() async throws {
        let stand = try Stand(test: #"echo '{"outcome":"failed","message":"no login","retry":false}'; exit"#)
        let key = stand.vault.directory + "/webhook.key"
        try Data("whsec_\(Data(repeating: 9, count: 32).base64EncodedString())\n".utf8).write(
            to: URL(fileURLWithPath: key)
        )
        _ = unsafe chmod(key, 0o600)
        let receiver = try NoticeReceiver(key: key, in: stand.vault.directory)
        defer { receiver.stop() }
        try stand.vault.addSetting(
            "notices:\n  webhook: http://127.0.0.1:\(receiver.port)/notices\n  webhook_key: \(key)"
        )
        try stand.begin()
        let untried = try ConfiguredPointTests.report(stand.vault)
        #expect(untried.check("alerts")?.outcome == .notEvaluated, "a line of the configuration shows nothing")
        try stand.rotate()
        let isTold = try await eventually {
            receiver.said.contains("The rotation of app/key waits for a person (test).\n")
        }
        #expect(isTold)
        let isWritten = try await eventually {
            let written = try stand.vault.events("type=notice.send").first
            return (written?["changes"] as? [String])?.contains("outcome=done") == true
        }
        #expect(isWritten)
        let tried = try ConfiguredPointTests.report(stand.vault)
        #expect(tried.check("alerts")?.outcome == .passed, "\(tried.check("alerts")?.evidence ?? "")")
        #expect(tried.points.earned > untried.points.earned)
        // Nobody without the key is believed.
        let forged = """
            import sys, time, urllib.request
            request = urllib.request.Request(sys.argv[1], b'{"text":"forged"}', {"webhook-id": "a",
                "webhook-timestamp": str(int(time.time())), "webhook-signature": "v1," + "A" * 43 + "="})
            try:
                print(urllib.request.urlopen(request).status)
            except urllib.error.HTTPError as error:
                print(error.code)
            """
        let answer = try Program.python(forged, ["http://127.0.0.1:\(receiver.port)/notices"])
        #expect(answer.output == "401\n", "\(answer)")
        #expect(!receiver.said.contains("forged"))
    }

    @Test("where it is not installed, the daemon warns, and says so to whoever rotates")
    func missing() async throws {
        let stand = try Stand()
        let alone = stand.vault.directory + "/warderd"
        try FileManager.default.copyItem(atPath: Programs.path("warderd"), toPath: alone)
        try stand.begin(alone)
        #expect(stand.vault.said.contains("warder-worker cannot be started"))
        #expect(stand.vault.said.contains(stand.vault.directory + "/warder-worker"))
        #expect(try stand.findings().contains("worker_not_installed"))
        let now = try TerminalSession(socket: stand.vault.operatorSocket).run(["rotate", "now", "app/key"])
        #expect(now.status == 12)
        #expect(now.screen.contains("There is none beside warderd"))
    }

    @Test("nobody else is handed steps: no other process of the user, and nothing that the worker starts")
    func others() async throws {
        // What the hook asks for comes from a process below the worker.
        let ask = """
            import socket, sys
            s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])
            try:
                s.sendall(b'POST /v1/jobs/take HTTP/1.1\\r\\nHost: warder\\r\\nContent-Type: application/json\\r\\n'
                          b'Content-Length: 13\\r\\n\\r\\n{"wait":"1s"}')
                answer = s.recv(100)
            except OSError:
                answer = b''
            open(sys.argv[2], 'w').write('nothing' if not answer else answer.decode())
            """
        let stand = try Stand(test: "python3 ask worker.sock hook-got")
        let socket = stand.vault.directory + "/run/worker.sock"
        try Data(ask.utf8).write(to: URL(fileURLWithPath: stand.vault.directory + "/ask"))
        try FileManager.default.createSymbolicLink(
            atPath: stand.vault.directory + "/worker.sock",
            withDestinationPath: socket
        )
        try stand.begin()
        try stand.rotate()
        let isDone = try await eventually { try stand.phase() == "retired" }
        #expect(isDone)
        let got = stand.vault.directory + "/got"
        _ = try Program.python(ask, [socket, got])
        #expect(try String(contentsOfFile: got, encoding: .utf8) == "nothing")
        #expect(try String(contentsOfFile: stand.vault.directory + "/hook-got", encoding: .utf8) == "nothing")
    }
}
