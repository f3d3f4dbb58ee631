import Glibc
import Testing
import WarderWire

@testable import WarderClient

@Suite("A vault that is away, sealed, slow or overloaded")
struct OutageTests {
    @Test(
        "each of the vault's answers has its own code, and refused is never mistaken for unreachable",
        arguments: [
            (403, "denied", WarderClientError.Code.refused, true, false),
            (403, "approval_required", .approvalRequired, true, false),
            (403, "approval_denied", .approvalDenied, true, false),
            (404, "not_found", .notFound, true, false),
            (503, "sealed", .sealed, false, true),
            (503, "restored_vault", .restoredVault, true, false),
            (503, "not_initialised", .notInitialised, false, true),
            (503, "audit_unavailable", .auditUnavailable, false, true),
            (503, "unavailable", .unavailable, false, true),
            (429, "rate_limited", .rateLimited, false, true),
            (500, "internal", .vaultFault, false, false),
            (400, "invalid_request", .invalidRequest, false, false),
            (413, "too_large", .invalidRequest, false, false),
            (418, "later_version", .unknown, false, false),
        ]
    )
    func codes(
        status: Int,
        code: String,
        expected: WarderClientError.Code,
        isRefusal: Bool,
        isRetryable: Bool
    ) async throws {
        try await TestVault.with { vault in
            for route in ["POST /v1/tokens", "GET /v1/secrets/"] {
                vault.rules.change { $0.overrides = [route: .error(status, code)] }
                let error = try await clientError { _ = try await vault.resolve() }
                #expect(error.code == expected)
                #expect(error.serverCode?.rawValue == code)
                #expect(error.requestID == "req_7Q")
                #expect((error.isRefusal, error.isRetryable) == (isRefusal, isRetryable))
            }
        }
    }

    @Test("an accepted request without a token waits for an approval")
    func accepted() async throws {
        try await TestVault.with { vault in
            vault.rules.change { $0.overrides["POST /v1/tokens"] = .json(202, #"{"approval":"apr_1"}"#) }
            let error = try await clientError { _ = try await vault.resolve() }
            #expect(error.code == .approvalRequired)
        }
    }

    @Test("a sealed vault that is unsealed serves the next call")
    func unsealing() async throws {
        try await TestVault.with { vault in
            vault.rules.change { $0.overrides["GET /v1/secrets/"] = .error(503, "sealed") }
            _ = try await clientError { _ = try await vault.resolve() }
            vault.rules.change { $0.overrides = [:] }
            try await vault.expectValue("s3cret")
        }
    }

    @Test("the time to wait is passed on", arguments: [("7", 7), ("0", 0), ("999999", 3_600), ("-5", 0)])
    func retryAfter(_ value: String, _ seconds: Int) async throws {
        try await TestVault.with { vault in
            vault.rules.change {
                $0.overrides["POST /v1/tokens"] = .error(429, "rate_limited", headers: ["Retry-After": value])
            }
            let error = try await clientError { _ = try await vault.resolve() }
            #expect(error.retryAfter == .seconds(seconds))
        }
    }

    @Test("a busy vault that says nothing but a status is understood", arguments: [429, 503, 500])
    func statusAlone(_ status: Int) async throws {
        try await TestVault.with { vault in
            vault.rules.change { $0.overrides["POST /v1/tokens"] = .json(status, "busy") }
            let error = try await clientError { _ = try await vault.resolve() }
            #expect(error.code == [429: .rateLimited, 503: .unavailable, 500: .protocolViolation][status])
        }
    }

    @Test("no socket, nobody listening and a file that is no socket are all unreachable, with the reason of the kernel")
    func unreachable() async throws {
        try await withTemporaryDirectory { directory in
            let stub = try await StubVault.start(at: directory + "/left.sock") { _ in .hang }
            try await stub.stop()
            let file = unsafe fopen(directory + "/file", "w")
            if let file = unsafe file { unsafe fclose(file) }
            for (name, number) in [("missing.sock", ENOENT), ("left.sock", ECONNREFUSED), ("file", ECONNREFUSED)] {
                let client = try WarderClient(WarderClientConfiguration(socketPath: directory + "/" + name))
                let error = try await clientError { _ = try await client.resolve("a", for: "t") }
                #expect(error.code == .unreachable)
                #expect(error.systemError == number || (name == "left.sock" && error.systemError == ENOENT))
                #expect(error.isRetryable && !error.isRefusal)
                await client.close()
            }
        }
    }

    @Test("a thousand calls to a vault that is away all end")
    func unreachableUnderLoad() async throws {
        try await withTemporaryDirectory { directory in
            var configuration = WarderClientConfiguration(socketPath: directory + "/missing.sock")
            configuration.timeout = .seconds(120)
            let client = try WarderClient(configuration)
            await withTaskGroup(of: Bool.self) { group in
                for index in 0..<2_000 {
                    group.addTask {
                        do throws(WarderClientError) {
                            // Each tool needs a token of its own, so that each call needs a connection.
                            _ = try await client.resolve("a", for: "tool-\(index)")
                            return false
                        } catch {
                            return error.code == .unreachable
                        }
                    }
                }
                for await isUnreachable in group { #expect(isUnreachable) }
            }
            await client.close()
        }
    }

    @Test("a restarted vault is found again, and its missing tokens are asked for anew")
    func restart() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/client.sock"
            let (before, after) = (ScriptedVault(), ScriptedVault())
            after.change { $0.value = "after" }
            let first = try await StubVault.start(at: path) { before.answer($0) }
            let client = try WarderClient(WarderClientConfiguration(socketPath: path))
            _ = try await client.resolve("a", for: "t")
            try await first.stop()
            let error = try await clientError { _ = try await client.resolve("a", for: "t") }
            #expect(error.code == .unreachable)

            let second = try await StubVault.start(at: path) { after.answer($0) }
            #expect(try await client.resolve("a", for: "t").unprotectedText() == "after")
            #expect(after.issued == 1)
            await client.close()
            try await second.stop()
        }
    }

    @Test("a vault that does not answer in time is given up, at the deadline and not later")
    func deadline() async throws {
        try await TestVault.with {
            $0.timeout = .milliseconds(200)
        } _: { vault in
            for route in ["POST /v1/tokens", "GET /v1/secrets/"] {
                vault.rules.change { $0.overrides = [route: .hang] }
                let start = ContinuousClock.now
                let error = try await clientError { _ = try await vault.resolve() }
                let duration = ContinuousClock.now - start
                #expect(error.code == .timedOut)
                #expect(error.isRetryable && !error.isRefusal)
                #expect(duration > .milliseconds(150) && duration < .seconds(30))
            }
            vault.rules.change { $0.overrides = [:] }
            try await vault.expectValue("s3cret")
        }
    }

    @Test("calls that wait for a connection have the same deadline")
    func deadlineInTheQueue() async throws {
        try await TestVault.with {
            $0.timeout = .milliseconds(300)
            $0.maximumConnections = 1
        } _: { vault in
            _ = try await vault.resolve()
            vault.rules.change { $0.overrides["GET /v1/secrets/"] = .hang }
            try await withThrowingTaskGroup(of: WarderClientError.Code?.self) { group in
                for _ in 0..<10 {
                    group.addTask {
                        do throws(WarderClientError) {
                            _ = try await vault.resolve()
                            return nil
                        } catch {
                            return error.code
                        }
                    }
                }
                for try await code in group { #expect(code == .timedOut) }
            }
        }
    }

    @Test("more calls than may wait are refused at once")
    func overload() async throws {
        try await TestVault.with {
            $0.maximumCalls = 10
        } _: { vault in
            vault.rules.change { $0.overrides["POST /v1/tokens"] = .hang }
            await withTaskGroup(of: WarderClientError.Code?.self) { group in
                for _ in 0..<30 {
                    group.addTask {
                        do throws(WarderClientError) {
                            _ = try await vault.resolve()
                            return nil
                        } catch {
                            return error.code
                        }
                    }
                }
                for _ in 0..<20 { #expect(await group.next() == .overloaded) }
                await vault.client.close()
                for await code in group { #expect(code == .closed) }
            }
        }
    }

    @Test("a kept connection that the vault closes under a request is replaced, and the request sent once more")
    func staleConnection() async throws {
        try await TestVault.with { vault in
            _ = try await vault.resolve()
            vault.rules.change { $0.overrides["GET /v1/secrets/"] = .close }
            let error = try await clientError { _ = try await vault.resolve() }
            #expect(error.code == .unreachable)
            // Once over a kept connection, once over a new one.
            #expect(vault.reads == 3)
            #expect(vault.stub.connections == 3)
            vault.rules.change { $0.overrides = [:] }
            try await vault.expectValue("s3cret")
        }
    }

    @Test("a connection that the vault ends after an answer is not used again")
    func connectionClose() async throws {
        try await TestVault.with { vault in
            vault.rules.change {
                $0.overrides["GET /v1/health"] = .json(200, #"{"state":"sealed"}"#, headers: ["Connection": "close"])
            }
            for _ in 0..<3 {
                let health = try await vault.client.health()
                #expect(health.state == "sealed")
            }
            #expect(vault.stub.connections == 3)
        }
    }

    @Test("a cancelled call ends at once, and the client goes on")
    func cancellation() async throws {
        try await TestVault.with { vault in
            vault.rules.change { $0.overrides["POST /v1/tokens"] = .hang }
            await withTaskGroup(of: WarderClientError.Code?.self) { group in
                group.addTask {
                    do throws(WarderClientError) {
                        _ = try await vault.resolve()
                        return nil
                    } catch {
                        return error.code
                    }
                }
                try? await vault.stub.received("POST /v1/tokens", times: 1)
                group.cancelAll()
                for await code in group { #expect(code == .cancelled) }
            }
            let health = try await vault.client.health()
            #expect(health.state == "unsealed")
        }
    }
}
