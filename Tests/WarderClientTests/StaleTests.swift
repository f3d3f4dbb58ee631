import Locking
import SecretMemory
import Testing
import WarderWire

@testable import WarderClient

@Suite("An older value while the vault is away")
struct StaleTests {
    private static let login = #"[{"field":"user","value":"app"},{"field":"key","value":"pw"}]"#
    private static let away = StubAnswer.error(503, "unavailable")

    /// Nobody can be asked from now on.
    private static func goAway(_ vault: TestVault, _ answer: StubAnswer = away) {
        vault.rules.change {
            $0.overrides["GET /v1/secrets/"] = answer
            $0.overrides["POST /v1/tokens"] = answer
        }
    }

    private static func comeBack(_ vault: TestVault) { vault.rules.change { $0.overrides = [:] } }

    @Test(
        "a call that allows it gets the value of before, marked with its age; one that does not gets nothing",
        arguments: [(StubAnswer.error(503, "unavailable"), "unavailable"), (.close, "unreachable")]
    )
    func outage(answer: StubAnswer, code: String) async throws {
        let clock = ManualClock()
        try await TestVault.with {
            $0.clock = clock
        } _: { vault in
            let fresh = try await vault.resolve(maxStale: .seconds(60))
            #expect(fresh.stale == nil)
            Self.goAway(vault, answer)
            clock.advance(by: .seconds(42))
            let old = try await vault.resolve(maxStale: .seconds(60))
            #expect((old.unprotectedText(), old.version, old.stale) == ("s3cret", 7, .seconds(42)))
            let error = try await clientError { _ = try await vault.resolve() }
            #expect(error.code.description == code)
            clock.advance(by: .seconds(18) + .milliseconds(1))
            let late = try await clientError { _ = try await vault.resolve(maxStale: .seconds(60)) }
            #expect(late.code.description == code)
            Self.comeBack(vault)
            let again = try await vault.resolve(maxStale: .seconds(60))
            #expect(again.stale == nil)
        }
    }

    @Test("a vault that does not answer in time is an outage as well")
    func frozen() async throws {
        try await TestVault.with {
            $0.timeout = .milliseconds(300)
        } _: { vault in
            // Whether the first questions are answered in time is the machine's affair.
            _ = try? await vault.resolve(maxStale: .seconds(600))
            try await vault.stub.received("GET /v1/changes?wait=55", times: 1)
            while (try? await vault.resolve(maxStale: .seconds(600))) == nil {}
            Self.goAway(vault, .hang)
            let old = try await vault.resolve(maxStale: .seconds(600))
            #expect(old.stale != nil)
        }
    }

    @Test("several fields are kept together")
    func several() async throws {
        try await TestVault.with { vault in
            vault.rules.change {
                $0.overrides["GET /v1/secrets/"] = .json(
                    200,
                    #"{"name":"app/db","version":3,"max_stale":60,"values":\#(Self.login)}"#
                )
            }
            func login() async throws -> ResolvedSecret {
                try await vault.client.resolve("app/db", fields: ["user", "key"], for: "t", maxStale: .seconds(60))
            }
            _ = try await login()
            Self.goAway(vault)
            let old = try await login()
            #expect((old.unprotectedText("user"), old.unprotectedText("key"), old.version) == ("app", "pw", 3))
            #expect(old.stale != nil)
        }
    }

    @Test("a value that no call kept is not there")
    func notKept() async throws {
        try await TestVault.with { vault in
            _ = try await vault.resolve()
            Self.goAway(vault)
            let error = try await clientError { _ = try await vault.resolve(maxStale: .seconds(60)) }
            #expect(error.code == .unavailable)
        }
    }

    @Test(
        "against an answer nothing is served: a no, a sealed vault, one without its log, a fault, an impostor",
        arguments: [
            (403, "denied", true), (503, "sealed", true), (503, "audit_unavailable", false),
            (429, "rate_limited", false),
            (500, "internal", false), (200, "", false),
        ]
    )
    func answered(status: Int, code: String, isForgotten: Bool) async throws {
        try await TestVault.with { vault in
            _ = try await vault.resolve(maxStale: .seconds(60))
            Self.goAway(vault, status == 200 ? .json(200, "{}") : .error(status, code))
            let error = try await clientError { _ = try await vault.resolve(maxStale: .seconds(60)) }
            #expect(!error.isOutage)
            Self.goAway(vault)
            let old = try? await vault.resolve(maxStale: .seconds(60))
            #expect((old == nil) == isForgotten)
        }
    }

    @Test("the vault's own limit counts where it is shorter, and a limit that is no number is none")
    func limit() async throws {
        let clock = ManualClock()
        try await TestVault.with {
            $0.clock = clock
        } _: { vault in
            @Sendable func answer(_ limit: String) -> StubAnswer {
                .json(200, #"{"name":"github/pat","field":"value","version":1,"value":"v","max_stale":\#(limit)}"#)
            }
            vault.rules.change { $0.overrides["GET /v1/secrets/"] = answer("5") }
            _ = try await vault.resolve(maxStale: .seconds(60))
            Self.goAway(vault)
            clock.advance(by: .seconds(5))
            _ = try await vault.resolve(maxStale: .seconds(60))
            clock.advance(by: .seconds(1))
            _ = try await clientError { _ = try await vault.resolve(maxStale: .seconds(60)) }
            vault.rules.change { $0.overrides = ["GET /v1/secrets/": answer(#""5""#)] }
            let error = try await clientError { _ = try await vault.resolve() }
            #expect(error.code == .protocolViolation)
        }
    }

    @Test("less than no time is no time")
    func negative() async throws {
        try await TestVault.with { vault in
            let error = try await clientError { _ = try await vault.resolve(maxStale: .seconds(-1)) }
            #expect(error.code == .invalidRequest && vault.stub.requests.isEmpty)
        }
    }

    @Test("a value that the vault tells has changed is not used, and only who keeps values asks for changes")
    func changed() async throws {
        try await TestVault.with { vault in
            _ = try await vault.resolve()
            vault.rules.change {
                $0.changes = { line in
                    switch line {
                    case "GET /v1/changes?wait=0": .json(200, #"{"next":"a","changes":[],"reset":true}"#)
                    case "GET /v1/changes?wait=55&since=a":
                        .json(200, #"{"next":"b","changes":[{"secret":"github/pat","version":8}],"reset":false}"#)
                    default: .hang
                    }
                }
            }
            #expect(vault.stub.count("GET /v1/changes") == 0)
            _ = try await vault.resolve(maxStale: .seconds(60))
            // Asked with the cursor that came with the news: they were heard.
            try await vault.stub.received("GET /v1/changes?wait=55&since=b", times: 1)
            Self.goAway(vault)
            _ = try await clientError { _ = try await vault.resolve(maxStale: .seconds(60)) }
            #expect(vault.stub.count("GET /v1/changes?wait=0") == 1)
        }
    }

    @Test(
        "a refusal to say what changes ends what is kept, though no call met it",
        .timeLimit(.minutes(2)),
        arguments: [(403, "denied"), (503, "sealed"), (503, "restored_vault")]
    )
    func refusedChanges(status: Int, code: String) async throws {
        try await TestVault.with { vault in
            vault.rules.change { $0.changes = { _ in .error(status, code) } }
            _ = try await vault.resolve(maxStale: .seconds(600))
            Self.goAway(vault)
            // Ends when the refusal was heard.
            while (try? await vault.resolve(maxStale: .seconds(600))) != nil {}
            Self.comeBack(vault)
            _ = try await vault.resolve(maxStale: .seconds(600))
            Self.goAway(vault)
            // Nobody would say when it has to go.
            _ = try await clientError { _ = try await vault.resolve(maxStale: .seconds(600)) }
        }
    }

    @Test("an older vault, which tells no changes, leaves what is kept")
    func untold() async throws {
        try await TestVault.with { vault in
            vault.rules.change { $0.changes = { _ in .error(404, "not_found") } }
            _ = try await vault.resolve(maxStale: .seconds(600))
            try await vault.stub.received("GET /v1/changes", times: 1)
            Self.goAway(vault)
            for _ in 0..<20 { _ = try await vault.resolve(maxStale: .seconds(600)) }
        }
    }

    @Test("a value that was released while nobody followed yet, and taken back before the first answer, is not kept")
    func beforeTheFirstAnswer() async throws {
        try await TestVault.with { vault in
            // The vault cannot say what changes, and its answer comes when all has happened.
            vault.rules.change { $0.changes = { _ in .close } }
            _ = try await vault.resolve(maxStale: .seconds(600))
            Self.goAway(vault)
            _ = try await clientError { _ = try await vault.resolve(maxStale: .seconds(600)) }
        }
    }

    @Test("a call whose token was refused, and whose new one nobody issued, is served nothing: the last word was a no")
    func lastWord() async throws {
        try await TestVault.with { vault in
            _ = try await vault.resolve(maxStale: .seconds(600))
            vault.rules.change {
                $0.liveTokens = []
                $0.overrides["POST /v1/tokens"] = Self.away
            }
            for _ in 0..<2 {
                let error = try await clientError { _ = try await vault.resolve(maxStale: .seconds(600)) }
                #expect(error.code == .unavailable)
            }
        }
    }

    @Test(
        "a vault that is back and takes no reports yet leaves them waiting, and is asked for one of them at a time",
        arguments: [
            (503, "sealed"), (429, "rate_limited"), (503, "audit_unavailable"), (503, "restored_vault"),
            (503, "not_initialised"),
        ]
    )
    func reportsWait(status: Int, code: String) async throws {
        let failed = Locked<[WarderClientError.Code]>([])
        try await TestVault.with {
            $0.reportFailed = { error in failed.withLock { $0.append(error.code) } }
        } _: { vault in
            func call() async throws {
                let tool = "github/create_issue"
                try await vault.client.withCredential("github/pat", for: tool, maxStale: .seconds(600), { _ in })
            }
            try await call()
            vault.rules.change {
                $0.overrides["GET /v1/secrets/"] = Self.away
                $0.overrides["POST /v1/calls"] = .error(status, code)
            }
            for _ in 0..<3 { try await call() }
            vault.rules.change { $0.overrides["GET /v1/secrets/"] = nil }
            _ = try await vault.resolve(maxStale: .seconds(600))
            // That of the first call, and one for each call since at most.
            #expect(vault.stub.count("POST /v1/calls") <= 5)
            Self.comeBack(vault)
            // One that was on its way still ends as before, and the next call sends it again.
            let all = vault.stub.count("POST /v1/calls") + 3
            while vault.stub.count("POST /v1/calls") < all { _ = try await vault.resolve() }
            await vault.client.close()
            #expect(failed.withLock { $0 }.isEmpty)
        }
    }

    @Test("a late report whose token ended meanwhile goes out under a new one")
    func reportUnderNewToken() async throws {
        let failed = Locked<[WarderClientError.Code]>([])
        try await TestVault.with {
            $0.reportFailed = { error in failed.withLock { $0.append(error.code) } }
        } _: { vault in
            func call() async throws {
                let tool = "github/create_issue"
                try await vault.client.withCredential("github/pat", for: tool, maxStale: .seconds(600), { _ in })
            }
            try await call()
            vault.rules.change {
                $0.overrides["GET /v1/secrets/"] = Self.away
                $0.liveTokens = []
            }
            try await call()
            try await vault.stub.received("POST /v1/calls", times: 3)
            let tokens = vault.stub.requests.filter { $0.line == "POST /v1/calls" }.suffix(2).map(\.token)
            #expect(tokens[0] != tokens[1] && vault.rules.issued == 2)
            await vault.client.close()
            #expect(failed.withLock { $0 }.isEmpty)
        }
    }

    @Test("a value that its upstream refused is not used again")
    func refused() async throws {
        try await TestVault.with { vault in
            func call(_ body: (ResolvedSecret) throws -> Void) async throws {
                try await vault.client.withCredential(
                    "github/pat",
                    for: "github/create_issue",
                    maxStale: .seconds(60),
                    body
                )
            }
            try await call { _ in }
            Self.goAway(vault)
            // Refused, asked for again, and nobody is there.
            await #expect(throws: CredentialRefused.self) { try await call { _ in throw CredentialRefused() } }
            _ = try await clientError { try await call { _ in } }
        }
    }

    @Test("a newer version that its upstream refuses as well is not kept")
    func refusedTwice() async throws {
        try await TestVault.with { vault in
            await #expect(throws: CredentialRefused.self) {
                try await vault.client.withCredential(
                    "github/pat",
                    for: "github/create_issue",
                    maxStale: .seconds(60)
                ) { _ in
                    vault.rules.change { $0.version = 8 }
                    throw CredentialRefused()
                }
            }
            #expect(vault.stub.count("POST /v1/calls") == 2)
            Self.goAway(vault)
            _ = try await clientError { _ = try await vault.resolve(maxStale: .seconds(60)) }
        }
    }

    @Test("where the vault is back, the newer version that a refused call goes on with is kept in its place")
    func refusedWhileAway() async throws {
        try await TestVault.with { vault in
            let used = Locked<[UInt32]>([])
            func call(_ body: (ResolvedSecret) throws -> Void) async throws {
                try await vault.client.withCredential(
                    "github/pat",
                    for: "github/create_issue",
                    maxStale: .seconds(600)
                ) { secret in
                    used.withLock { $0.append(secret.version) }
                    try body(secret)
                }
            }
            try await call { _ in }
            for version: UInt32 in [8, 9] {
                // First refused as a kept value, then as one of now.
                if version == 8 { Self.goAway(vault) }
                try await call { secret in
                    guard secret.version < version else { return }
                    Self.comeBack(vault)
                    vault.rules.change { $0.version = Int(version) }
                    throw CredentialRefused()
                }
            }
            Self.goAway(vault)
            try await call { _ in }
            #expect(used.withLock { $0 } == [7, 7, 8, 8, 9, 9])
        }
    }

    @Test("its use is reported when the vault is back, under a new token and with its age, and nobody waits for that")
    func report() async throws {
        let clock = ManualClock()
        try await TestVault.with {
            $0.clock = clock
        } _: { vault in
            func call() async throws {
                try await vault.client.withCredential(
                    "github/pat",
                    for: "github/create_issue",
                    maxStale: .seconds(600),
                    { _ in }
                )
            }
            try await call()
            Self.goAway(vault)
            vault.rules.change { $0.liveTokens = [] }
            // Neither the kept token nor the kept value is as it was.
            clock.advance(by: .seconds(300))
            try await call()
            try await call()
            #expect(vault.stub.count("POST /v1/calls") == 1)
            Self.comeBack(vault)
            // The first may share the token that a report asked for while the vault was away.
            while (try? await vault.resolve()) == nil {}
            try await vault.stub.received("POST /v1/calls", times: 3)
            let reports = vault.stub.requests.filter { $0.line == "POST /v1/calls" }.dropFirst()
            #expect(reports.count == 2)
            for report in reports {
                #expect(report.body.contains(#""outcome":"ok""#), "\(report.body)")
                let note = #""changed":"used version 7 as the vault gave it 300 s before, while it was away""#
                #expect(report.body.contains(note), "\(report.body)")
                #expect(report.token.map { vault.rules.liveTokens.contains($0) } == true)
            }
        }
    }

    @Test(
        "a report that never reaches the vault is told: the oldest of too many, and the others when the client closes"
    )
    func lostReports() async throws {
        let lost = Locked<[WarderClientError.Code: Int]>([:])
        try await TestVault.with {
            $0.reportFailed = { error in lost.withLock { $0[error.code, default: 0] += 1 } }
        } _: { vault in
            func call() async throws {
                let tool = "github/create_issue"
                try await vault.client.withCredential("github/pat", for: tool, maxStale: .seconds(600), { _ in })
            }
            try await call()
            Self.goAway(vault)
            // No token is left for the reports either.
            vault.rules.change {
                $0.liveTokens = []
                $0.overrides["POST /v1/calls"] = Self.away
            }
            for _ in 0..<LateReports.maximum + 3 { try await call() }
            await vault.client.close()
            let count = lost.withLock { $0 }
            #expect(count.values.reduce(0, +) == LateReports.maximum + 3)
            #expect(count[.overloaded, default: 0] >= 2 && Set(count.keys).isSubset(of: [.overloaded, .closed]))
        }
    }

    @Test("what a late report says of the call fits into what the vault takes, whatever its letters")
    func longReport() async throws {
        let request = try SecretRequest(
            secret: "a",
            fields: ["value"],
            tool: "t",
            toolDigest: nil,
            arguments: try CallArguments(json: "{}"),
            context: CallContext(purpose: "p"),
            maxStale: .seconds(1)
        )
        let value = try SecretBytes(copying: [1])
        let secret = ResolvedSecret(request, version: 7, values: [value], token: nil, stale: .seconds(1))
        let said = CallReport(outcome: "ok", changed: String(repeating: "é", count: 400))
        let late = LateReport(said, on: secret, age: .milliseconds(1_600), traceparent: nil)
        let changed = try #require(late.report.changed)
        #expect(changed.hasPrefix("used version 7 as the vault gave it 2 s before, while it was away; éé"))
        #expect((499...500).contains(changed.utf8.count))
        // People were asked about the call, and are not asked about its report.
        #expect(!late.demand.isForOneCall)
    }

    @Test("a client that is closed keeps nothing")
    func closed() async throws {
        weak var bytes: SecretBytes?
        try await TestVault.with { vault in
            bytes = try await vault.resolve(maxStale: .seconds(60)).value
            #expect(bytes != nil)
            await vault.client.close()
            #expect(bytes == nil)
            let error = try await clientError { _ = try await vault.resolve(maxStale: .seconds(60)) }
            #expect(error.code == .closed)
        }
    }

    @Test("another process finds nothing of what was kept")
    func forked() async throws {
        let process = Locked<Int32>(1)
        let processID: @Sendable () -> Int32 = { process.withLock { $0 } }
        try await TestVault.with {
            $0.processID = processID
        } _: { vault in
            _ = try await vault.resolve(maxStale: .seconds(60))
            Self.goAway(vault)
            process.withLock { $0 = 2 }
            _ = try await clientError { _ = try await vault.resolve(maxStale: .seconds(60)) }
        }
    }
}

@Suite("The token of a call that got no value")
struct UnusedTokenTests {
    @Test("goes back before the call fails, so that what people said for it serves the next attempt")
    func returned() async throws {
        try await TestVault.with { vault in
            vault.rules.change { $0.overrides["GET /v1/secrets/"] = .error(503, "unavailable") }
            let arguments = try CallArguments(json: "{}")
            let error = try await clientError {
                _ = try await vault.client.resolve("github/pat", for: "t", arguments: arguments)
            }
            #expect(error.code == .unavailable)
            #expect(vault.stub.count("DELETE /v1/tokens/self") == 1)
            #expect(vault.rules.liveTokens.isEmpty)
        }
    }

    @Test("of calls that share it stays")
    func shared() async throws {
        try await TestVault.with { vault in
            vault.rules.change { $0.overrides["GET /v1/secrets/"] = .error(503, "unavailable") }
            _ = try await clientError { _ = try await vault.resolve() }
            #expect(vault.stub.count("DELETE /v1/tokens/self") == 0)
            #expect(vault.rules.liveTokens.count == 1)
        }
    }
}
