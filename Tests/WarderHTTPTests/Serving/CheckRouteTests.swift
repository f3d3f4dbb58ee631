import Glibc
import Testing
import WarderCore
import WarderModel
import WarderTesting

@testable import WarderHTTP

/// Deep checks and salvage over a real socket.
@Suite struct CheckRouteTests {
    /// A vault of this process with two versions of a secret, and binary content.
    private static func kit() async throws -> TestVault {
        let kit = try await TestVault(profile: .singleUser, uid: geteuid())
        try await kit.mustPut("github/pat", "first")
        try await kit.mustPut("github/pat", "t0p-two")
        return kit
    }

    @Test("a sound vault is called sound, and the check is an event")
    func sound() async throws {
        let kit = try await Self.kit()
        try await TestServer.with(kit) { server in
            let answer = try server.connect(.operator).ask("POST", "/v1/sys/check")
            #expect(answer.status == 200)
            let line = try #require(answer.text.split(separator: "\n").last)
            let last = try Node(json: Array(line.utf8))
            #expect(last["report"]?["verdict"]?.text == "sound")
            #expect(last["report"]?["good"]?["values"]?.int == 2)
            #expect(try kit.lastEvent().type == "doctor.deep")
            #expect(!answer.text.contains("t0p-two"))
        }
    }

    @Test("salvage hands over every version, the current one last, to a person alone")
    func salvage() async throws {
        let kit = try await Self.kit()
        try await TestServer.with(kit) { server in
            let refused = try server.connect(.operator).ask("POST", "/v1/sys/salvage")
            #expect(refused.status == 403)
            #expect(!refused.text.contains("t0p-two"))
            let client = try server.connect(.operator)
            let passphrase = #"{"passphrase":"\#(TestVault.passphrase)"}"#
            let proof = try Node(json: client.ask("POST", "/v1/presence", body: passphrase).body)["proof"]?.text
            let presence = ["Warder-Presence": try #require(proof)]
            let answer = try client.ask("POST", "/v1/sys/salvage", presence)
            let lines = try answer.text.split(separator: "\n").map { try Node(json: Array($0.utf8)) }
            let values = lines.compactMap { $0["version"]?["fields"]?["value"]?.text }
            #expect(values == ["first", "t0p-two"])
            #expect(lines.last?["outcome"]?["saved"]?.int == 2)
            #expect(try kit.lastEvent().type == "secret.salvage")
        }
    }

    @Test("one walk through the database at a time, and each gives its place back")
    func oneAtATime() async throws {
        let walks = WaitingCount(atMost: 1)
        let outcomes = [walks.enter(), walks.enter()]
        walks.leave()
        #expect(outcomes + [walks.enter()] == [true, false, true])
        try await TestServer.with(try await Self.kit()) { server in
            let statuses = try (0..<3).map { _ in
                try server.connect(.operator).ask("POST", "/v1/sys/check").status
            }
            #expect(statuses == [200, 200, 200])
        }
    }
}
