import Foundation
import Glibc
import Testing

/// `warder run --proxy`, with a real daemon, an upstream and a server that knows nothing of either.
@Suite("Running servers behind the proxy", .serialized)
struct RunProxyTests {
    private static let first = "glsa_Zk3vN9qLr7TgYb2WxPd5"
    private static let second = "glsa_Qh8sD4mKe1UcVj6RnAf0"

    /// Remembers what it was asked with, and answers `ok`; where it is asked for `/all`, with whatever it was sent before,
    /// as different libraries write it.
    private static let upstream = """
        import html, http.server, json, sys, urllib.parse
        log = open(sys.argv[1], "a", buffering=1)
        tokens = []
        def spelled(token):
            return [token, urllib.parse.quote(token), urllib.parse.quote_plus(token), token.replace("+", "&#43;"),
                html.escape(token), json.dumps(token).replace("/", "\\\\/"), urllib.parse.quote(urllib.parse.quote(token))]
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                log.write("%s %s\\n" % (self.path, self.headers.get("Authorization")))
                tokens.append(self.headers.get("Authorization", "")[7:])
                body = " ".join(sum(map(spelled, sorted(set(tokens))), [])) if self.path == "/all" else "ok"
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body.encode())
            def log_message(self, *words): pass
        server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        print(server.server_address[1], flush=True)
        server.serve_forever()
        """

    /// Asks its upstream in every request that it gets, and says what came of it.
    private static let server = """
        import json, os, sys, urllib.error, urllib.request
        def ask(path, name):
            request = urllib.request.Request(os.environ[name + "_URL"] + path)
            request.add_header("Authorization", "Bearer " + os.environ[name + "_TOKEN"])
            try:
                with urllib.request.urlopen(request, timeout=20) as answer:
                    return "%d %s" % (answer.status, answer.read().decode())
            except urllib.error.HTTPError as error:
                return "%d %s" % (error.code, error.headers.get("Warder-Refusal"))
        for line in sys.stdin:
            m = json.loads(line)
            params = m.get("params", {})
            path = params.get("path") or "/" + params.get("name", m["method"])
            if "noisy" in params: print('{"level":"info","message":"working"}', flush=True)
            outcome = ask(path, params.get("upstream", "API"))
            print(json.dumps({"jsonrpc": "2.0", "id": m["id"], "result": "%d %s" % (os.getpid(), outcome)}), flush=True)
        """

    @Test("the server holds a placeholder alone, and the credential reaches the upstream for granted calls alone")
    func session() throws {
        let bench = try Bench()
        let run = try bench.launch()
        // Work that belongs to no call of a tool, and a tool without a grant.
        let idle = try bench.ask(run, #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{}}"#)
        #expect(idle.outcome == "403 credential_denied")
        #expect(try bench.call(run, 1, "delete").outcome == "403 credential_denied")
        #expect(try bench.asked().isEmpty)
        let granted = try bench.call(run, 2, "search")
        #expect(granted.outcome == "200 ok")
        #expect(try bench.asked() == ["/search Bearer \(Self.first)"])
        #expect(try bench.ask(run, #"{"jsonrpc":"2.0","id":3,"method":"ping"}"#).outcome == "403 credential_denied")

        try Self.put(bench.vault, Self.second)
        #expect(try bench.call(run, 4, "search").outcome == "200 ok")
        #expect(try bench.asked().last == "/search Bearer \(Self.second)")
        #expect(try bench.asked().count == 2)

        let environment = try String(contentsOfFile: "/proc/\(granted.pid)/environ", encoding: .utf8)
        let variables = environment.split(separator: "\0").map(String.init)
        #expect(variables.contains { $0.hasPrefix("API_TOKEN=wdr_p_") })
        #expect(variables.contains { $0.hasPrefix("API_URL=http://127.0.0.1:") && $0.hasSuffix("/") == false })
        for pid in [granted.pid] + ProcessTree.descendants(of: run.pid) {
            let all = try String(contentsOfFile: "/proc/\(pid)/environ", encoding: .utf8)
            #expect(!all.contains(Self.first) && !all.contains(Self.second))
        }
        // It says what was refused, once each, and what mends it; the session has none of that.
        #expect(run.said.contains("warder grant add notes/TOOL notes/api"), "\(run.said)")
        #expect(run.said.components(separatedBy: "credential_denied").count == 2, "\(run.said)")

        try soon { try bench.vault.events("type=call.report").count == 2 }
        let reports = try bench.vault.events("type=call.report")
        let text = "upstream=GET 127.0.0.1:\(bench.port) 200"
        #expect(reports.allSatisfy { ($0["changes"] as? [String])?.contains(text) == true }, "\(reports)")
        #expect(reports.allSatisfy { ($0["tool"] as? String) == "search" }, "\(reports)")
        #expect(reports.allSatisfy { ($0["launch"] as? String)?.hasPrefix("lch_") == true }, "\(reports)")
    }

    @Test("no credential of the launch comes back, whichever upstream it was for and whoever has escaped it how")
    func echoes() throws {
        let bench = try Bench()
        let other = "Zm9v+YmFy/cXV4Kz0=w/x9=="
        try bench.vault.ask("PUT", "/v1/secrets/notes/wiki", #"{"fields":{"value":"\#(other)"}}"#, expecting: 201)
        try bench.vault.ask(
            "POST",
            "/v1/grants",
            #"{"tool":"notes/search","secret":"notes/wiki"}"#,
            expecting: 201
        )
        let run = try bench.launch([
            "--proxy", "wiki=http://127.0.0.1:\(bench.port)", "--proxy-secret", "wiki=notes/wiki", "--proxy-url",
            "wiki=WIKI_URL", "--proxy-placeholder", "wiki=WIKI_TOKEN",
        ])
        func call(_ id: Int, _ upstream: String, _ path: String) throws -> String {
            let params = #"{"name":"search","upstream":"\#(upstream)","path":"\#(path)"}"#
            return try bench.ask(run, #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":\#(params)}"#)
                .outcome
        }
        #expect(try call(1, "API", "/x") == "200 ok")
        #expect(try call(2, "WIKI", "/x") == "200 ok")
        #expect(try bench.asked() == ["/x Bearer \(Self.first)", "/x Bearer \(other)"])
        for (id, upstream) in [(3, "API"), (4, "WIKI")] {
            let all = try call(id, upstream, "/all")
            #expect(all.count > 300 && all.hasPrefix("200 ***"), "\(all)")
            // What is left are the marks of JSON's strings and the spaces between.
            #expect(all.dropFirst(4).allSatisfy { "* \"".contains($0) }, "\(all)")
        }
    }

    @Test("a server that prints its log among its messages is told to stop that, and not that a grant is missing")
    func noise() throws {
        let bench = try Bench()
        let run = try bench.launch()
        let call = #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"search","noisy":true}}"#
        #expect(try run.ask(call)?.contains("working") == true)
        #expect(run.line()?.contains("403 call_in_doubt") == true)
        try soon(seconds: 60) { run.said.contains("Have it write its log to standard error") }
        #expect(!run.said.contains("warder grant add"), "\(run.said)")
        #expect(try bench.asked().isEmpty)
        #expect(try bench.call(run, 2, "search").outcome == "200 ok")
    }

    @Test("the server's memory never held the credential; a text of a call is found there")
    func memory() throws {
        let bench = try Bench()
        let run = try bench.launch()
        let canary = "canary" + UUID().uuidString.filter { $0 != "-" }
        #expect(try bench.call(run, 1, "search").outcome == "200 ok")
        let line = #"{"jsonrpc":"2.0","id":2,"method":"\#(canary)","params":{}}"#
        let pid = try bench.ask(run, line).pid
        let found = try ProcessMemory(pid: pid).find([canary, Self.first])
        #expect(found[canary]?.isEmpty == false && found[Self.first] == nil, "\(found)")
    }

    @Test("a server cannot go past the proxy: what it starts is nobody to the vault")
    func members() throws {
        let bench = try Bench()
        let script = """
            import socket
            s = socket.socket(socket.AF_UNIX)
            s.connect("\(bench.vault.clientSocket)")
            body = '{"tool":"notes/search","secret":"notes/api"}'
            s.sendall(("POST /v1/resolve HTTP/1.1\\r\\nHost: w\\r\\nContent-Type: application/json\\r\\nContent-Length: %d\\r\\n\\r\\n%s" % (len(body), body)).encode())
            print(s.recv(65536).split(b" ")[1].decode(), flush=True)
            """
        let run = try Launched(bench.vault, bench.options + ["--", "python3", "-c", script])
        #expect(run.line() == "403")
        #expect(run.wait() == 0)
    }

    @Test("it ends as any server does: with its exit code, and with its client")
    func ending() throws {
        let bench = try Bench()
        let code = try Launched(bench.vault, bench.options + ["--", "sh", "-c", "echo last; exit 7"])
        #expect(code.line() == "last")
        #expect(code.wait() == 7)
        let script =
            "trap '' TERM HUP INT; (setsid sh -c 'trap \"\" TERM; sleep 60' &); echo ready; while :; do sleep 0.1; done"
        let run = try Launched(bench.vault, bench.options + ["--", "sh", "-c", script])
        #expect(run.line() == "ready")
        let below = ProcessTree.descendants(of: run.pid)
        #expect(!below.isEmpty)
        try run.closeInput()
        let (ending, duration) = run.timedWait()
        #expect(ending == 137 && duration < .seconds(2), "\(duration)")
        for pid in below { #expect(!ProcessTree.isAlive(pid), "\(pid) lives") }
        try soon { try bench.vault.events("type=launch.end").count == 2 }
    }

    @Test(
        "a client that closes its end and reads no more keeps it no longer",
        arguments: [
            ("os.write(1, b'ready\\n'); sys.stdin.read(); os.write(1, b'xxxx\\n' * 100000)", [Int32(143), 137]),
            (
                "signal.signal(15, signal.SIG_IGN); os.write(1, b'ready\\n')\nwhile True: os.write(1, b'x' * 500000)",
                [137]
            ),
        ]
    )
    func nobodyReads(script: String, endings: [Int32]) throws {
        let bench = try Bench()
        let run = try Launched(
            bench.vault,
            bench.options + ["--", "python3", "-c", "import os, signal, sys\n" + script]
        )
        #expect(run.line() == "ready")
        let below = ProcessTree.descendants(of: run.pid)
        #expect(!below.isEmpty)
        try run.closeInput()
        let (ending, duration) = run.timedWait()
        #expect(endings.contains(ending) && duration < .seconds(2), "\(ending) \(duration)")
        for pid in below { #expect(!ProcessTree.isAlive(pid), "\(pid) lives") }
    }

    @Test("where nobody reads standard error it finds the launch again as well, and is gone in its time")
    func unreadErrors() throws {
        let bench = try Bench()
        let errors = Self.fullPipe()
        let script =
            "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + Self.server + "\ntime.sleep(600)"
        let run = try Launched(
            bench.vault,
            bench.options + ["--", "python3", "-c", script],
            standardError: errors.fileHandleForWriting
        )
        #expect(try bench.call(run, 1, "delete").outcome == "403 credential_denied")
        bench.vault.kill()
        try bench.vault.start()
        try bench.vault.unseal()
        // That it was interrupted, and that it goes on, nobody has heard.
        var id = 1
        try soon {
            id += 1
            return try bench.call(run, id, "search").outcome == "200 ok"
        }
        let below = ProcessTree.descendants(of: run.pid)
        try run.closeInput()
        let (ending, duration) = run.timedWait()
        #expect(ending == 137 && duration < .seconds(2), "\(ending) \(duration)")
        for pid in below { #expect(!ProcessTree.isAlive(pid), "\(pid) lives") }
    }

    @Test("a client that is still there reads the last answer at its own pace; the proxy has ended with the server")
    func slowReader() throws {
        let bench = try Bench()
        let run = try Self.launchedToEnd(bench)
        // Longer than a client has that has closed its end.
        usleep(2_200_000)
        #expect(ProcessTree.isAlive(run.pid))
        #expect(run.line()?.utf8.count == 600_000)
        #expect(run.wait() == 0)
    }

    @Test(
        "one that takes nothing is let go of, and within two seconds where it closes its end",
        arguments: [false, true]
    )
    func nobodyTakes(isClosed: Bool) throws {
        let bench = try Bench()
        let run = try Self.launchedToEnd(bench)
        if isClosed { try run.closeInput() }
        let (ending, duration) = run.timedWait()
        #expect(ending == 0)
        #expect(!isClosed || duration < .seconds(2), "\(duration)")
    }

    @Test("a daemon that comes back finds the launch again, and calls have their credential again")
    func restart() throws {
        let bench = try Bench()
        let run = try bench.launch()
        #expect(try bench.call(run, 1, "search").outcome == "200 ok")
        bench.vault.kill()
        #expect(try bench.call(run, 2, "search").outcome == "503 vault_unavailable")
        try bench.vault.start()
        try bench.vault.unseal()
        var id = 2
        try soon {
            id += 1
            let outcome = try bench.call(run, id, "search").outcome
            // Not that it was denied: nobody has taken a grant away.
            #expect(outcome == "200 ok" || outcome == "503 vault_unavailable")
            return outcome == "200 ok"
        }
    }

    @Test(
        "options that do not belong together are refused with what mends them, before anything starts",
        arguments: [
            (["--proxy", "api=https://x.example"], "every --proxy needs a --proxy-secret with its name"),
            (["--proxy-url", "api=A"], "declare it: --proxy NAME=https://HOST"),
            (["--proxy", "api=http://x.example"] + RunProxyTests.whole.dropFirst(2), "needs https://"),
            (
                RunProxyTests.whole + ["--env", "TOKEN=notes/api"],
                "--proxy-secret NAME=notes/api --proxy-placeholder NAME=TOKEN"
            ),
            (RunProxyTests.whole + ["--on-rotation", "ignore"], "leave --on-rotation away"),
            (
                RunProxyTests.whole + ["--proxy-place", "api=body"],
                "a place is bearer, basic, header:NAME or query:NAME"
            ),
            (
                RunProxyTests.whole + ["--proxy-ca", "api=/nowhere/ca.pem"],
                "Name a file of certificates in PEM: --proxy-ca api=FILE"
            ),
            (
                RunProxyTests.whole + [
                    "--proxy", "b=https://y.example", "--proxy-secret", "b=notes/api", "--proxy-url", "b=C",
                    "--proxy-placeholder", "b=D", "--proxy-ca", "b=/nowhere/ca.pem",
                ], "--proxy-ca b=FILE"
            ),
        ]
    )
    func combinations(options: [String], text: String) throws {
        let vault = try VaultProcess.withLaunchedServer()
        defer { vault.remove() }
        let run = try Launched(vault, options + ["--", "echo", "started"])
        #expect(run.line() == nil)
        #expect(run.wait() == 1)
        #expect(run.said.contains(text), "\(run.said)")
    }

    @Test("a program that is not there is said as for any server")
    func program() throws {
        let vault = try VaultProcess.withLaunchedServer()
        defer { vault.remove() }
        let run = try Launched(vault, Self.whole + ["--", "/nonexistent/server"])
        #expect(run.line() == nil)
        #expect(run.wait() == 1)
        #expect(run.said.contains("cannot be started: No such file or directory"), "\(run.said)")
    }

    // MARK: Means

    private static let whole = [
        "--proxy", "api=https://x.example", "--proxy-secret", "api=notes/api", "--proxy-url", "api=A",
        "--proxy-placeholder", "api=B",
    ]

    /// A server that has said more than pipes hold, and has ended; its proxy has as well.
    private static func launchedToEnd(_ bench: Bench) throws -> Launched {
        let script = "import os; print(os.environ['API_URL'], flush=True); input(); print('x' * 600000)"
        let run = try Launched(bench.vault, bench.options + ["--", "python3", "-c", script])
        let port = try #require(run.line()?.split(separator: ":").last.flatMap { UInt16($0) })
        // As the kernel lists what listens.
        let listening = String(format: ":%04X 00000000:0000 0A", Int(port))
        func isListening() throws -> Bool {
            try String(contentsOfFile: "/proc/net/tcp", encoding: .utf8).contains(listening)
        }
        #expect(try isListening())
        try run.send(#"{"jsonrpc":"2.0","method":"end"}"#)
        try soon(seconds: 60) { try ProcessTree.descendants(of: run.pid).isEmpty && !isListening() }
        return run
    }

    /// A pipe that nobody reads, without any room.
    private static func fullPipe() -> Pipe {
        let pipe = Pipe()
        let end = pipe.fileHandleForWriting.fileDescriptor
        let page = [UInt8](repeating: UInt8(ascii: "."), count: 4096)
        _ = fcntl(end, F_SETFL, O_NONBLOCK)
        while unsafe write(end, page, page.count) > 0 {}
        _ = fcntl(end, F_SETFL, 0)
        return pipe
    }

    private static func put(_ vault: VaultProcess, _ value: String) throws {
        try vault.ask("PUT", "/v1/secrets/notes/api", #"{"fields":{"value":"\#(value)","user":"me"}}"#, expecting: 200)
    }

    /// A vault whose secret is granted to one tool, and an upstream.
    private final class Bench {
        let vault: VaultProcess
        let port: String
        private let log: String
        private let process = Process()

        var options: [String] {
            [
                "--proxy", "api=http://127.0.0.1:\(port)", "--proxy-secret", "api=notes/api", "--proxy-url",
                "api=API_URL", "--proxy-placeholder", "api=API_TOKEN",
            ]
        }

        init() throws {
            vault = try VaultProcess.withLaunchedServer()
            try vault.ask("DELETE", "/v1/grants/notes/@launch/notes/api", expecting: 200)
            try vault.ask("POST", "/v1/tools", #"{"name":"notes/delete","risk":"read-only"}"#, expecting: 201)
            try RunProxyTests.put(vault, RunProxyTests.first)
            log = vault.directory + "/asked"
            let output = Pipe()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = ["python3", "-c", RunProxyTests.upstream, log]
            process.standardOutput = output
            try process.run()
            port = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
                .trimmingCharacters(in: .newlines)
        }

        deinit {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }

        func launch(_ more: [String] = []) throws -> Launched {
            try Launched(vault, options + more + ["--", "python3", "-c", RunProxyTests.server])
        }

        /// What the upstream was asked.
        func asked() throws -> [String] {
            try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").map(String.init)
        }

        func ask(_ run: Launched, _ line: String) throws -> (pid: Int32, outcome: String) {
            let answer = try run.ask(line) ?? ""
            let object = try JSONSerialization.jsonObject(with: Data(answer.utf8)) as? [String: Any]
            let words = (object?["result"] as? String ?? "").split(separator: " ", maxSplits: 1).map(String.init)
            return (words.first.flatMap { Int32($0) } ?? 0, words.last ?? "")
        }

        func call(_ run: Launched, _ id: Int, _ tool: String) throws -> (pid: Int32, outcome: String) {
            try ask(run, #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"\#(tool)"}}"#)
        }
    }
}
