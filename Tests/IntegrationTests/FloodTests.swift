import Foundation
import Glibc
import Testing

/// What an unknown user's flood does to those who are known, and to the log.
@Suite("Floods", .serialized)
struct FloodTests {
    /// The slowest median of a known user's calls during the flood. Generous: machines that run tests are busy.
    private static let bound = Duration.milliseconds(250)
    private static let calls = 300

    /// An unknown user's process that asks as fast as it can, over four connections, until it is told to end.
    private final class Flood {
        private let process = Process()
        private let input = Pipe()
        private let output = Pipe()
        private(set) var statuses: [String: Int] = [:]

        private static let script = """
            import json, select, socket, sys, threading, time
            path, ended, counts, lock = sys.argv[1], threading.Event(), {}, threading.Lock()
            def count(what):
                with lock: counts[what] = counts.get(what, 0) + 1
            def ask():
                while not ended.is_set():
                    try:
                        s = socket.socket(socket.AF_UNIX); s.settimeout(5); s.connect(path)
                        while not ended.is_set():
                            s.sendall(b"GET /v1/secrets/github/pat HTTP/1.1\\r\\nHost: w\\r\\n\\r\\n")
                            data = s.recv(65536)
                            if not data: raise ConnectionError
                            count(data.split(b" ")[1].decode())
                    except OSError: count("closed")
            threads = [threading.Thread(target=ask) for _ in range(4)]
            for thread in threads: thread.start()
            while not {"403", "429"} <= counts.keys(): time.sleep(0.01)
            print("flooding", flush=True)
            sys.stdin.readline()
            print(json.dumps(counts), flush=True)
            sys.stdin.readline()
            ended.set()
            for thread in threads: thread.join()
            print(json.dumps(counts), flush=True)
            """

        init(_ socket: String) throws {
            process.executableURL = URL(fileURLWithPath: "/usr/bin/setpriv")
            let user = ["--reuid", String(Stranger.uid), "--regid", String(Stranger.uid), "--clear-groups"]
            process.arguments = user + ["python3", "-c", Self.script, socket]
            process.environment = ["PATH": "/usr/bin:/bin"]
            process.standardInput = input
            process.standardOutput = output
            try process.run()
            guard try line() == "flooding" else { throw CocoaError(.featureUnsupported) }
        }

        deinit { if process.isRunning { process.terminate() } }

        /// How many answers it had so far; it goes on.
        func count() throws -> Int {
            input.fileHandleForWriting.write(Data("\n".utf8))
            return try decoded(line()).values.reduce(0, +)
        }

        func end() throws {
            input.fileHandleForWriting.write(Data("\n".utf8))
            statuses = try decoded(line())
            process.waitUntilExit()
        }

        private func decoded(_ line: String) throws -> [String: Int] {
            try JSONDecoder().decode([String: Int].self, from: Data(line.utf8))
        }

        private func line() throws -> String {
            var bytes: [UInt8] = []
            while let byte = try output.fileHandleForReading.read(upToCount: 1)?.first, byte != 0x0A {
                bytes.append(byte)
            }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    /// The median latency of resolves of the registered user that these tests run as.
    private func median(_ client: SocketClient) throws -> Duration {
        var latencies: [Duration] = []
        for _ in 0..<Self.calls {
            let start = ContinuousClock.now
            let answer = try client.request(
                "POST",
                "/v1/resolve",
                body: "{\"tool\":\"list\",\"secret\":\"github/pat\"}"
            )
            latencies.append(.now - start)
            #expect(answer.status == 200)
        }
        return latencies.sorted()[latencies.count / 2]
    }

    @Test(
        "while an unknown user floods, a registered one is still answered promptly; the flood is one event a minute"
    )
    func flood() throws {
        // Its first operator may read the log.
        let vault = try VaultProcess(profile: "single-user")
        let started = ContinuousClock.now
        try vault.start()
        try vault.initialise()
        try vault.furnish(uid: 0)
        let client = try vault.client()
        _ = try median(client)  // Connections, caches and pages are warm afterwards.
        let quiet = try median(client)

        let begun = ContinuousClock.now
        let flood = try Flood(vault.clientSocket)
        let before = try flood.count()
        let during = try median(client)
        // It was one flood all the while.
        try flood.end()
        let floodAnswers = flood.statuses.values.reduce(0, +)
        #expect(floodAnswers > before)
        print(
            "median resolve: \(quiet) alone, \(during) in a flood of \(floodAnswers) requests, ratio \(during / quiet)"
        )
        #expect(during < Self.bound)
        #expect(Set(flood.statuses.keys).subtracting(["closed"]) == ["403", "429"])
        // All unknown peers together have 20 a second, and 40 at once.
        let share = 40 + 20 * Int((ContinuousClock.now - begun) / .seconds(1) + 1)
        #expect(flood.statuses["403"] ?? 0 <= share)

        // Counts that are not yet written down are written at the end.
        #expect(vault.stop() == 0)
        let minutes = Int((ContinuousClock.now - started) / .seconds(60))
        try vault.start()
        try vault.unseal()
        for (type, status) in [("peer.unknown", "403"), ("peer.limited", "429")] {
            let events = try vault.events("type=\(type)").compactMap { $0["changes"] as? [String] }
            #expect((1...(minutes + 1)).contains(events.count), "\(type): one event a minute, not \(events.count)")
            for changes in events { #expect(changes.contains("uid=\(Stranger.uid)")) }
            let counts = events.flatMap { $0 }.filter { $0.hasPrefix("requests=") }.compactMap { Int($0.dropFirst(9)) }
            // Together they stand for every single answer; and, beyond the share, for connections that got none.
            let answered = flood.statuses[status] ?? 0
            let closed = type == "peer.limited" ? flood.statuses["closed"] ?? 0 : 0
            #expect((answered...answered + closed).contains(counts.reduce(0, +)), "\(type): \(flood.statuses)")
        }
        #expect(try vault.events("peer.uid=\(Stranger.uid)").isEmpty)
    }
}
