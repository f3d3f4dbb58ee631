import Foundation
import Glibc
import Testing

/// `warder run --proxy`, with a real daemon, an upstream and a server that knows nothing of either.
@Suite("Running servers behind the proxy", .serialized)
struct RunProxyTests {
    private static let first = "glsa_Zk3vN9qLr7TgYb2WxPd5"
    private static let second = "glsa_Qh8sD4mKe1UcVj6RnAf0"

    /// Remembers what it was asked with, and answers `ok`.
    private static let upstream = """
        import http.server, sys
        log = open(sys.argv[1], "a", buffering=1)
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                log.write("%s %s\\n" % (self.path, self.headers.get("Authorization")))
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"ok")
            def log_message(self, *words): pass
        server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        print(server.server_address[1], flush=True)
        server.serve_forever()
        """

    /// Asks its upstream in every request that it gets, and says what came of it.
    private static let server = """
        import json, os, sys, urllib.error, urllib.request
        def ask(path):
            request = urllib.request.Request(os.environ["API_URL"] + path)
            request.add_header("Authorization", "Bearer " + os.environ["API_TOKEN"])
            try:
                with urllib.request.urlopen(request, timeout=20) as answer:
                    return "%d %s" % (answer.status, answer.read().decode())
            except urllib.error.HTTPError as error:
                return "%d %s" % (error.code, error.headers.get("Warder-Refusal"))
        for line in sys.stdin:
            m = json.loads(line)
            path = "/" + m.get("params", {}).get("name", m["method"])
            if "noisy" in m.get("params", {}): print('{"level":"info","message":"working"}', flush=True)
            print(json.dumps({"jsonrpc": "2.0", "id": m["id"], "result": "%d %s" % (os.getpid(), ask(path))}), flush=True)
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
        let start = ContinuousClock.now
        try run.closeInput()
        #expect(run.wait() == 137)
        #expect(ContinuousClock.now - start < .seconds(3))
        for pid in below { #expect(!ProcessTree.isAlive(pid), "\(pid) lives") }
        try soon { try bench.vault.events("type=launch.end").count == 2 }
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

        func launch() throws -> Launched {
            try Launched(vault, options + ["--", "python3", "-c", RunProxyTests.server])
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
