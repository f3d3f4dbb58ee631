import Foundation
import Testing
import UnixHTTP

@testable import WarderCommands

@Suite("Connection")
struct ConnectionTests {
    @Test("no socket, a stale socket and a path that is too long have exit status 8 and a remedy")
    func unreachable() throws {
        let folder = try TemporaryFolder()
        let missing = try CommandRun(["secret", "list"], socket: folder.file("none.sock"))
        #expect(missing.status == .unreachable)
        #expect(missing.errors.contains("there is no socket at") && missing.errors.contains("systemctl status warderd"))

        let stub = try StubVault([])
        stub.stop()
        let stale = try CommandRun(["secret", "list"], socket: stub.path)
        #expect(stale.status == .unreachable)
        #expect(stale.errors.contains("nobody listens"))

        let long = try CommandRun(["secret", "list"], socket: "/" + String(repeating: "x", count: 107))
        #expect(long.status == .unreachable)
        #expect(long.errors.contains("longer than the 107 bytes"))
    }

    @Test("a daemon that goes away, or talks nonsense, is a server error that says what is not known")
    func brokenAnswers() throws {
        for (reply, words) in [
            ("", "closed the connection"), ("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{", "closed the connection"),
            ("SSH-2.0-OpenSSH_9\r\n", "makes no sense"),
            ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{", "makes no sense"),
            ("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", "longer than"),
        ] {
            let stub = try StubVault([.raw(reply)])
            defer { stub.stop() }
            let run = try CommandRun(["secret", "rollback", "a/b"], socket: stub.path)
            #expect(run.status == .server, "\(words)")
            #expect(run.errors.contains(words), "\(run.errors)")
        }
    }

    @Test("a daemon that says nothing is given up after the request's time limit")
    func silence() throws {
        let stub = try StubVault([StubVault.Reply(bytes: [])])
        defer { stub.stop() }
        let connection = OperatorConnection(path: stub.path)
        #expect(throws: ConnectionFault.timedOut) {
            try connection.exchange(VaultRequest("GET", "/v1/secrets", timeoutSeconds: 1))
        }
    }

    @Test("a connection that the daemon closed between two requests is made anew")
    func reconnects() throws {
        let status =
            """
            {"state":"sealed","profile":"team","version":"0.1.0","pid":1,"started":"2026-11-21T07:00:00Z","slots":[],\
            "memory_locked":true,"client_socket":"/c"}
            """
        var first = StubVault.Reply.json("GET /v1/sys/status", 200, status)
        first.closes = true
        let stub = try StubVault([first, .json("POST /v1/sys/unseal", 200, status)])
        defer { stub.stop() }
        let run = try CommandRun(["unseal"], socket: stub.path, typed: ["a passphrase"])
        #expect(run.status == .done, "\(run.errors)")
        #expect(stub.surprises == [])
    }

    @Test("a request that the daemon did not read is sent again on a new connection, one that it read is not")
    func repeatsOnlyWhatWasNotRead() throws {
        let ok = StubVault.Reply.json("", 200, "{}")
        var last = ok
        last.closes = true
        // The connection ends behind the first answer: whenever the second request meets that, it was not read.
        for _ in 0..<50 {
            let stub = try StubVault([last, ok])
            let connection = OperatorConnection(path: stub.path)
            for _ in 0..<2 { #expect(try connection.exchange(VaultRequest("POST", "/x")).head.status == 200) }
            stub.stop()
            #expect(stub.requests.count == 2)
        }
        let stub = try StubVault([ok, .raw("")])
        defer { stub.stop() }
        let connection = OperatorConnection(path: stub.path)
        _ = try connection.exchange(VaultRequest("POST", "/x"))
        #expect(throws: ConnectionFault.closed) { try connection.exchange(VaultRequest("POST", "/x")) }
        #expect(stub.requests.count == 2)
    }

    @Test("a refusal that asks for patience says for how long")
    func retryAfter() throws {
        let body = #"{"error":{"code":"rate_limited","message":"too many requests","request_id":"r"}}"#
        let stub = try StubVault([.json("GET /v1/secrets", 429, body, headers: ["Retry-After: 7"])])
        defer { stub.stop() }
        let run = try CommandRun(["secret", "list"], socket: stub.path)
        #expect(run.status == .server)
        #expect(run.errors.contains("Try again in 7s"))
    }

    @Test("a request carries its headers, and the proof of presence only where it was asked for")
    func headers() throws {
        let refusal =
            #"{"error":{"code":"presence_required","message":"m","reason":"presence_required","request_id":"r"}}"#
        let stub = try StubVault([
            .json("DELETE /v1/grants/a/b/c/d", 403, refusal), .json("POST /v1/presence", 200, #"{"proof":"PROOF"}"#),
            .json("DELETE /v1/grants/a/b/c/d", 200, #"{"name":"x"}"#),
        ])
        defer { stub.stop() }
        let run = try CommandRun(["grant", "remove", "a/b", "c/d"], socket: stub.path, typed: ["passphrase"])
        #expect(run.status == .done, "\(run.errors)")
        #expect(stub.requests.map { $0.headers["warder-presence"] } == [nil, nil, "PROOF"])
        #expect(stub.requests[0].headers["host"] == "warder")
        #expect(stub.requests[0].headers["content-length"] == "0")
        #expect(stub.requests[1].headers["content-type"] == "application/json")
    }

    @Test("a proof that would end its header is not sent", arguments: ["a\\r\\nX: y", "", "a b", "\\u0000"])
    func hostileProof(_ proof: String) throws {
        let refusal = #"{"error":{"code":"presence_required","message":"m","request_id":"r"}}"#
        let stub = try StubVault([
            .json("POST /v1/reveal/a/b", 403, refusal), .json("POST /v1/presence", 200, "{\"proof\":\"\(proof)\"}"),
        ])
        defer { stub.stop() }
        let run = try CommandRun(["secret", "get", "a/b"], socket: stub.path, typed: ["passphrase"])
        #expect(run.status == .server)
        #expect(stub.surprises == [])
    }

    @Test("the passphrase is asked for three times at most")
    func attempts() throws {
        let refusal = #"{"error":{"code":"presence_required","message":"m","request_id":"r"}}"#
        let wrong = StubVault.Reply.json(
            "POST /v1/presence",
            403,
            #"{"error":{"code":"wrong_passphrase","message":"no","request_id":"r"}}"#
        )
        let stub = try StubVault([.json("POST /v1/reveal/a/b", 403, refusal), wrong, wrong, wrong])
        defer { stub.stop() }
        let run = try CommandRun(["secret", "get", "a/b"], socket: stub.path, typed: ["1", "2", "3", "4"])
        #expect(run.status == .denied)
        #expect(run.questions.count == 3)
        #expect(stub.surprises == [])
    }
}
