import Testing
import WarderCore
import WarderModel
import WarderTesting

@testable import WarderHTTP

/// How long a peer may take, and what ends a connection, a server and a vault.
extension ConnectionTests {
    @Test("a peer that says nothing, and one that does not end its header, are hung up on")
    func silence() async throws {
        var limits = ServerLimits.unhurried
        limits.firstByteSeconds = 0
        try await TestServer.with(limits: limits) { server in
            let isAtEnd = try server.connect(.operator).isAtEnd()
            #expect(isAtEnd)
        }
        limits = .unhurried
        limits.headerSeconds = 0
        try await TestServer.with(limits: limits) { server in
            let slow = try server.connect(.operator)
            try slow.send("GET /v1/sys/status HTTP/1.1\r\n")
            #expect(try slow.isAtEnd())
        }
    }

    @Test("a body that does not come is answered with 408")
    func slowBody() async throws {
        var limits = ServerLimits.unhurried
        limits.bodySeconds = 0
        try await TestServer.with(limits: limits) { server in
            let client = try server.connect(.operator)
            try client.send(
                "POST /v1/presence HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{\"pass"
            )
            #expect(try client.receive().status == 408)
            #expect(try client.isAtEnd())
        }
    }

    @Test("a connection takes so many requests, and says which is the last")
    func lastRequest() async throws {
        var limits = ServerLimits.unhurried
        limits.requestsPerConnection = 3
        try await TestServer.with(limits: limits) { server in
            let client = try server.connect(.operator)
            for number in 1...3 {
                let answer = try client.ask("GET", "/v1/sys/status")
                #expect((answer["connection"] == "close") == (number == 3))
            }
            #expect(try client.isAtEnd())
        }
    }

    @Test("refusals are requests too, and a connection may be good for one alone")
    func onlyRequest() async throws {
        var limits = ServerLimits.unhurried
        limits.requestsPerConnection = 1
        try await TestServer.with(limits: limits) { server in
            try await server.mustBeNotes()
            for (method, target, status) in [("GET", "/v1/health", 200), ("GET", "/v1/no", 404)] {
                let client = try server.connect(.client)
                let answer = try client.ask(method, target)
                #expect(answer.status == status && answer["connection"] == "close")
                #expect(try client.isAtEnd())
            }
            let client = try server.connect(.client)
            let answer = try client.ask("POST", "/v1/resolve", body: Self.resolve)
            #expect(try Node(json: answer.body)["value"]?.text == "s3cr3t", "the last answer arrives whole")
            #expect(answer["connection"] == "close")
            #expect(try client.isAtEnd())
        }
    }

    @Test("a request under way is answered when the server is told to stop, and an idle connection ends")
    func stopping() async throws {
        var limits = ServerLimits.unhurried
        limits.drainSeconds = 600
        try await TestServer.with(limits: limits) { server in
            try await server.mustBeNotes()
            let idle = try server.connect(.client)
            let busy = try server.connect(.client)
            await server.kit.holdWriter()
            try busy.send(RawClient.request("POST", "/v1/resolve", body: Self.resolve))
            // One loop serves all: whoever asks later, and again, is answered only when that request is in.
            for _ in 0..<8 { #expect(try idle.ask("GET", "/v1/health").status == 200) }
            // The idle connection ends when the server has begun to stop, and had to wait for the busy one.
            async let stopped: Void = server.stop()
            while try !idle.hasEnded() { await Task.yield() }
            server.kit.letGo()
            let answer = try busy.receive()
            #expect(answer.status == 200 && answer["connection"] == "close")
            await stopped
        }
    }

    @Test("when the log cannot be written the answer says so and holds nothing")
    func auditUnavailable() async throws {
        try await TestServer.with { server in
            try await server.mustBeNotes()
            server.kit.store.fail(.unavailable(code: 13), times: 1)
            let client = try server.connect(.client)
            let refused = try client.ask("POST", "/v1/resolve", body: Self.resolve)
            #expect(refused.status == 503 && refused["retry-after"] == "1")
            #expect(try Node(json: refused.body)["error"]?["code"]?.text == "audit_unavailable")
            #expect(!refused.text.contains("s3cr3t"))
            #expect(try client.ask("POST", "/v1/resolve", body: Self.resolve).status == 200)
        }
    }

    @Test("whoever hears that the vault is sealed finds it sealed")
    func sealing() async throws {
        try await TestServer.with { server in
            for _ in 0..<5 {
                let answer = try server.connect(.operator).ask("POST", "/v1/sys/seal")
                let status = try Node(json: answer.body)
                #expect(status["state"]?.text == "sealed")
                let health = try server.connect(.client).ask("GET", "/v1/health")
                #expect(try Node(json: health.body)["state"]?.text == "sealed")
                #expect(
                    try server.connect(.operator).ask(
                        "POST",
                        "/v1/sys/unseal",
                        body: #"{"passphrase":"\#(TestVault.passphrase)"}"#
                    ).status == 200
                )
            }
        }
    }

    @Test("a token that nobody waits for any more goes back, with the yes that let it through")
    func lostToken() async throws {
        try await TestServer.with { server in
            let kit = server.kit
            try await server.mustBeNotes()
            _ = try await kit.mustAddTool("notes/erase", risk: .critical)
            _ = try await kit.mustGrant("notes/erase", "notes/api")
            let grace = try await kit.mustAddOperator("grace", uid: 54_401, roles: [.admin])
            let body = #"{"tool":"notes/erase","arguments":[1]}"#
            let asked = try Node(json: server.connect(.client).ask("POST", "/v1/tokens", body: body).body)
            let id = try ApprovalID(try #require(asked["approval"]?.text))
            _ = try await kit.vault.perform(
                Approvals.breakGlass(id, reason: try PlainText("outage"), by: kit.present(grace))
            )
            for number in 1...3 {
                try Self.giveUp(server, body)
                try await kit.mustLog("token.drop", times: number)
            }
            let dropped = try kit.lastEvent()
            #expect(dropped.approval == id.text && dropped.changes?.contains("approval=returned") == true)
            #expect(try server.connect(.client).ask("POST", "/v1/tokens", body: body).status == 201)
            // What nobody was asked about is not worth an event.
            try Self.giveUp(server, #"{"tool":"notes/search"}"#)
            #expect(try server.connect(.client).ask("POST", "/v1/tokens", body: body).status == 202)
            #expect(try kit.events().count { $0.type == "token.drop" } == 3)
        }
    }

    /// Asks, and hangs up before there can be an answer.
    private static func giveUp(_ server: TestServer, _ body: String) throws {
        try server.connect(.client).send(RawClient.request("POST", "/v1/tokens", [:], body: body))
    }
}

extension TestVault {
    /// Waits for as many events of a type, for two minutes at most.
    fileprivate func mustLog(_ type: String, times: Int) async throws {
        let end = ContinuousClock.now + .seconds(120)
        while try events().count(where: { $0.type == type }) < times {
            guard ContinuousClock.now < end else { throw TestFailure("the log has no \(times) of \(type)") }
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
