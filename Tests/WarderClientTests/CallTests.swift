import Locking
import Testing
import WarderWire

@testable import WarderClient

@Suite("Running a call with a credential")
struct CallTests {
    private struct Failure: Error {}

    @Test("a call that succeeds is reported as ok, with its duration and under the token that resolved")
    func success() async throws {
        try await TestVault.with { vault in
            let result = try await vault.client.withCredential("github/pat", for: "t") { $0.version }
            #expect(result == 7)
            let report = try #require(vault.stub.requests.last)
            #expect(report.line == "POST /v1/calls")
            #expect(report.body.hasPrefix(#"{"outcome":"ok","duration_ms":"#))
            #expect(report.token == vault.stub.requests[1].token)
        }
    }

    @Test("a call that fails is reported as an error, and its own error comes out")
    func failure() async throws {
        try await TestVault.with { vault in
            await #expect(throws: Failure.self) {
                try await vault.client.withCredential("github/pat", for: "t") { _ in throw Failure() }
            }
            #expect(vault.stub.requests.last?.body.hasPrefix(#"{"outcome":"error""#) == true)
        }
    }

    @Test("a secret that cannot be resolved never reaches the call")
    func unresolved() async throws {
        try await TestVault.with { vault in
            vault.rules.change { $0.overrides["POST /v1/tokens"] = .error(403, "denied") }
            let error = try await clientError {
                try await vault.client.withCredential("github/pat", for: "t") { _ in _ = Issue.record("The call ran.") }
            }
            #expect(error.code == .refused)
            #expect(vault.stub.count("POST /v1/calls") == 0)
        }
    }

    @Test("a token for one call is given back after the report")
    func givenBack() async throws {
        try await TestVault.with { vault in
            let arguments = try CallArguments(json: "{}")
            try await vault.client.withCredential("github/pat", for: "t", arguments: arguments) { _ in }
            await vault.client.close()
            #expect(vault.rules.liveTokens.isEmpty)
            #expect(
                vault.stub.requests.map { $0.line.prefix(14) }
                    == ["POST /v1/tokens", "GET /v1/secrets", "POST /v1/calls", "DELETE /v1/tok"].map { $0.prefix(14) }
            )
        }
    }

    @Test("a value that the upstream refuses is asked for again, and a newer version is tried")
    func rotatedMeanwhile() async throws {
        try await TestVault.with { vault in
            let used = try await vault.client.withCredential("github/pat", for: "t") { secret in
                guard secret.version == 7 else { return secret.unprotectedText() }
                vault.rules.change {
                    $0.version = 8
                    $0.value = "new"
                }
                throw CredentialRefused()
            }
            #expect(used == "new")
            let outcomes = vault.stub.requests.filter { $0.line == "POST /v1/calls" }.map { $0.body.prefix(17) }
            #expect(outcomes == [#"{"outcome":"refus"#, #"{"outcome":"ok",""#])
        }
    }

    @Test("a value that the upstream refuses is not tried again while there is no other version")
    func refusedTwice() async throws {
        try await TestVault.with { vault in
            let runs = Locked(0)
            await #expect(throws: CredentialRefused.self) {
                try await vault.client.withCredential("github/pat", for: "t") { _ in
                    runs.withLock { $0 += 1 }
                    throw CredentialRefused()
                }
            }
            #expect(runs.withLock { $0 } == 1)
            #expect(vault.stub.count("POST /v1/calls") == 1)
        }
    }

    @Test(
        "a newer version is asked for with the token that the call has, which goes back afterwards",
        arguments: [true, false]
    )
    func sameToken(isRotated: Bool) async throws {
        try await TestVault.with { vault in
            let arguments = try CallArguments(json: "{}")
            let used = try? await vault.client.withCredential("github/pat", for: "t", arguments: arguments) { secret in
                guard secret.version == 7 else { return secret.version }
                if isRotated { vault.rules.change { $0.version = 8 } }
                throw CredentialRefused()
            }
            #expect(used == (isRotated ? 8 : nil))
            await vault.client.close()
            let again = isRotated ? ["POST /v1/calls"] : []
            #expect(
                vault.stub.requests.map { $0.line.prefix(14) }
                    == (["POST /v1/tokens", "GET /v1/secrets", "POST /v1/calls", "GET /v1/secrets"] + again
                    + ["DELETE /v1/tokens"]).map { $0.prefix(14) }
            )
            #expect(vault.stub.requests.compactMap { $0.headers["if-none-match"] } == [#""v7""#])
            #expect(Set(vault.stub.requests.compactMap(\.token)).count == 1)
        }
    }

    @Test("a shared token that ended while a call went on is replaced once", arguments: [true, false])
    func endedToken(isRotated: Bool) async throws {
        try await TestVault.with { vault in
            let used = try? await vault.client.withCredential("github/pat", for: "t") { secret in
                guard secret.version == 7 else { return secret.version }
                vault.rules.change {
                    $0.liveTokens = []
                    if isRotated { $0.version = 8 }
                }
                throw CredentialRefused()
            }
            #expect(used == (isRotated ? 8 : nil))
            #expect(vault.rules.issued == 2)
        }
    }

    @Test(
        "whatever the vault says to that question, the refusal by the upstream comes out",
        arguments: [
            .error(401, "token_invalid"), .error(403, "denied"), .error(429, "rate_limited"), .error(503, "sealed"),
            .error(503, "unavailable"), .close, .json(200, "{}"),
            .json(202, #"{"approval":"apr_0000000000000000000000","state":"pending"}"#),
        ] as [StubAnswer]
    )
    func unanswered(answer: StubAnswer) async throws {
        try await TestVault.with {
            $0.approvalPatience = .seconds(3_600)
        } _: { vault in
            let own = try CallArguments(json: "{}")
            for arguments in [nil, own] {
                vault.rules.change { $0.overrides = [:] }
                await #expect(throws: CredentialRefused.self) {
                    try await vault.client.withCredential("github/pat", for: "t", arguments: arguments) { _ in
                        vault.rules.change { $0.overrides = ["GET /v1/secrets/": answer, "POST /v1/tokens": answer] }
                        throw CredentialRefused()
                    }
                }
            }
            #expect(vault.rules.issued == 2)
            #expect(vault.stub.count("GET /v1/approvals/") == 0)
        }
    }

    @Test("a report that fails is told to whoever wants to know, and the call succeeds nevertheless")
    func failedReport() async throws {
        let told = Locked<[WarderClientError.Code]>([])
        try await TestVault.with {
            $0.reportFailed = { error in told.withLock { $0.append(error.code) } }
        } _: { vault in
            vault.rules.change { $0.overrides["POST /v1/calls"] = .error(503, "audit_unavailable") }
            let result = try await vault.client.withCredential("github/pat", for: "t") { _ in 1 }
            #expect(result == 1)
            #expect(told.withLock { $0 } == [.auditUnavailable])
        }
    }

    @Test("a cancelled call is reported like any other")
    func cancelled() async throws {
        try await TestVault.with { vault in
            await withTaskGroup(of: Void.self) { group in
                let (started, start) = AsyncStream.makeStream(of: Void.self)
                group.addTask {
                    try? await vault.client.withCredential("github/pat", for: "t") { _ in
                        start.yield()
                        try await Task.sleep(for: .seconds(60))
                    }
                }
                for await _ in started { break }
                group.cancelAll()
            }
            #expect(vault.stub.requests.last?.body.hasPrefix(#"{"outcome":"error""#) == true)
        }
    }

    @Test("a report of one's own carries what the caller knows")
    func ownReport() async throws {
        try await TestVault.with { vault in
            let secret = try await vault.resolve()
            let report = CallReport(
                outcome: "ok",
                durationMilliseconds: 5,
                outputsDigest: String(repeating: "a", count: 64),
                changed: "issue 7"
            )
            try await vault.client.report(report, on: secret)
            #expect(
                vault.stub.requests.last?.body
                    == #"{"outcome":"ok","duration_ms":5,"outputs_digest":"\#(String(repeating: "a", count: 64))","changed":"issue 7"}"#
            )
        }
    }

    @Test("arguments are sent in canonical form, within their limit and strictly parsed")
    func arguments() throws {
        struct Arguments: Encodable {
            let title = "x"
            let number = 7
        }
        #expect(
            try String(decoding: CallArguments(Arguments()).canonical, as: UTF8.self) == #"{"number":7,"title":"x"}"#
        )
        let longest = #""\#(String(repeating: "x", count: CallArguments.maximumBytes - 2))""#
        #expect(try CallArguments(json: longest).canonical.count == CallArguments.maximumBytes)
        for text in ["", "{", #"{"a":1,"a":2}"#, "[1,]", longest.dropLast() + #"x""#] {
            #expect(throws: WarderClientError.self) { try CallArguments(json: text) }
        }
        #expect(throws: WarderClientError.self) { try CallArguments(Double.nan) }
    }
}
