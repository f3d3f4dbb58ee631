import Foundation
import Glibc
import Testing
import WarderCore
import WarderModel
import WarderTesting

@testable import WarderHTTP

/// Looking for a value over a real socket.
@Suite struct LeakRouteTests {
    private static let canary = "canary-7f3e9a-leaked"

    private static func kit() async throws -> TestVault {
        let kit = try await TestVault(profile: .singleUser, uid: geteuid())
        try await kit.mustPut("github/pat", canary)
        return kit
    }

    private static func lines(_ answer: RawClient.Answer) throws -> [Node] {
        try answer.text.split(separator: "\n").map { try Node(json: Array($0.utf8)) }
    }

    @Test("a value is found as text and in base64, and stands in no answer, event or error")
    func found() async throws {
        let kit = try await Self.kit()
        try await TestServer.with(kit) { server in
            let client = { try server.connect(.operator) }
            let base64 = Data(Self.canary.utf8).base64EncodedString()
            for body in [#"{"value":"\#(Self.canary)"}"#, #"{"value_base64":"\#(base64)"}"#] {
                let answer = try client().ask("POST", "/v1/audit/find-leak", body: body)
                #expect(answer.status == 200)
                let lines = try Self.lines(answer)
                #expect(lines.compactMap { $0["match"]?["secret"]?.text } == ["github/pat"])
                #expect(lines.last?["report"]?["found"]?.bool == true)
                #expect(!answer.text.contains(Self.canary))
            }
            let both = #"{"value":"\#(Self.canary)","value_base64":"\#(base64)"}"#
            for body in [both, "{}", #"{"value":""}"#, #"{"value_base64":"?\#(Self.canary)"}"#] {
                let answer = try client().ask("POST", "/v1/audit/find-leak", body: body)
                #expect(answer.status == 400)
                #expect(!answer.text.contains(Self.canary))
            }
            let events = try kit.events().map { String(decoding: $0.canonical, as: UTF8.self) }
            #expect(events.count { $0.contains("audit.find_leak") } == 2)
            #expect(!events.contains { $0.contains(Self.canary) || $0.contains(base64) })
        }
    }

    @Test("the sixth within half a minute is refused, with the time to wait")
    func throttled() async throws {
        try await TestServer.with(try await Self.kit()) { server in
            let answers = try (0..<6).map { _ in
                try server.connect(.operator).ask("POST", "/v1/audit/find-leak", body: #"{"value":"guess"}"#)
            }
            #expect(answers.map(\.status) == [200, 200, 200, 200, 200, 429])
            let body = try Node(json: try #require(answers.last).body)
            #expect(body["error"]?["reason"]?.text == "throttled")
        }
    }

    @Test("who is no auditor is refused before anything is looked at")
    func role() async throws {
        let kit = try await TestVault(profile: .team, uid: geteuid())
        try await TestServer.with(kit) { server in
            let answer = try server.connect(.operator).ask(
                "POST",
                "/v1/audit/find-leak",
                body: #"{"value":"guess"}"#
            )
            #expect(answer.status == 403)
            #expect(try kit.vault.store.lastSequence() == kit.vault.sequence)
            #expect(!answer.text.contains("report"))
        }
    }
}
