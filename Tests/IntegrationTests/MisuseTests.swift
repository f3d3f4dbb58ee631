import Foundation
import Glibc
import Testing

/// Requests that are malformed, too large, too slow or too many: a clear answer or an end, and the daemon and everybody
/// else go on.
@Suite("Misuse")
struct MisuseTests {
    private func running(settings: String = "") throws -> VaultProcess {
        let vault = try VaultProcess(settings: settings)
        try vault.start()
        try vault.initialise()
        try vault.furnish(uid: 0)
        return vault
    }

    private func answer(_ vault: VaultProcess, to raw: String) throws -> SocketClient.Response {
        let connection = try vault.client()
        try connection.send(Array(raw.utf8))
        return try connection.receive()
    }

    @Test(
        "a request with two readings is refused",
        arguments: [
            "GET /v1/health HTTP/1.1\r\n\r\n",
            "GET /v1/health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
            "POST /v1/resolve HTTP/1.1\r\nHost: w\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
            "POST /v1/resolve HTTP/1.1\r\nHost: w\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
            "POST /v1/resolve HTTP/1.1\r\nHost: w\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "GET /v1/health HTTP/1.1\r\nHost: w\r\nOrigin: http://evil\r\n\r\n",
            "GET /v1/health HTTP/1.1\r\nHost: w\r\nUpgrade: h2c\r\n\r\n",
            "GET /v1/health HTTP/1.0\r\nHost: w\r\n\r\n",
            "GET /v1/secrets/github/../github/pat HTTP/1.1\r\nHost: w\r\n\r\n",
            "GET /v1/secrets/github%2fpat HTTP/1.1\r\nHost: w\r\n\r\n",
            "GET /v1/secrets//github/pat HTTP/1.1\r\nHost: w\r\n\r\n",
            "POST /v1/resolve HTTP/1.1\r\nHost: w\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}",
            "POST /v1/resolve HTTP/1.1\r\nHost: w\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
            "NONSENSE\r\n\r\n",
        ]
    )
    func twoReadings(raw: String) throws {
        let vault = try Self.shared()
        let response = try answer(vault, to: raw)
        #expect((400..<500).contains(response.status))
        #expect(!response.body.contains("evil"))
    }

    @Test(
        "a body that is not strictly right is refused without being quoted",
        arguments: [
            "{\"tool\":\"list\",\"secret\":\"github/pat\",}",
            "{\"tool\":\"list\",\"tool\":\"other\",\"secret\":\"github/pat\"}",
            "{\"tool\":\"list\",\"secret\":\"github/pat\",\"c4nary\":1}",
            "{\"tool\":\"list\",\"secret\":\"c4nary/../x\"}",
            "{\"tool\":\"list c4nary\",\"secret\":\"github/pat\"}", "[\"c4nary\"]", "\u{FEFF}{}",
            "{\"tool\":12345678901234567890}",
            "{\"tool\":\"list\",\"secret\":\"github/pat\",\"field\":\"c4nary!\"}",
        ]
    )
    func strictBodies(body: String) throws {
        let vault = try Self.shared()
        let response = try vault.client().request("POST", "/v1/resolve", body: body)
        #expect(response.status == 400)
        #expect(response.errorCode == "invalid_request")
        #expect(!response.body.contains("c4nary"))
    }

    /// One daemon for the tables: the requests change nothing.
    private static func shared() throws -> VaultProcess {
        try SharedVault.vault.get()
    }

    @Test("a header that is too large gets its answer, 431, and then the end of the connection")
    func largeHeader() throws {
        let vault = try running()
        let connection = try vault.client()
        try? connection.send(
            Array("GET /v1/health HTTP/1.1\r\nHost: w\r\nX-Long: \(String(repeating: "x", count: 40_000))\r\n\r\n".utf8)
        )
        // Sending may fail, because the vault does not wait for the rest; the answer is there nevertheless.
        let response = try connection.receive()
        #expect(response.status == 431)
        #expect(response.errorCode == "too_large")
        #expect(connection.isClosedByServer())
        #expect(try vault.client().request("GET", "/v1/health").status == 200)
    }

    @Test("a body over the limit is refused before it is read")
    func largeBody() throws {
        let vault = try running()
        let connection = try vault.client()
        try connection.send(
            Array(
                "POST /v1/resolve HTTP/1.1\r\nHost: w\r\nContent-Type: application/json\r\nContent-Length: 100000000\r\n\r\n"
                    .utf8
            )
        )
        #expect(try connection.receive().errorCode == "too_large")
        #expect(connection.isClosedByServer())
    }

    @Test("a megabyte of values is stored and comes back whole; one byte more is refused")
    func largestValue() throws {
        let vault = try running()
        let value = String(repeating: "v", count: 1 << 20)
        try vault.ask("PUT", "/v1/secrets/large/one", "{\"fields\":{\"value\":\"\(value)\"}}", expecting: 201)
        try vault.ask("POST", "/v1/grants", "{\"tool\":\"github/list\",\"secret\":\"large/one\"}", expecting: 201)
        let resolved = try vault.client().request(
            "POST",
            "/v1/resolve",
            body: "{\"tool\":\"list\",\"secret\":\"large/one\"}"
        )
        #expect(resolved.json["value"] as? String == value)
        try vault.ask("PUT", "/v1/secrets/large/two", "{\"fields\":{\"value\":\"\(value)x\"}}", expecting: 400)
    }

    @Test("slow clients are sent away when their time is up, and hold nobody up meanwhile")
    func slowClients() throws {
        let vault = try running(settings: "deadlines:\n  first_byte: 1s\n  headers: 1s\n  body: 1s")
        let silent = try vault.client()
        let dripping = try vault.client()
        try dripping.send(Array("GET /v1/health HTTP/1.1\r\nHo".utf8))
        let halfBody = try vault.client()
        try halfBody.send(
            Array(
                "POST /v1/resolve HTTP/1.1\r\nHost: w\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"
                    .utf8
            )
        )
        #expect(try vault.client().request("GET", "/v1/health").status == 200)
        #expect(try halfBody.receive().status == 408)
        #expect(silent.isClosedByServer())
        #expect(dripping.isClosedByServer())
        #expect(try vault.client().request("GET", "/v1/health").status == 200)
    }

    @Test("whoever holds all their connections gets one more for an idle one, and nobody else loses theirs")
    func tooManyConnections() throws {
        let vault = try running(settings: "limits:\n  connections_per_uid: 4")
        let other = "{\"name\":\"other\",\"selectors\":{\"uid\":\(Stranger.uid)}}"
        try vault.ask("POST", "/v1/servers", other, expecting: 201)
        let held = try (0..<4).map { _ in
            let connection = try vault.client()
            #expect(try connection.request("GET", "/v1/health").status == 200)
            return connection
        }
        let script = """
            import socket, sys
            held = []
            for round in range(40):
                s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); held.append(s)
                s.sendall(b"GET /v1/health HTTP/1.1\\r\\nHost: w\\r\\n\\r\\n")
                print(s.recv(65536).split(b" ")[1].decode())
            ended = 0
            for s in held:
                s.settimeout(0.2)
                try: ended += s.recv(1) == b""
                except TimeoutError: pass
            print("ended", ended)
            """
        let said = try Program.python(script, [vault.clientSocket], uid: Stranger.uid).output.split(separator: "\n")
        #expect(said.dropLast().allSatisfy { $0 == "200" } && said.count == 41)
        #expect(said.last == "ended 36")
        for connection in held { #expect(try connection.request("GET", "/v1/health").status == 200) }
        #expect(try vault.ask("GET", "/v1/sys/status").status == 200)
    }

    @Test("one user's bucket runs dry without touching another's")
    func buckets() throws {
        let vault = try running(settings: "limits:\n  requests_per_second_per_uid: 5\n  burst: 5")
        let client = try vault.client()
        let statuses = try (0..<20).map { _ in try client.request("GET", "/v1/health") }
        #expect(statuses.contains { $0.status == 429 && $0.head.contains("Retry-After: 1") })
        #expect(try vault.ask("GET", "/v1/sys/status").status == 200)
    }
}

/// A daemon that read-only tables share; it is stopped when the test program ends.
enum SharedVault {
    static let vault: Result<VaultProcess, any Error> = Result(catching: make)

    private static func make() throws -> VaultProcess {
        let vault = try VaultProcess()
        try vault.start()
        try vault.initialise()
        try vault.furnish(uid: 0)
        atexit { (try? SharedVault.vault.get())?.remove() }
        return vault
    }
}
