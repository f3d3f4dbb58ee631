import Foundation
import Glibc
import Locking
import NIOHTTP1
import Testing
import WarderClient
import WarderModel
import WarderTesting

@testable import UpstreamProxy

/// A server that knows nothing of the vault, as a process of its own, between a client and an upstream; the vault is real.
@Suite("A server behind the proxy")
struct SessionTests {
    private static let secret = "glsa_Zk3vN9qLr7TgYb2WxPd5"
    private static let second = "glsa_Qh8sD4mKe1UcVj6RnAf0"

    /// Talks MCP on standard input and output, and HTTP with what its environment says.
    private static let server = #"""
        import json, os, subprocess, sys, urllib.request
        kept = []
        def ask(path):
            request = urllib.request.Request(os.environ["UPSTREAM_URL"] + path)
            request.add_header("Authorization", "Bearer " + os.environ["UPSTREAM_TOKEN"])
            try:
                with urllib.request.urlopen(request, timeout=20) as answer:
                    return "%d %s" % (answer.status, answer.read().decode())
            except urllib.error.HTTPError as error:
                return "%d %s" % (error.code, error.headers.get("Warder-Refusal"))
        start = ask("/start")
        if len(sys.argv) > 1:
            print(ask(sys.argv[1]))
            sys.exit(0)
        for line in sys.stdin:
            message = json.loads(line)
            if "id" not in message:
                continue
            text = "pid %d start %s" % (os.getpid(), start)
            if message.get("method") == "tools/call":
                kept.append(message["params"]["arguments"])
                if message["params"]["arguments"].get("below"):
                    text = subprocess.run([sys.executable, __file__, "/below"], capture_output=True, text=True).stdout.strip()
                else:
                    text = ask("/call")
                with open("notes.txt", "a") as notes:
                    notes.write(text + "\n")
            print(json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": {"text": text}}), flush=True)
        """#

    @Test("calls succeed with the real credential, which the server's environment, memory and files never hold")
    func session() async throws {
        let upstream = try await FakeUpstream { asked in
            // An upstream that repeats what it was sent.
            .init(pieces: ["\(asked.head.uri) \(asked.head.headers["authorization"].first ?? "")"])
        }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("warder-proxy-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let program = folder.appendingPathComponent("server.py")
        try Self.server.write(to: program, atomically: true, encoding: .utf8)

        try await TestServer.with { vault in
            try await vault.mustBeNotes()
            try await vault.kit.mustPut("notes/api", Self.secret)
            let client = try WarderClient(WarderClientConfiguration(socketPath: vault.clientSocket))
            let refusals = Refusals()
            let session = try await ProxySession(
                try ProxyDeclarations([
                    .upstream: ["api=http://127.0.0.1:\(upstream.port)"], .secret: ["api=notes/api"],
                    .urlVariable: ["api=UPSTREAM_URL"], .tokenVariable: ["api=UPSTREAM_TOKEN"],
                ]),
                credentials: VaultCredentials(client, server: try ServerName("notes")),
                observer: refusals
            )
            let process = try Launched(program, in: folder, session.environment)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await upstream.run() }
                group.addTask { await session.run(process.relay) }
                defer {
                    process.end()
                    group.cancelAll()
                }
                try await Self.talk(process, vault, upstream, folder)
            }
            await client.close()
        }
    }

    private static func talk(
        _ process: Launched,
        _ vault: TestServer,
        _ upstream: FakeUpstream,
        _ folder: URL
    ) async throws {
        // While it started, nothing was granted to the launch.
        let hello = try await process.ask(#"{"jsonrpc":"2.0","id":1,"method":"initialize"}"#)
        #expect(hello.contains("start 403 credential_denied"))
        let pid = try #require(hello.firstMatch(of: /pid (\d+)/)?.1)

        let canary = "canary-\(UUID().uuidString)"
        let called = try await process.ask(Self.call(2, "search", #"{"q":"\#(canary)"}"#))
        #expect(called.contains("200 /call Bearer *************************"), "\(called)")
        #expect(upstream.asked.last?.head.headers["authorization"] == ["Bearer \(Self.secret)"])

        // A process below it counts as it does.
        let below = try await process.ask(Self.call(3, "search", #"{"below":true}"#))
        #expect(below.contains("200 /below Bearer ****"), "\(below)")

        // Another tool has no grant.
        let before = upstream.asked.count
        let denied = try await process.ask(Self.call(4, "delete", "{}"))
        #expect(denied.contains("403 credential_denied") && upstream.asked.count == before, "\(denied)")

        // A rotation in the middle of the session: the next call has the new value.
        try await vault.kit.mustPut("notes/api", Self.second)
        #expect(try await process.ask(Self.call(5, "search", "{}")).contains("200 /call"))
        #expect(upstream.asked.last?.head.headers["authorization"] == ["Bearer \(Self.second)"])

        let memory = try Memory(of: String(pid))
        #expect(memory.contains(canary), "the search does not find what is there")
        for value in [Self.secret, Self.second] { #expect(!memory.contains(value)) }
        let environment = try Data(contentsOf: URL(fileURLWithPath: "/proc/\(pid)/environ"))
        #expect(
            environment.range(of: Data("wdr_p_".utf8)) != nil && environment.range(of: Data(Self.secret.utf8)) == nil
        )
        for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
            let content = try Data(contentsOf: file)
            for value in [Self.secret, Self.second] { #expect(content.range(of: Data(value.utf8)) == nil) }
        }
        // The last report comes after the answer that it tells of.
        var reports: [[String]] = []
        for _ in 0..<200 where reports.count < upstream.asked.count {
            reports = try vault.kit.events().filter { $0.line == "call.report" }.compactMap(\.changes)
            try await Task.sleep(for: .milliseconds(10))
        }
        let text = "upstream=GET 127.0.0.1:\(upstream.port) 200"
        let isInAll = reports.allSatisfy { $0.contains(text) }
        #expect(reports.count == upstream.asked.count && isInAll, "\(reports)")
    }

    private static func call(_ id: Int, _ tool: String, _ arguments: String) -> String {
        #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"\#(tool)","arguments":\#(arguments)}}"#
    }
}

/// A program with pipes to it, and a relay's ends in between.
private final class Launched: Sendable {
    private let process: Process
    private let client = Pipe()
    private let answers = Pipe()
    let relay: StdioRelay.Ends

    init(_ program: URL, in folder: URL, _ environment: [String: String]) throws {
        let input = Pipe()
        let output = Pipe()
        process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", program.path]
        process.currentDirectoryURL = folder
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        process.environment = environment.merging(["PATH": path, "HOME": folder.path]) { $1 }
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        relay = StdioRelay.Ends(
            clientInput: client.fileHandleForReading.fileDescriptor,
            clientOutput: answers.fileHandleForWriting.fileDescriptor,
            serverInput: dup(input.fileHandleForWriting.fileDescriptor),
            serverOutput: dup(output.fileHandleForReading.fileDescriptor)
        )
        try input.fileHandleForWriting.close()
    }

    /// Sends a line, and waits for one.
    func ask(_ line: String) async throws -> String {
        client.fileHandleForWriting.write(Data((line + "\n").utf8))
        let handle = answers.fileHandleForReading
        return await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var answer = Data()
                while answer.last != UInt8(ascii: "\n"), let next = try? handle.read(upToCount: 1), !next.isEmpty {
                    answer += next
                }
                continuation.resume(returning: String(decoding: answer, as: UTF8.self))
            }
        }
    }

    func end() {
        try? client.fileHandleForWriting.close()
        process.terminate()
        process.waitUntilExit()
    }
}

/// All that another process has in its memory and can read.
private struct Memory {
    private var regions: [Data] = []

    init(of pid: String) throws {
        // The kernel hands it out in pieces: it has to be read until there is no more.
        let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: "/proc/\(pid)/maps"))
        let maps = String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
        let memory = try FileHandle(forReadingFrom: URL(fileURLWithPath: "/proc/\(pid)/mem"))
        for line in maps.split(separator: "\n") {
            let fields = line.split(separator: " ")
            let ends = fields[0].split(separator: "-").compactMap { UInt64($0, radix: 16) }
            guard ends.count == 2, fields[1].hasPrefix("r"), !line.hasSuffix("[vvar]"), !line.hasSuffix("[vsyscall]")
            else { continue }
            regions.append(Self.read(memory.fileDescriptor, ends[0]..<ends[1]))
        }
    }

    /// Page by page where it cannot be read in one go: some of a region may be gone.
    private static func read(_ memory: Int32, _ region: Range<UInt64>) -> Data {
        var bytes = Data(count: Int(region.count))
        unsafe bytes.withUnsafeMutableBytes { buffer in
            var offset = 0
            while offset < buffer.count {
                let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[offset...])
                let count = unsafe pread(memory, rest.baseAddress, rest.count, off_t(region.lowerBound) + off_t(offset))
                offset += count > 0 ? count : 4096
            }
        }
        return bytes
    }

    func contains(_ text: String) -> Bool { regions.contains { $0.range(of: Data(text.utf8)) != nil } }
}
