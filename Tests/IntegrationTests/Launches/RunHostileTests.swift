import Foundation
import Glibc
import Testing

/// Servers that do what they can to hold up the launcher: it goes on hearing its client and its signals.
@Suite("Running servers that do not want to end", .serialized)
struct RunHostileTests {
    /// A server that answers one handshake in its life, and begins `script` where it is started anew: `$1` is a file
    /// that tells the one from the other.
    private static func server(_ vault: VaultProcess, then script: String) -> [String] {
        let first = """
            if [ -e "$1" ]; then \(script); fi
            touch "$1"
            read hello; echo '{"jsonrpc":"2.0","id":0,"result":{}}'
            while read line; do :; done
            """
        let mark = vault.directory + "/begun-" + UUID().uuidString.prefix(8)
        return ["--env", "TOKEN=notes/api", "--", "sh", "-c", first, "sh", mark]
    }

    /// A session under way, whose server was started anew and has not answered the handshake.
    private static func opening(_ vault: VaultProcess, _ script: String) throws -> Launched {
        let began = vault.directory + "/again-" + UUID().uuidString.prefix(8)
        let run = try Launched(vault, server(vault, then: "touch \(began); \(script)"))
        #expect(try run.ask(#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{}}"#)?.contains("result") == true)
        try vault.ask("PUT", "/v1/secrets/notes/api", #"{"fields":{"value":"second","user":"me"}}"#, expecting: 200)
        try soon { FileManager.default.fileExists(atPath: began) }
        return run
    }

    @Test("a signal reaches a server that was started anew and does not answer the handshake")
    func signalled() throws {
        let vault = try VaultProcess.withLaunchedServer()
        let run = try Self.opening(vault, "exec sleep 1000")
        kill(run.pid, SIGTERM)
        #expect(run.wait(seconds: 2) == 143)
    }

    @Test("a client that closes its end during the handshake has everything gone within two seconds")
    func closed() throws {
        let vault = try VaultProcess.withLaunchedServer()
        let pids = vault.directory + "/deaf"
        let run = try Self.opening(vault, "trap '' TERM; echo $$ >\(pids); while :; do sleep 0.1; done")
        try soon { Self.number(pids) != nil }
        try run.closeInput()
        #expect(run.wait(seconds: 2) == 137)
        #expect(kill(try #require(Self.number(pids)), 0) != 0)
    }

    @Test("what a server says during the handshake piles up nowhere while the client does not read")
    func flood() throws {
        let vault = try VaultProcess.withLaunchedServer()
        let run = try Self.opening(vault, "exec yes '{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\"}'")
        // Until nothing moves any more: the server would write and the launcher does not read, so that both sleep. Or until
        // it has piled up, which would go on for as long as this waits.
        let limit = 64 << 10
        var looks = 0
        try soon(seconds: 60) {
            let server = ProcessTree.descendants(of: run.pid).contains { Self.state($0).hasSuffix("(yes) S") }
            looks = server && Self.state(run.pid).hasSuffix(") S") ? looks + 1 : 0
            return try looks == 100 || Self.peak(run.pid) >= limit
        }
        let most = try Self.peak(run.pid)
        #expect(most < limit, "\(most) KiB")
        kill(run.pid, SIGTERM)
        #expect(run.wait(seconds: 3) != nil)
    }

    @Test("one that refuses the handshake ends the session at once, and the client does not see its answer")
    func refusing() throws {
        let vault = try VaultProcess.withLaunchedServer()
        let refusal = #"{"jsonrpc":"2.0","id":0,"error":{"code":1,"message":"no"}}"#
        let run = try Self.opening(vault, "read hello; echo '\(refusal)'; exec sleep 1000")
        #expect(run.wait(seconds: 5) == 2)
        #expect(run.line(seconds: 1) == nil)
        #expect(run.said.contains("did not go on with the session"), "\(run.said)")
    }

    @Test("what a server leaves behind can write as fast as it wants: it is ended, and the launcher ends")
    func orphan() throws {
        let vault = try VaultProcess.withLaunchedServer()
        let pids = vault.directory + "/writer"
        let writer = "echo $$ >\(pids); trap '' TERM; exec yes"
        let run = try Launched(
            vault,
            [
                "--env", "TOKEN=notes/api", "--", "sh", "-c", "(setsid sh -c \"$0\" &); read line; exit 3",
                writer,
            ]
        )
        try soon { Self.number(pids) != nil }
        try run.send("end")
        #expect(run.wait(seconds: 3) == 3)
        #expect(kill(try #require(Self.number(pids)), 0) != 0)
    }

    @Test("a server that does not read has its client's end seen all the same")
    func unread() throws {
        let vault = try VaultProcess.withLaunchedServer()
        let run = try Launched(vault, ["--env", "TOKEN=notes/api", "--", "sh", "-c", "echo ready; exec sleep 1000"])
        #expect(run.line() == "ready")
        // More than a pipe holds: the launcher has read, and cannot hand on.
        try run.send(String(repeating: "x", count: 100_000))
        try run.closeInput()
        #expect(run.wait(seconds: 2) == 143)
    }

    @Test("a server with values in its environment does not outlive a launcher that is killed, whatever it ignores")
    func killedLauncher() throws {
        let vault = try VaultProcess.withLaunchedServer()
        let script = "trap '' TERM; echo $$; while :; do sleep 0.1; done"
        let run = try Launched(vault, ["--env", "TOKEN=notes/api", "--", "sh", "-c", script])
        let server = try #require(run.line().flatMap { Int32($0) })
        kill(run.pid, SIGKILL)
        _ = run.wait()
        try soon { kill(server, 0) != 0 }
    }

    // MARK: Means

    private static func number(_ file: String) -> Int32? {
        guard let text = try? String(contentsOfFile: file, encoding: .utf8), text.hasSuffix("\n") else { return nil }
        return Int32(text.dropLast())
    }

    /// Number, name and state of a process: `4711 (yes) S` of one that sleeps, `R` of one that wants to go on.
    private static func state(_ pid: Int32) -> String {
        let status = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
        return status.split(separator: " ").prefix(3).joined(separator: " ")
    }

    /// The most memory that a process has had, in KiB.
    private static func peak(_ pid: Int32) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
        return try #require(Int(line.split(whereSeparator: { $0 == " " || $0 == "\t" })[1]))
    }
}
