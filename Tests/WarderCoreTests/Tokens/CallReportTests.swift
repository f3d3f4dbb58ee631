import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// What servers tell of a call when it is over.
@Suite struct CallReportTests {
    private static let outcome = CallOutcome(kind: .ok, durationMilliseconds: 12, outputsDigest: nil, changed: nil)

    private func report(_ kit: TestVault, _ token: HeldToken, by peer: Peer = .synthetic()) -> Command<Void> {
        Tokens.report(Self.outcome, with: token.presented, by: kit.server(peer))
    }

    @Test("a call that went well is reported with the token that it used")
    func inTime() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let token = try await kit.mustIssue()
        try await kit.vault.perform(report(kit, token))
        let event = try kit.lastEvent()
        #expect(event.line == "call.report" && event.token == token.issued.accessor.text)
        #expect(event.changes == ["outcome=ok", "call_ms=12"])
    }

    @Test("a request to an upstream is told with its method, place and status, and nothing else fits into it")
    func upstream() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let token = try await kit.mustIssue()
        for (status, text) in [(200, "GET api.example.org:8443 200"), (nil, "GET api.example.org:8443 -")]
            as [(Int?, String)]
        {
            var outcome = Self.outcome
            outcome.upstream = UpstreamUse(method: "GET", host: "api.example.org:8443", status: status)
            try await kit.vault.perform(Tokens.report(outcome, with: token.presented, by: kit.server(.synthetic())))
            #expect(try kit.lastEvent().changes == ["outcome=ok", "call_ms=12", "upstream=\(text)"])
        }
        for (method, host, status) in [
            ("", "x", 200), ("get", "x", 200), ("GET x", "x", 200), ("GET", "", 200), ("GET", "a b", 200),
            ("GET", "a\nb", 200),
            ("GET", "é", 200), ("GET", String(repeating: "x", count: 301), 200), ("GET", "x", 99), ("GET", "x", 600),
        ] {
            #expect(UpstreamUse(method: method, host: host, status: status) == nil)
        }
    }

    @Test("a call that outlived its token is reported for an hour, and the token does nothing else")
    func late() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let token = try await kit.mustIssue(lifetime: 60)
        kit.clock.advance(seconds: 60 + 3599)
        kit.vault.dropEndedTokens()
        try await kit.vault.perform(report(kit, token))
        #expect(try kit.lastEvent().changes == ["outcome=ok", "call_ms=12", "late=3599s"])
        #expect(await kit.refusal(of: try kit.resolve(with: token)) == .tokenExpired)
        let renew = Tokens.renew(token.presented, by: kit.server(.synthetic()))
        #expect(await kit.refusal(of: renew) == .tokenExpired)
        kit.clock.advance(seconds: 1)
        #expect(await kit.refusal(of: report(kit, token)) == .tokenExpired)
        kit.vault.dropEndedTokens()
        #expect(await kit.refusal(of: report(kit, token)) == .tokenUnknown)
    }

    @Test("another process cannot report with a token, ended or not")
    func anotherProcess() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let token = try await kit.mustIssue(lifetime: 60)
        let other = report(kit, token, by: .synthetic(pid: 1))
        #expect(await kit.refusal(of: other) == .tokenOfAnotherProcess)
        kit.clock.advance(seconds: 60)
        #expect(await kit.refusal(of: other) == .tokenOfAnotherProcess)
    }

    @Test("a token that was taken away reports nothing, and an ended one is not counted among those taken away")
    func quarantined() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let ended = try await kit.mustIssue(lifetime: 60)
        kit.clock.advance(seconds: 60)
        let living = try await kit.mustIssue()
        let came = try await kit.vault.perform(Servers.quarantine(try ServerName("notes"), reason: nil, by: kit.admin))
        #expect(came.revoked == 1)
        for token in [ended, living] { #expect(await kit.refusal(of: report(kit, token)) == .tokenUnknown) }
    }
}
