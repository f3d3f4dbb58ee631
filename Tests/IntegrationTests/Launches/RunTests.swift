import Foundation
import Glibc
import Testing

/// `warder run` with a real daemon and real processes: who belongs to a launch, what a server gets, and how it ends.
@Suite("Running servers", .serialized)
struct RunTests {
    // MARK: What a server gets

    @Test("a value is in the server's environment and in nobody's command line; what it exits with is passed on")
    func environment() throws {
        let vault = try VaultProcess.withLaunchedServer()
        let script =
            #"printf '%s %s\n' "$TOKEN" "$LOGIN"; cat /proc/$PPID/cmdline /proc/$$/cmdline | tr '\0' ' '; echo; exit 7"#
        let run = try Launched(
            vault,
            ["--env", "TOKEN=notes/api", "--env", "LOGIN=notes/api#user", "--", "sh", "-c", script]
        )
        #expect(run.line() == "first me")
        #expect(run.line()?.contains("first") == false)
        #expect(run.wait() == 7)
        #expect(run.said.isEmpty, "\(run.said)")
        let types = try vault.events("server=notes").compactMap { $0["type"] as? String }
        #expect(types.contains("launch.start") && types.contains("secret.resolve"))
        try soon { try vault.events("type=launch.end").count == 1 }
    }

    @Test(
        "it finds the vault by itself, from a client that passes HOME, PATH and USER alone, or nothing",
        .enabled(if: geteuid() == 0, "putting a vault where the machine's lies takes root"),
        arguments: [["HOME": "/nonexistent", "PATH": "/usr/bin:/bin", "USER": "root"], [:]]
    )
    func found(environment: [String: String]) throws {
        let vault = try VaultProcess.withLaunchedServer()
        let script = #"printf '%s %s\n' "$TOKEN" "${WARDER_SOCKET-none}""#
        let run = try Launched(
            vault,
            ["--env", "TOKEN=notes/api", "--", "/bin/sh", "-c", script],
            environment: environment,
            isAtUsualPlace: true
        )
        // A server finds it in the same way: nobody has to tell it.
        #expect(run.line() == "first none", "\(run.said)")
        #expect(run.wait() == 0)
        #expect(try vault.events("type=launch.start&decision=allowed").count == 1)
    }

    @Test("with the socket named it needs nothing of the environment, and the server gets what there is of it")
    func bare() throws {
        let vault = try VaultProcess.withLaunchedServer()
        let run = try Launched(vault, ["--env", "TOKEN=notes/api", "--", "/usr/bin/env"], environment: ["LANG": "C"])
        var lines: Set<String> = []
        while let line = run.line(seconds: 5) { lines.insert(line) }
        #expect(lines == ["LANG=C", "TOKEN=first", "WARDER_SOCKET=\(vault.clientSocket)"])
        #expect(run.wait() == 0)
    }

    @Test(
        "who ends by a signal is told from who exits",
        arguments: [("exit 0", Int32(0)), ("exit 3", 3), ("kill -KILL $$", 137), ("kill -TERM $$", 143)]
    )
    func endings(script: String, status: Int32) throws {
        let vault = try VaultProcess.withLaunchedServer()
        defer { vault.remove() }
        #expect(try Launched(vault, ["--", "sh", "-c", script]).wait() == status)
    }

    @Test("signals reach the server, and what it makes of them is passed on")
    func signals() throws {
        let vault = try VaultProcess.withLaunchedServer()
        defer { vault.remove() }
        let script =
            "trap 'echo usr1' USR1; trap 'echo hup' HUP; trap 'exit 9' TERM; echo ready; while :; do sleep 0.05; done"
        let run = try Launched(vault, ["--", "sh", "-c", script])
        #expect(run.line() == "ready")
        kill(run.pid, SIGUSR1)
        #expect(run.line() == "usr1")
        kill(run.pid, SIGHUP)
        #expect(run.line() == "hup")
        kill(run.pid, SIGTERM)
        #expect(run.wait() == 9)
    }

    @Test("when the client closes its end everything is gone within two seconds, whatever it does against that")
    func reaping() throws {
        let vault = try VaultProcess.withLaunchedServer()
        defer { vault.remove() }
        let pids = vault.directory + "/pids-" + UUID().uuidString
        let script = """
            trap '' TERM HUP INT
            (setsid sh -c 'trap "" TERM; echo $$ >>\(pids); while :; do sleep 0.1; done' &) 
            echo $$ >>\(pids); echo ready; while :; do sleep 0.1; done
            """
        for arguments in [["--", "sh", "-c", script], ["--env", "TOKEN=notes/api", "--", "sh", "-c", script]] {
            try? FileManager.default.removeItem(atPath: pids)
            let run = try Launched(vault, arguments)
            #expect(run.line() == "ready")
            try soon { try Self.numbers(pids).count == 2 }
            let start = ContinuousClock.now
            try run.closeInput()
            #expect(run.wait() == 137)
            #expect(ContinuousClock.now - start < .seconds(2))
            for pid in try Self.numbers(pids) { #expect(kill(pid, 0) != 0, "\(pid) lives") }
        }
    }

    // MARK: Who belongs to it

    /// A server that resolves for whoever tells it to: itself, a child, and a grandchild whose parent is gone.
    private static let resolver = """
        import os, socket, sys, time
        def ask(tool):
            s = socket.socket(socket.AF_UNIX)
            s.connect(os.environ["WARDER_SOCKET"])
            body = '{"tool":"notes/%s","secret":"notes/api"}' % tool
            s.sendall(("POST /v1/resolve HTTP/1.1\\r\\nHost: w\\r\\nContent-Type: application/json\\r\\nContent-Length: %d\\r\\n\\r\\n%s" % (len(body), body)).encode())
            return s.recv(65536).split(b" ")[1].decode()
        for line in sys.stdin:
            word = line.strip()
            if word in ("search", "@launch"):
                print(ask(word), flush=True)
            elif word == "orphan":
                if os.fork() == 0:
                    if os.fork() == 0:
                        parent = os.getppid()
                        while os.getppid() == parent: time.sleep(0.001)
                        os.setsid()
                        print(ask("search"), flush=True)
                        os._exit(0)
                    time.sleep(0.05)
                    os._exit(0)
                os.wait()
        """

    @Test("inside is the server, orphans included; outside is nobody, and nobody gets what is the launcher's")
    func membership() throws {
        let vault = try VaultProcess.withLaunchedServer()
        // As npx does: programs in between.
        let run = try Launched(
            vault,
            ["--", "sh", "-c", "sh -c 'python3 -c \"$0\"; exit' \"$0\"; exit", Self.resolver]
        )
        #expect(try run.ask("search") == "200")
        #expect(try run.ask("orphan") == "200")
        #expect(try run.ask("@launch") == "403")
        let demand = #"{"tool":"notes/search","secret":"notes/api"}"#
        #expect(try vault.client().request("POST", "/v1/resolve", body: demand).status == 403)
        let refused = try #require(try vault.events("reason=launcher_only").first)
        let launch = try #require(refused["launch"] as? String)
        let served = try vault.events("type=secret.resolve&launch=\(launch)&decision=allowed")
        #expect(served.count == 2)
    }

    @Test("when the launcher dies so does the launch, and whoever lives on gets nothing")
    func launcherDies() throws {
        let vault = try VaultProcess.withLaunchedServer()
        let file = vault.directory + "/answers"
        // It lives on, and asks on by itself.
        let endless = """
            import signal
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            \(Self.resolver.components(separatedBy: "for line in sys.stdin").first ?? "")
            print("ready", flush=True)
            while True:
                status = ask("search")
                open("\(file)", "a").write(status + "\\n")
                time.sleep(0.02)
            """
        let run = try Launched(vault, ["--", "python3", "-c", endless])
        #expect(run.line() == "ready")
        try soon { try Self.words(file).contains("200") }
        let children = ProcessTree.children(of: run.pid)
        kill(run.pid, SIGKILL)
        try soon { try Self.words(file).suffix(3) == ["403", "403", "403"] }
        let ended = try #require(try vault.events("type=launch.end").last)
        #expect((ended["changes"] as? [String])?.contains("reason=closed") == true)
        for child in children { kill(child, SIGKILL) }
    }

    @Test("what is started starts no server by a launch of its own, and the log says who tried")
    func nested() throws {
        let vault = try VaultProcess.withLaunchedServer()
        let server = #"{"name":"mail","selectors":{"uid":\#(getuid()),"launch":true}}"#
        try vault.ask("POST", "/v1/servers", server, expecting: 201)
        let inner = [
            "--", Programs.path("warder"), "run", "--server", "mail", "--client-socket", vault.clientSocket, "--",
            "echo", "started",
        ]
        let run = try Launched(vault, inner)
        #expect(run.line() == nil)
        #expect(run.wait() == 5)
        #expect(run.said.contains("start this one from outside"), "\(run.said)")
        let launch = try #require(try vault.events("type=launch.start&decision=allowed").first?["launch"] as? String)
        let refused = try vault.events("type=launch.start&reason=launch_nested")
        #expect(refused.compactMap { $0["launch"] as? String } == [launch])
        #expect(refused.compactMap { $0["server"] as? String } == ["mail"])
    }

    /// Launches by itself where it is told to, and says when its launch has ended.
    private static let launcher = #"""
        import os, socket, sys
        body = '{"server":"notes"}'
        for line in sys.stdin:
            if line.strip() == "launch":
                s = socket.socket(socket.AF_UNIX)
                s.connect(os.environ["WARDER_SOCKET"])
                s.sendall(("POST /v1/launches HTTP/1.1\r\nHost: w\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)).encode())
                print(s.recv(65536).split(b" ")[1].decode(), flush=True)
            else:
                try:
                    while s.recv(65536): pass
                except ConnectionError: pass
                print("ended", flush=True)
        """#

    @Test("nor does it by waiting for a restart of the daemon, however many processes it puts in between")
    func nestedBehindRestart() throws {
        let vault = try VaultProcess.withLaunchedServer()
        let descend = #"if [ "$0" -gt 0 ]; then n=$(($0 - 1)); sh -c "$D" "$n" "$@"; exit; fi; "$@"; exit"#
        let run = try Launched(
            vault,
            ["--", "sh", "-c", descend, "40", "python3", "-c", Self.launcher],
            environment: ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "D": descend]
        )
        func ask(_ word: String) throws -> String? {
            try run.send(word)
            return run.line(seconds: 60)
        }
        #expect(try ask("launch") == "403")
        // Its own launcher is slower than it is.
        kill(run.pid, SIGSTOP)
        vault.kill()
        try vault.start()
        try vault.unseal()
        #expect(try ask("launch") == "201")
        kill(run.pid, SIGCONT)
        #expect(try ask("wait") == "ended")
        let ended = try vault.events("type=launch.end").flatMap { $0["changes"] as? [String] ?? [] }
        #expect(ended.contains("reason=way_up_unknown"), "\(ended)")
        #expect(try ask("launch") == "403")
    }

    @Test("a daemon that comes back finds its launches again")
    func restart() throws {
        let vault = try VaultProcess.withLaunchedServer()
        let run = try Launched(vault, ["--", "python3", "-c", Self.resolver])
        #expect(try run.ask("search") == "200")
        vault.kill()
        try vault.start()
        try vault.unseal()
        try soon { try run.ask("search") == "200" }
    }

    // MARK: Refusals

    @Test("what is not allowed is said on standard error alone, with what mends it")
    func refusals() throws {
        let vault = try VaultProcess.withLaunchedServer()
        func outcome(_ arguments: [String]) throws -> (status: Int32, said: String, output: String?) {
            let run = try Launched(vault, arguments)
            let line = run.line()
            return (run.wait(), run.said, line)
        }
        let missing = try outcome(["--env", "A=notes/none", "--", "true"])
        #expect(missing.status == 5 && missing.said.contains("warder grant add notes/@launch notes/none"))
        #expect(missing.output == nil)
        let program = try outcome(["--", "/nonexistent/server"])
        #expect(program.status == 1 && program.said.contains("cannot be started: No such file or directory"))
        try vault.ask("POST", "/v1/servers/notes/quarantine", "{}", expecting: 200)
        let blocked = try outcome(["--", "true"])
        #expect(blocked.status == 5 && blocked.said.contains("warder server show notes"), "\(blocked.said)")
        vault.kill()
        let gone = try outcome(["--", "true"])
        #expect(gone.status == 8 && gone.said.contains("nobody listens"), "\(gone.said)")
    }

    @Test("a secret that needs an approval is in no environment")
    func approval() throws {
        let vault = try VaultProcess.withLaunchedServer()
        try vault.ask("DELETE", "/v1/grants/notes/@launch/notes/api", expecting: 200)
        try vault.ask("DELETE", "/v1/tools/notes/@launch", expecting: 200)
        try vault.ask("POST", "/v1/tools", #"{"name":"notes/@launch","risk":"critical"}"#, expecting: 201)
        try vault.ask("POST", "/v1/grants", #"{"tool":"notes/@launch","secret":"notes/api"}"#, expecting: 201)
        let run = try Launched(vault, ["--env", "TOKEN=notes/api", "--", "env"])
        #expect(run.line() == nil)
        #expect(run.wait() == 6)
        #expect(run.said.contains("--approval none"), "\(run.said)")
    }

    // MARK: Means

    private static func words(_ file: String) throws -> [String] {
        guard FileManager.default.fileExists(atPath: file) else { return [] }
        return try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map(String.init)
    }

    private static func numbers(_ file: String) throws -> [Int32] { try words(file).compactMap { Int32($0) } }
}

/// Waits for something that other processes bring about.
func soon(
    seconds: Int = 20,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () throws -> Bool
) throws {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < deadline {
        if try condition() { return }
        usleep(10_000)
    }
    Issue.record("it never came true", sourceLocation: sourceLocation)
}
