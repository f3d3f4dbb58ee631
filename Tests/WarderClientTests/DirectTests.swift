import Locking
import NIOCore
import Testing
import WarderWire

@testable import WarderClient

@Suite("Asking on the caller's own thread")
struct DirectTests {
    /// Long enough for every answer, so that it is read where it was asked for.
    private static let patient: @Sendable (inout WarderClientConfiguration) -> Void = { $0.directPatience = 60_000 }
    /// So short that no answer is there in time.
    private static let impatient: @Sendable (inout WarderClientConfiguration) -> Void = { $0.directPatience = 0 }

    /// The connections that values were asked for over, in order.
    private static func lines(of vault: TestVault) -> [Int] {
        vault.stub.requests.filter { $0.line.hasPrefix("GET /v1/secrets/") }.map(\.connection)
    }

    @Test("the first call fetches a token, and the next ones ask over a connection of their own")
    func ownConnection() async throws {
        try await TestVault.with(configure: Self.patient) { vault in
            for _ in 0..<4 { try await vault.expectValue("s3cret") }
            #expect(Self.lines(of: vault) == [1, 2, 2, 2])
            #expect(vault.rules.issued == 1)
            vault.rules.change { $0.value = "rotated" }
            try await vault.expectValue("rotated")
        }
    }

    @Test("an answer that takes longer arrives all the same, and was asked for once")
    func late() async throws {
        try await TestVault.with(configure: Self.impatient) { vault in
            try await vault.expectValue("s3cret")
            let answer = vault.rules.secretAnswer
            vault.rules.change { $0.overrides["GET /v1/secrets/"] = .after(.milliseconds(50), answer) }
            try await vault.expectValue("s3cret")
            #expect(Self.lines(of: vault) == [1, 2])
        }
    }

    @Test("after an answer that took longer nobody waits for a while")
    func rest() async throws {
        let clock = ManualClock()
        try await TestVault.with(configure: {
            Self.impatient(&$0)
            $0.clock = clock
        }) { vault in
            try await vault.expectValue("s3cret")
            let answer = vault.rules.secretAnswer
            vault.rules.change { $0.overrides["GET /v1/secrets/"] = .after(.milliseconds(50), answer) }
            for _ in 0..<3 { try await vault.expectValue("s3cret") }
            // What was taken over is a connection like the others.
            #expect(Set(Self.lines(of: vault)) == [1, 2])
            #expect(vault.stub.connections == 2)
            clock.advance(by: DirectLine.rest)
            try await vault.expectValue("s3cret")
            #expect(Self.lines(of: vault).last == 3)
        }
    }

    @Test("an answer that is larger than the room for it is read to its end", arguments: [15_000, 16_384, 200_000])
    func large(bytes: Int) async throws {
        try await TestVault.with(configure: Self.patient) { vault in
            try await vault.expectValue("s3cret")
            let value = String(repeating: "v", count: bytes)
            vault.rules.change { $0.value = value }
            try await vault.expectValue(value)
            #expect(vault.reads == 2)
        }
    }

    @Test("a vault that was started anew is asked over a new connection, once")
    func restarted() async throws {
        try await withTemporaryDirectory { directory in
            let rules = ScriptedVault()
            let path = directory + "/client.sock"
            let first = try await StubVault.start(at: path) { rules.answer($0) }
            var configuration = WarderClientConfiguration(socketPath: path)
            configuration.timeout = .seconds(120)
            Self.patient(&configuration)
            let client = try WarderClient(configuration)
            for _ in 0..<2 { _ = try await client.resolve("github/pat", for: "github/read") }
            try await first.stop()
            let second = try await StubVault.start(at: path) { rules.answer($0) }
            _ = try await client.resolve("github/pat", for: "github/read")
            #expect(second.count("GET /v1/secrets/") == 1)
            await client.close()
            try await second.stop()
        }
    }

    @Test("a vault that hangs up on every request is unreachable")
    func hangsUp() async throws {
        try await TestVault.with(configure: Self.patient) { vault in
            try await vault.expectValue("s3cret")
            vault.rules.change { $0.overrides["GET /v1/secrets/"] = .close }
            let error = try await clientError { _ = try await vault.resolve() }
            #expect(error.code == .unreachable)
            vault.rules.change { $0.overrides = [:] }
            try await vault.expectValue("s3cret")
        }
    }

    @Test("a refusal is the caller's, and asked for once")
    func refused() async throws {
        try await TestVault.with(configure: Self.patient) { vault in
            try await vault.expectValue("s3cret")
            vault.rules.change { $0.overrides["GET /v1/secrets/"] = .error(403, "denied") }
            let error = try await clientError { _ = try await vault.resolve() }
            #expect(error.code == .refused)
            #expect(vault.reads == 2)
        }
    }

    @Test("a token that is not accepted any more is replaced once")
    func tokenInvalid() async throws {
        try await TestVault.with(configure: Self.patient) { vault in
            for _ in 0..<2 { try await vault.expectValue("s3cret") }
            vault.rules.change { $0.liveTokens = [] }
            try await vault.expectValue("s3cret")
            #expect(vault.rules.issued == 2)
            #expect(vault.reads == 4)
        }
    }

    @Test(
        "what is no answer ends the call and the connection",
        arguments: [
            "ghp_canary\r\n\r\n", "HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
            "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        ]
    )
    func malformed(bytes: String) async throws {
        try await TestVault.with(configure: Self.patient) { vault in
            try await vault.expectValue("s3cret")
            vault.rules.change { $0.overrides["GET /v1/secrets/"] = .raw(bytes) }
            let error = try await clientError { _ = try await vault.resolve() }
            #expect(error.code == .protocolViolation)
            vault.rules.change { $0.overrides = [:] }
            try await vault.expectValue("s3cret")
        }
    }

    @Test("a call with a token of its own, or whose value may be kept, does not go this way")
    func others() async throws {
        try await TestVault.with(configure: Self.patient) { vault in
            for _ in 0..<2 { try await vault.expectValue("s3cret") }
            _ = try await vault.resolve(maxStale: .seconds(60))
            _ = try await vault.client.resolve(
                "github/pat",
                for: "github/create_issue",
                context: CallContext(purpose: "triage")
            )
            #expect(Self.lines(of: vault) == [1, 2, 1, 1])
        }
    }

    @Test("many calls at a time use no more connections than they may")
    func many() async throws {
        try await TestVault.with(configure: { $0.maximumConnections = 3 }) { vault in
            try await vault.expectValue("s3cret")
            try await withThrowingTaskGroup(of: String?.self) { group in
                for _ in 0..<300 { group.addTask { try await vault.resolve().unprotectedText() } }
                for try await value in group { #expect(value == "s3cret") }
            }
            #expect(vault.reads == 301)
            #expect(vault.stub.mostOpen <= 3)
        }
    }

    @Test("a vault that does not answer gets no more connections than one that does")
    func hanging() async throws {
        let clock = ManualClock()
        try await TestVault.with(configure: {
            Self.impatient(&$0)
            $0.maximumConnections = 3
            $0.clock = clock
        }) { vault in
            try await vault.expectValue("s3cret")
            vault.rules.change { $0.overrides["GET /v1/secrets/"] = .hang }
            let calls = (0..<20).map { _ in
                clock.advance(by: DirectLine.rest)
                return Task { try await vault.resolve() }
            }
            try await vault.stub.received("GET /v1/secrets/", times: 4)
            #expect(vault.stub.connections == 3)
            for call in calls { call.cancel() }
            for call in calls { await #expect(throws: WarderClientError.self) { try await call.value } }
        }
    }

    @Test("where there is one connection at most, it is everybody's")
    func single() async throws {
        try await TestVault.with(configure: { $0.maximumConnections = 1 }) { vault in
            for _ in 0..<3 { try await vault.expectValue("s3cret") }
            #expect(Self.lines(of: vault) == [1, 1, 1])
        }
    }

    @Test("a call that waits for a late answer ends with its task")
    func cancelled() async throws {
        try await TestVault.with(configure: Self.impatient) { vault in
            try await vault.expectValue("s3cret")
            vault.rules.change { $0.overrides["GET /v1/secrets/"] = .hang }
            let task = Task { try await vault.resolve() }
            try await vault.stub.received("GET /v1/secrets/", times: 2)
            task.cancel()
            let error = try await clientError { _ = try await task.value }
            #expect(error.code == .cancelled)
        }
    }

    @Test("a call that is cancelled while it waits on its own thread leaves the line to others")
    func cancelledWhileWaiting() async throws {
        let clock = ManualClock()
        try await TestVault.with(configure: {
            $0.directPatience = 2_000
            $0.clock = clock
        }) { vault in
            try await vault.expectValue("s3cret")
            // By whoever hears of the request: this test may have to wait for a thread until the call has stopped waiting.
            let call = Locked<Task<ResolvedSecret, any Error>?>(nil)
            vault.rules.change {
                $0.overrides["GET /v1/secrets/"] = .hang
                $0.heard = { _ in call.withLock { $0?.cancel() } }
            }
            let task = call.withLock { call in
                let task = Task { try await vault.resolve() }
                call = task
                return task
            }
            let error = try await clientError { _ = try await task.value }
            #expect(error.code == .cancelled)
            vault.rules.change {
                $0.overrides = [:]
                $0.heard = { _ in }
            }
            clock.advance(by: DirectLine.rest)
            // The line comes back with the last of the cancelled request, which may be after its call has ended.
            for _ in 0..<1_000 where Self.lines(of: vault).last != 3 { try await vault.expectValue("s3cret") }
            try await vault.expectValue("s3cret")
            #expect(Self.lines(of: vault).suffix(2) == [3, 3])
        }
    }

    @Test("a call waits no longer for a late answer than its time allows")
    func timedOut() async throws {
        try await TestVault.with(configure: {
            Self.impatient(&$0)
            $0.timeout = .seconds(1)
        }) { vault in
            try await vault.expectValue("s3cret")
            vault.rules.change { $0.overrides["GET /v1/secrets/"] = .hang }
            let error = try await clientError { _ = try await vault.resolve() }
            #expect(error.code == .timedOut)
        }
    }

    @Test("a client that was closed asks nothing any more")
    func closed() async throws {
        try await TestVault.with(configure: Self.patient) { vault in
            for _ in 0..<2 { try await vault.expectValue("s3cret") }
            await vault.client.close()
            let error = try await clientError { _ = try await vault.resolve() }
            #expect(error.code == .closed)
            #expect(vault.reads == 2)
        }
    }
}
