import Locking
import Testing
import WarderWire

@testable import WarderClient

/// Following changes at a scripted vault: what is asked, how often, and what ends it.
@Suite("Following changes")
struct FollowTests {
    private static let path = "GET /v1/changes"

    /// Answers to questions for changes, one after the other; then nothing more comes.
    private static func with(
        _ answers: [StubAnswer],
        maxStale: Duration = .seconds(60),
        _ body: (TestVault, Follower) async throws -> Void
    ) async throws {
        try await TestVault.with { vault in
            let left = Locked(answers)
            vault.rules.change { state in
                state.changes = { _ in
                    left.withLock { $0.isEmpty ? .hang : $0.removeFirst() }
                }
            }
            try await body(vault, Follower(vault.client, maxStale: maxStale))
        }
    }

    private static func answer(_ next: String, _ changes: String = "", reset: Bool = false) -> StubAnswer {
        .json(200, #"{"next":"\#(next)","changes":[\#(changes)],"reset":\#(reset),"later":1}"#)
    }

    @Test("the first question asks where to begin; the others wait, from where the last answer ended")
    func cursors() async throws {
        let change = #"{"secret":"github/pat","version":8},{"secret":"github/old","revoked":true}"#
        try await Self.with([Self.answer("a"), Self.answer("b"), Self.answer("c", change)]) { vault, changes in
            try await changes.mustHear(.everything)
            try await changes.mustHear(.version(secret: "github/pat", 8))
            try await changes.mustHear(.revoked(secret: "github/old"))
            #expect(
                vault.stub.requests.map(\.line) == [
                    "GET /v1/changes?wait=0", "GET /v1/changes?wait=55&since=a", "GET /v1/changes?wait=55&since=b",
                ]
            )
            #expect(vault.stub.requests.allSatisfy { $0.token == nil })
        }
    }

    @Test("nothing is asked before anybody wants to know, and nothing after")
    func onDemand() async throws {
        try await Self.with([Self.answer("a")]) { vault, changes in
            _ = vault.client.changes()
            try await vault.expectValue("s3cret")
            #expect(vault.stub.count(Self.path) == 0)
            try await changes.mustHear(.everything)
            try await vault.expectValue("s3cret")
            #expect(vault.stub.count(Self.path) == 1)
        }
    }

    @Test("a vault that does not know the place any more makes everything doubtful")
    func reset() async throws {
        try await Self.with([Self.answer("a"), Self.answer("b", reset: true)]) { _, changes in
            try await changes.mustHear(.everything)
            try await changes.mustHear(.everything)
        }
    }

    @Test("a vault that answers every question at once is not asked without end")
    func rhythm() async throws {
        try await TestVault.with { vault in
            vault.rules.change { $0.changes = { _ in Self.answer("a", #"{"secret":"github/pat","version":8}"#) } }
            let changes = Follower(vault.client)
            let begin = ContinuousClock.now
            for _ in 0..<6 { _ = try await changes.next() }
            #expect(ContinuousClock.now - begin >= SecretChanges.Iterator.rhythm * 5)
            #expect(vault.stub.count(Self.path) == 6)
        }
    }

    @Test(
        "a lost connection and a sealed vault are asked again; said is only what lasts",
        arguments: [
            StubAnswer.close, .error(503, "sealed"), .error(429, "rate_limited"), .json(503, ""),
        ]
    )
    func outage(failure: StubAnswer) async throws {
        let change = #"{"secret":"github/pat","version":8}"#
        // The second attempt belongs to a kept connection that the vault had closed.
        let answers = [Self.answer("a"), failure, failure, Self.answer("b", change)]
        try await Self.with(answers) { vault, changes in
            try await changes.mustHear(.everything)
            try await changes.mustHear(.version(secret: "github/pat", 8))
            #expect(vault.stub.requests.last?.line == "GET /v1/changes?wait=55&since=a")
        }
    }

    @Test("a vault that stays away makes what is known stale, and everything new when it is back")
    func outOfTouch() async throws {
        let answers = [Self.answer("a"), .error(503, "sealed"), Self.answer("b")]
        try await Self.with(answers, maxStale: .zero) { _, changes in
            try await changes.mustHear(.everything)
            try await changes.mustHear(.outOfTouch)
            try await changes.mustHear(.everything)
        }
    }

    @Test(
        "a refusal ends the sequence, and so does what no vault says",
        arguments: [
            (StubAnswer.error(403, "denied"), WarderClientError.Code.refused),
            (.error(503, "restored_vault"), .restoredVault), (.error(404, "not_found"), .notFound),
            (.json(200, "{}"), .protocolViolation), (answer("a b"), .protocolViolation),
            (answer(""), .protocolViolation),
            (answer("a", #"{"secret":"../x","version":1}"#), .protocolViolation),
            (answer("a", #"{"secret":"x","version":0}"#), .protocolViolation),
            (answer("a&since=b"), .protocolViolation), (answer("\\r\\n"), .protocolViolation),
        ]
    )
    func refusals(answer: StubAnswer, code: WarderClientError.Code) async throws {
        try await Self.with([answer]) { vault, changes in
            let error = try await clientError { _ = try await changes.next() }
            #expect(error.code == code)
            #expect(vault.stub.count(Self.path) == 1)
        }
    }

    @Test("closing the client ends a question that waits, and a pause between two")
    func closing() async throws {
        for answers in [
            [Self.answer("a")], [Self.answer("a"), .error(503, "sealed", headers: ["Retry-After": "3600"])],
        ] {
            try await Self.with(answers) { vault, changes in
                try await changes.mustHear(.everything)
                let waiting = Task { try await changes.next() }
                try await vault.stub.received(Self.path, times: 2)
                await vault.client.close()
                await #expect(throws: WarderClientError(.closed)) { try await waiting.value }
                await #expect(throws: WarderClientError(.closed)) { try await changes.next() }
            }
        }
    }

    @Test("a cancelled task gives its question up at the vault too")
    func cancelling() async throws {
        try await Self.with([Self.answer("a")]) { vault, changes in
            try await changes.mustHear(.everything)
            let client = vault.client
            for _ in 0..<8 {
                let asked = vault.stub.count(Self.path)
                let waiting = Task { () async throws(WarderClientError) in try await client.pollChanges(since: "a") }
                try await vault.stub.received(Self.path, times: asked + 1)
                waiting.cancel()
                let error = try await clientError { _ = try await waiting.value }
                #expect(error.code == .cancelled)
            }
            // Nobody waits any more, or the fifth would have found no room.
            while vault.stub.open > 1 { try await Task.sleep(for: .milliseconds(1)) }
        }
    }

    @Test("four can follow at the same time, and calls have their connections all the same")
    func limit() async throws {
        try await TestVault.with(configure: { $0.maximumConnections = 1 }) { vault in
            vault.rules.change { $0.changes = { $0.contains("wait=0") ? Self.answer("a") : .hang } }
            let client = vault.client
            let tasks = (0..<4).map { _ in
                Task { () async throws(WarderClientError) in try await client.pollChanges(since: "a") }
            }
            try await vault.stub.received(Self.path, times: 4)
            let error = try await clientError { _ = try await client.pollChanges(since: "a") }
            #expect(error.code == .overloaded)
            try await vault.expectValue("s3cret")
            for task in tasks { task.cancel() }
        }
    }

    @Test("a change says whether it concerns a secret")
    func concerns() {
        #expect(SecretChange.version(secret: "a", 2).concerns("a") && SecretChange.revoked(secret: "a").concerns("a"))
        #expect(!SecretChange.version(secret: "a", 2).concerns("b") && !SecretChange.revoked(secret: "a").concerns("b"))
        #expect(SecretChange.everything.concerns("a") && SecretChange.outOfTouch.concerns("a"))
    }
}
