import Foundation
import Glibc
import Testing

/// Values that change while a session is under way.
@Suite("Rotation under a running server", .serialized)
struct RunRotationTests {
    /// A server of the older era: it answers nothing before the handshake, and shows what it has in its environment. A
    /// call `slow` is answered when the file named by its argument is there.
    private static let server = """
        import json, os, sys, time
        ready = False
        for line in sys.stdin:
            m = json.loads(line)
            def answer(**more): print(json.dumps({"jsonrpc": "2.0", "id": m["id"], **more}), flush=True)
            if m["method"] == "initialize": answer(result={"protocolVersion": "2025-11-25", "pid": os.getpid()})
            elif m["method"] == "notifications/initialized": ready = True
            elif not ready: answer(error={"code": -32002, "message": "not initialised"})
            elif m["method"] == "slow":
                before = os.environ["TOKEN"]
                while not os.path.exists(m["params"]): time.sleep(0.01)
                answer(result="%s %d" % (before, os.getpid()))
            else: answer(result="%s %d" % (os.environ["TOKEN"], os.getpid()))
        """

    private static func begin(_ vault: VaultProcess, _ options: [String] = []) throws -> Launched {
        let run = try Launched(vault, ["--env", "TOKEN=notes/api"] + options + ["--", "python3", "-c", server])
        let hello = #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{}}"#
        #expect(try run.ask(hello)?.contains("2025-11-25") == true)
        try run.send(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
        return run
    }

    private static func rotate(_ vault: VaultProcess, to value: String) throws {
        try vault.ask("PUT", "/v1/secrets/notes/api", #"{"fields":{"value":"\#(value)","user":"me"}}"#, expecting: 200)
    }

    private static func call(_ run: Launched, _ id: Int) throws -> (token: String, pid: String) {
        let answer = try run.ask(#"{"jsonrpc":"2.0","id":\#(id),"method":"call"}"#) ?? ""
        let object = try JSONSerialization.jsonObject(with: Data(answer.utf8)) as? [String: Any]
        #expect(object?["id"] as? Int == id, "\(answer)")
        let words = (object?["result"] as? String ?? answer).split(separator: " ").map(String.init)
        return (words.first ?? "", words.last ?? "")
    }

    @Test("the next call uses the new value, and the session goes on without the client doing anything")
    func restart() throws {
        let vault = try VaultProcess.withLaunchedServer()
        let run = try Self.begin(vault)
        let before = try Self.call(run, 1)
        #expect(before.token == "first")
        try Self.rotate(vault, to: "second")
        var id = 1
        var after = before
        try soon {
            id += 1
            after = try Self.call(run, id)
            return after.token == "second"
        }
        #expect(after.pid != before.pid)
        try run.closeInput()
        #expect(run.wait() == 0)
        #expect(run.line(seconds: 1) == nil, "the answer to the second handshake is not for the client")
        #expect(run.said.isEmpty, "\(run.said)")
    }

    @Test("a call in flight ends with what it began with, and the one behind it waits for the new value")
    func inFlight() throws {
        let vault = try VaultProcess.withLaunchedServer()
        let run = try Self.begin(vault)
        let before = try Self.call(run, 1)
        let file = vault.directory + "/go"
        try run.send(#"{"jsonrpc":"2.0","id":2,"method":"slow","params":"\#(file)"}"#)
        try Self.rotate(vault, to: "second")
        // The launcher has the new value, and what it reads of the vault it takes before what the client says next. The call
        // holds it up.
        try soon(seconds: 120) {
            try vault.events("type=secret.resolve").contains { $0["version"] as? Int == 2 }
        }
        try run.send(#"{"jsonrpc":"2.0","id":3,"method":"call"}"#)
        #expect(run.line(seconds: 1) == nil)
        _ = FileManager.default.createFile(atPath: file, contents: nil)
        #expect(run.line()?.contains("first \(before.pid)") == true)
        let next = run.line() ?? ""
        #expect(next.contains("second") && !next.contains(before.pid), "\(next)")
    }

    @Test("a server that is left alone keeps what it has, and one that is signalled hears of it")
    func policies() throws {
        let vault = try VaultProcess.withLaunchedServer()
        let left = try Self.begin(vault, ["--on-rotation", "ignore"])
        let before = try Self.call(left, 1)
        let script = "trap 'echo hup' HUP; echo ready; while :; do sleep 0.05; done"
        let told = try Launched(
            vault,
            ["--env", "TOKEN=notes/api", "--on-rotation", "signal:HUP", "--", "sh", "-c", script]
        )
        #expect(told.line() == "ready")
        try Self.rotate(vault, to: "second")
        #expect(told.line() == "hup")
        #expect(try Self.call(left, 2) == before)
    }

    @Test("a value that is taken away is not used on: the server ends, and the launcher says why")
    func revoked() throws {
        let vault = try VaultProcess.withLaunchedServer()
        let run = try Self.begin(vault)
        #expect(try Self.call(run, 1).token == "first")
        try vault.ask("DELETE", "/v1/grants/notes/@launch/notes/api", expecting: 200)
        #expect(run.wait() == 5)
        #expect(run.said.contains("warder grant add notes/@launch notes/api"), "\(run.said)")
    }

    @Test("what changed while the daemon was away is heard of when it is back")
    func away() throws {
        let vault = try VaultProcess.withLaunchedServer()
        let run = try Self.begin(vault)
        let before = try Self.call(run, 1)
        vault.kill()
        #expect(try Self.call(run, 2) == before)
        try vault.start()
        try vault.unseal()
        try Self.rotate(vault, to: "second")
        var id = 2
        try soon {
            id += 1
            return try Self.call(run, id).token == "second"
        }
    }
}
