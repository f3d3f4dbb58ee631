import Foundation
import Testing

/// Who gets a value, over real sockets and with a second real user.
@Suite("Access")
struct AccessTests {
    private static let resolve = "{\"tool\":\"list\",\"secret\":\"github/pat\"}"

    /// Sends one request from a process of another user, by way of Python.
    private static let speak = """
        import socket, sys
        s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])
        body = sys.argv[4]
        head = f"{sys.argv[2]} {sys.argv[3]} HTTP/1.1\\r\\nHost: w\\r\\nConnection: close\\r\\n"
        if len(sys.argv) > 5: head += f"Authorization: Bearer {sys.argv[5]}\\r\\n"
        if body: head += f"Content-Type: application/json\\r\\nContent-Length: {len(body)}\\r\\n"
        s.sendall((head + "\\r\\n" + body).encode())
        data = b""
        while True:
            piece = s.recv(65536)
            if not piece: break
            data += piece
        print(data.decode())
        """

    private func speak(
        _ vault: VaultProcess,
        _ method: String,
        _ path: String,
        _ body: String = "",
        token: String? = nil,
        uid: UInt32 = Stranger.uid,
        socket: String? = nil
    ) throws -> String {
        try Program.python(
            Self.speak,
            [socket ?? vault.clientSocket, method, path, body] + (token.map { [$0] } ?? []),
            uid: uid
        ).output
    }

    private func running(uid: UInt32 = 0) throws -> VaultProcess {
        let vault = try VaultProcess()
        try vault.start()
        try vault.initialise()
        try vault.furnish(uid: uid)
        return vault
    }

    private func token(_ client: SocketClient) throws -> String {
        let issued = try client.request("POST", "/v1/tokens", body: "{\"tool\":\"github/list\"}")
        #expect(issued.status == 201)
        return try #require(issued.json["token"] as? String)
    }

    @Test("a registered process resolves at call time")
    func resolves() throws {
        let vault = try running(uid: Stranger.uid)
        #expect(try speak(vault, "POST", "/v1/resolve", Self.resolve).contains("value-of-the-secret"))
    }

    @Test("an unregistered user gets nothing but its own description")
    func unregistered() throws {
        let vault = try running()
        for (method, path, body) in [
            ("GET", "/v1/health", ""), ("GET", "/v1/secrets/github/pat", ""), ("POST", "/v1/resolve", Self.resolve),
            ("POST", "/v1/tokens", "{\"tool\":\"github/list\"}"), ("DELETE", "/v1/tokens/self", ""),
            ("POST", "/v1/tokens/renew", ""), ("POST", "/v1/calls", "{\"outcome\":\"ok\"}"),
        ] {
            let answer = try speak(vault, method, path, body)
            #expect(answer.hasPrefix("HTTP/1.1 403 "), "\(method) \(path)")
            #expect(answer.contains("\"code\":\"denied\""))
            #expect(!answer.contains("value-of-the-secret"))
        }
        let whoAmI = try speak(vault, "GET", "/v1/whoami")
        #expect(whoAmI.contains("\"uid\":\(Stranger.uid)"))
        #expect(whoAmI.contains("\"servers\":[]"))
    }

    @Test("another user cannot reach the operator socket")
    func operatorSocketIsClosed() throws {
        let vault = try running()
        let result = try Program.python(
            Self.speak,
            [vault.operatorSocket, "GET", "/v1/sys/status", ""],
            uid: Stranger.uid
        )
        #expect(result.status != 0)
        #expect(result.errors.contains("Permission denied") || result.errors.contains("PermissionError"))
    }

    @Test("a token works from the process that asked, and from no other process or user")
    func boundToItsProcess() throws {
        let vault = try running()
        let client = try vault.client()
        let token = try token(client)
        #expect(try client.request("GET", "/v1/secrets/github/pat", token: token).status == 200)
        #expect(try vault.client().request("GET", "/v1/secrets/github/pat", token: token).status == 200)

        let elsewhere = try speak(vault, "GET", "/v1/secrets/github/pat", token: token, uid: 0)
        #expect(elsewhere.hasPrefix("HTTP/1.1 401 "))
        let stranger = try speak(vault, "GET", "/v1/secrets/github/pat", token: token)
        #expect(stranger.hasPrefix("HTTP/1.1 403 "))
    }

    @Test("revocation bites on the next request")
    func revocation() throws {
        let vault = try running()
        let client = try vault.client()
        let issued = try client.request("POST", "/v1/tokens", body: "{\"tool\":\"github/list\"}")
        let token = try #require(issued.json["token"] as? String)
        let accessor = try #require(issued.json["accessor"] as? String)
        #expect(try client.request("GET", "/v1/secrets/github/pat", token: token).status == 200)
        try vault.ask("DELETE", "/v1/tokens/\(accessor)", expecting: 200)
        #expect(try client.request("GET", "/v1/secrets/github/pat", token: token).errorCode == "token_invalid")
    }

    @Test("quarantine bites on the next request, and release lets the server ask anew")
    func quarantine() throws {
        let vault = try running()
        let client = try vault.client()
        let token = try token(client)
        try vault.ask("POST", "/v1/servers/github/quarantine", "{\"reason\":\"odd\"}", expecting: 200)
        #expect(try client.request("GET", "/v1/secrets/github/pat", token: token).status == 401)
        #expect(try client.request("POST", "/v1/resolve", body: Self.resolve).errorCode == "denied")
        try vault.ask("POST", "/v1/servers/github/release", expecting: 200)
        #expect(try client.request("GET", "/v1/secrets/github/pat", token: token).status == 401)
        #expect(try client.request("POST", "/v1/resolve", body: Self.resolve).status == 200)
    }

    @Test("sealing bites on the next request, and ends every token")
    func sealing() throws {
        let vault = try running()
        let client = try vault.client()
        let token = try token(client)
        try vault.ask("POST", "/v1/sys/seal", expecting: 200)
        #expect(try client.request("GET", "/v1/secrets/github/pat", token: token).errorCode == "sealed")
        try vault.unseal()
        #expect(try client.request("GET", "/v1/secrets/github/pat", token: token).errorCode == "token_invalid")
        #expect(try client.request("POST", "/v1/resolve", body: Self.resolve).status == 200)
    }

    @Test("a token that has ended is refused on the next request")
    func expiry() throws {
        let vault = try running()
        let client = try vault.client()
        let issued = try client.request("POST", "/v1/tokens", body: "{\"tool\":\"github/list\",\"ttl\":1}")
        let token = try #require(issued.json["token"] as? String)
        #expect(try client.request("GET", "/v1/secrets/github/pat", token: token).status == 200)
        // The vault's clock is the machine's here; the table of expiry with a clock that stands still is among the
        // core's tests.
        var status = 200
        let end = ContinuousClock.now + .seconds(10)
        while status == 200, ContinuousClock.now < end {
            status = try client.request("GET", "/v1/secrets/github/pat", token: token).status
        }
        #expect(status == 401)
    }

    @Test("a connection handed to another process acts as the process that connected")
    func passedDescriptor() throws {
        let vault = try running()
        let script = """
            import os, socket, sys
            server = socket.socket(socket.AF_UNIX); server.connect(sys.argv[1])
            left, right = socket.socketpair()
            child = os.fork()
            if child == 0:
                os.setgid(65534); os.setuid(65534)
                _, fds, _, _ = socket.recv_fds(right, 1, 1)
                passed = socket.socket(fileno=fds[0])
                passed.sendall(b"GET /v1/whoami HTTP/1.1\\r\\nHost: w\\r\\nConnection: close\\r\\n\\r\\n")
                data = b""
                while piece := passed.recv(65536): data += piece
                print(data.decode(), flush=True)
                os._exit(0)
            socket.send_fds(left, [b"x"], [server.fileno()])
            os.waitpid(child, 0)
            """
        #expect(try Program.python(script, [vault.clientSocket]).output.contains("\"uid\":0"))
    }

    @Test("an inherited connection is refused once the process that connected is gone")
    func inheritedConnection() throws {
        let vault = try running()
        let script = """
            import os, socket, sys, time
            server = socket.socket(socket.AF_UNIX); server.connect(sys.argv[1])
            parent = os.getpid()
            if os.fork() > 0: os._exit(0)
            while os.getppid() == parent: time.sleep(0.01)
            try:
                server.sendall(b"GET /v1/whoami HTTP/1.1\\r\\nHost: w\\r\\n\\r\\n")
                print(server.recv(65536).decode(), flush=True)
            except OSError as error:
                print("closed", error, flush=True)
            """
        let said = try Program.python(script, [vault.clientSocket]).output
        #expect(said.contains("403") || said.contains("closed"))
        #expect(!said.contains("\"uid\""))
    }

    @Test("an executable selector stops matching when the process executes something else")
    func executesSomethingElse() throws {
        let vault = try VaultProcess()
        try vault.start()
        try vault.initialise()
        let python = try Program.python("import sys; print(sys.executable)").output.trimmingCharacters(in: .newlines)
        let real = URL(fileURLWithPath: python).resolvingSymlinksInPath().path
        try vault.ask(
            "POST",
            "/v1/servers",
            "{\"name\":\"github\",\"selectors\":{\"uid\":\(geteuid()),\"executable\":\"\(real)\"}}",
            expecting: 201
        )
        let script = """
            import os, socket, sys
            s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])
            s.set_inheritable(True)
            s.sendall(b"GET /v1/whoami HTTP/1.1\\r\\nHost: w\\r\\n\\r\\n")
            print(s.recv(65536).decode(), flush=True)
            os.execv("/bin/bash", ["bash", "-c", f"printf 'GET /v1/whoami HTTP/1.1\\\\r\\\\nHost: w\\\\r\\\\nConnection: close\\\\r\\\\n\\\\r\\\\n' >&{s.fileno()}; cat <&{s.fileno()}"])
            """
        let answers = try Program.python(script, [vault.clientSocket]).output.components(separatedBy: "HTTP/1.1 ")
        try #require(answers.count == 3)
        #expect(answers[1].contains("\"servers\":[\"github\"]"))
        #expect(answers[2].contains("\"servers\":[]"))
    }
}
