import Testing
import WarderWire

@testable import WarderClient

@Suite("Tokens")
struct TokenTests {
    @Test("a thousand concurrent calls make one token request")
    func singleFlight() async throws {
        try await TestVault.with {
            $0.timeout = .seconds(120)
        } _: { vault in
            try await withThrowingTaskGroup(of: String?.self) { group in
                for _ in 0..<1_000 { group.addTask { try await vault.resolve().unprotectedText() } }
                for try await text in group { #expect(text == "s3cret") }
            }
            #expect(vault.rules.issued == 1)
            #expect(vault.reads == 1_000)
            #expect(vault.stub.mostOpen <= 8)
        }
    }

    @Test("calls with the same context share a token, others do not")
    func sharing() async throws {
        try await TestVault.with { vault in
            for context in [CallContext(), CallContext(), CallContext(session: "a"), CallContext(session: "a")] {
                _ = try await vault.client.resolve("github/pat", for: "github/create_issue", context: context)
            }
            _ = try await vault.client.resolve("github/pat", for: "github/delete_issue")
            _ = try await vault.client.resolve("github/other", for: "github/delete_issue")
            #expect(vault.rules.issued == 3)
        }
    }

    @Test("a call with arguments or a purpose has a token of its own")
    func ownToken() async throws {
        try await TestVault.with { vault in
            let arguments = try CallArguments(json: #"{ "title": "x", "a": 1 }"#)
            for _ in 0..<2 {
                _ = try await vault.client.resolve("github/pat", for: "t", arguments: arguments)
                _ = try await vault.client.resolve("github/pat", for: "t", context: CallContext(purpose: "p"))
            }
            #expect(vault.rules.issued == 4)
            #expect(vault.stub.requests[0].body == #"{"tool":"t","arguments":{"a":1,"title":"x"}}"#)
        }
    }

    @Test("half way through its life a token is replaced without anybody waiting")
    func earlyRenewal() async throws {
        let clock = ManualClock()
        try await TestVault.with {
            $0.clock = clock
            $0.jitter = { 0.5 }
        } _: { vault in
            _ = try await vault.resolve()
            clock.advance(by: .seconds(149))
            _ = try await vault.resolve()
            #expect(vault.rules.issued == 1)

            // The token request hangs, and the call does not.
            vault.rules.change { $0.overrides["POST /v1/tokens"] = .hang }
            clock.advance(by: .seconds(1))
            _ = try await vault.resolve()
            try await vault.stub.received("POST /v1/tokens", times: 2)
            _ = try await vault.resolve()
            #expect(vault.stub.count("POST /v1/tokens") == 2)
        }
    }

    @Test("a renewed token is the one used from then on")
    func renewedTokenIsUsed() async throws {
        let clock = ManualClock()
        try await TestVault.with {
            $0.clock = clock
            $0.maximumConnections = 1
        } _: { vault in
            _ = try await vault.resolve()
            clock.advance(by: .seconds(200))
            // With one connection, the renewal is answered before the next call is.
            for _ in 0..<3 { _ = try await vault.resolve() }
            #expect(vault.rules.issued == 2)
            let tokens = vault.stub.requests.filter { $0.line.hasPrefix("GET") }.compactMap(\.token)
            #expect(Set(tokens).count == 2)
            #expect(tokens.last != tokens.first)
        }
    }

    @Test("after four fifths of its life a token is not used any more")
    func hardRefresh() async throws {
        let clock = ManualClock()
        try await TestVault.with {
            $0.clock = clock
        } _: { vault in
            _ = try await vault.resolve()
            let first = try #require(vault.stub.requests.last?.token)
            clock.advance(by: .seconds(240))
            _ = try await vault.resolve()
            #expect(vault.rules.issued == 2)
            #expect(vault.stub.requests.last?.token != first)
        }
    }

    @Test("a token that has expired at the vault is replaced once, and the call goes on")
    func expiry() async throws {
        try await TestVault.with { vault in
            _ = try await vault.resolve()
            vault.rules.change { $0.liveTokens = [] }
            try await vault.expectValue("s3cret")
            #expect(vault.rules.issued == 2)
            #expect(vault.reads == 3)
        }
    }

    @Test("a thousand concurrent calls with a dead token all succeed with few new ones")
    func expiryUnderLoad() async throws {
        try await TestVault.with {
            $0.timeout = .seconds(120)
        } _: { vault in
            _ = try await vault.resolve()
            vault.rules.change { $0.liveTokens = [] }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<1_000 { group.addTask { _ = try await vault.resolve() } }
                try await group.waitForAll()
            }
            #expect(vault.rules.issued == 2)
        }
    }

    @Test("a vault that accepts no token is asked twice and no more")
    func neverAccepted() async throws {
        try await TestVault.with { vault in
            vault.rules.change { $0.overrides["GET /v1/secrets/"] = .error(401, "token_invalid") }
            let error = try await clientError { _ = try await vault.resolve() }
            #expect(error.code == .tokenInvalid)
            #expect(error.isRefusal)
            #expect(vault.reads == 2)
            #expect(vault.rules.issued == 2)
        }
    }

    @Test("a revoked grant is a refusal, in the very next call")
    func revocation() async throws {
        try await TestVault.with { vault in
            _ = try await vault.resolve()
            vault.rules.change {
                $0.liveTokens = []
                $0.overrides["POST /v1/tokens"] = .error(403, "denied")
            }
            let error = try await clientError { _ = try await vault.resolve() }
            #expect(error.code == .refused)
            #expect(error.requestID == "req_7Q")
        }
    }

    @Test("a failed renewal does not disturb calls while the token lives")
    func failedRenewal() async throws {
        let clock = ManualClock()
        try await TestVault.with {
            $0.clock = clock
        } _: { vault in
            _ = try await vault.resolve()
            vault.rules.change { $0.overrides["POST /v1/tokens"] = .error(503, "unavailable") }
            clock.advance(by: .seconds(200))
            _ = try await vault.resolve()
            try await vault.stub.received("POST /v1/tokens", times: 2)
            for _ in 0..<5 { _ = try await vault.resolve() }
            #expect(vault.stub.count("POST /v1/tokens") == 2)
        }
    }

    @Test("a life that no vault gives is a violation of the protocol", arguments: [-1, 0, 3_601])
    func life(_ life: Int) async throws {
        try await TestVault.with { vault in
            vault.rules.change { $0.life = life }
            let error = try await clientError { _ = try await vault.resolve() }
            #expect(error.code == .protocolViolation)
        }
    }

    @Test("a token that cannot stand in a header is never sent", arguments: [#"a\r\nX: y"#, "", "a b", #"\u0000"#])
    func unsendable(_ token: String) async throws {
        try await TestVault.with { vault in
            vault.rules.change {
                $0.overrides["POST /v1/tokens"] = .json(201, #"{"token":"\#(token)","expires_in":300}"#)
            }
            let error = try await clientError { _ = try await vault.resolve() }
            #expect(error.code == .protocolViolation)
            #expect(vault.reads == 0)
        }
    }

    @Test("closing gives the tokens back, and later calls say that the client is closed")
    func close() async throws {
        try await TestVault.with { vault in
            _ = try await vault.resolve()
            _ = try await vault.client.resolve("github/pat", for: "github/other")
            #expect(vault.rules.liveTokens.count == 2)
            await vault.client.close()
            #expect(vault.rules.liveTokens.isEmpty)
            let error = try await clientError { _ = try await vault.resolve() }
            #expect(error.code == .closed)
            await vault.client.close()
        }
    }

    @Test("calls in flight end when the client is closed")
    func closeInFlight() async throws {
        try await TestVault.with { vault in
            vault.rules.change { $0.overrides["POST /v1/tokens"] = .hang }
            await withTaskGroup(of: WarderClientError.Code?.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        do throws(WarderClientError) {
                            _ = try await vault.resolve()
                            return nil
                        } catch {
                            return error.code
                        }
                    }
                }
                try? await vault.stub.received("POST /v1/tokens", times: 1)
                await vault.client.close()
                for await code in group { #expect(code == .closed) }
            }
        }
    }
}
