import Glibc
import Testing
import TransparencyLog
import WarderCore
import WarderModel
import WarderTesting

@testable import WarderHTTP

/// Reading the log over the wire.
@Suite struct LogRouteTests {
    private static func with(_ body: (TestServer, RawClient) async throws -> Void) async throws {
        try await TestServer.with(try await TestVault(profile: .singleUser, uid: geteuid())) { server in
            try await server.mustBeNotes()
            try await body(server, server.connect(.operator))
        }
    }

    private static func numbers(_ answer: RawClient.Answer) throws -> [Int] {
        try Node(json: answer.body)["events"]?.list.compactMap { $0["seq"]?.int } ?? []
    }

    @Test("pages follow each other by scanned_to")
    func pages() async throws {
        try await Self.with { server, client in
            let first = try client.ask("GET", "/v1/audit/events?limit=2")
            #expect(try Self.numbers(first) == [1, 2])
            let end = try #require(try Node(json: first.body)["scanned_to"]?.int)
            #expect(try Self.numbers(client.ask("GET", "/v1/audit/events?limit=2&after=\(end)")) == [3, 4])
            let newest = try client.ask("GET", "/v1/audit/events?limit=3&newest=true")
            let own = Int(server.kit.vault.sequence)
            #expect(try Self.numbers(newest) == [own, own - 1, own - 2])
        }
    }

    @Test(
        "parameters that make no sense are refused",
        arguments: [
            "after=-1", "after=x", "after=9223372036854775808", "limit=0", "limit=1001", "limit=1&limit=2",
            "newest=yes",
            "wait=56", "wait=-1", "since=yesterday", "until=2026-13-01", "since=2026-01-01&since=2026-01-02",
            "since=2026-02-01&until=2026-01-01", "nothing=1", "peer=1", "type",
        ]
    )
    func refused(_ query: String) async throws {
        try await Self.with { server, client in
            let before = server.kit.vault.sequence
            let answer = try client.ask("GET", "/v1/audit/events?\(query)")
            #expect(answer.status == 400)
            #expect(server.kit.vault.sequence == before)
        }
    }

    @Test("the last number there is is no trap")
    func lastNumber() async throws {
        try await Self.with { _, client in
            let answer = try client.ask("GET", "/v1/audit/events?after=9223372036854775807")
            #expect(answer.status == 200)
            #expect(try Self.numbers(answer).isEmpty)
            #expect(try client.ask("GET", "/v1/audit/events?after=9223372036854775807&newest=true").status == 200)
        }
    }

    @Test("an export has every line up to the event that records it, and ends the connection")
    func export() async throws {
        try await Self.with { server, client in
            let answer = try client.ask("GET", "/v1/audit/export")
            let lines = answer.text.split(separator: "\n").map { Array($0.utf8) }
            #expect(answer["content-type"] == "application/jsonl")
            let events = try server.kit.events()
            #expect(lines == events.map(\.canonical))
            #expect(events.last?.type == "audit.export")
            #expect(try client.isAtEnd())
        }
    }

    @Test("an export of what is asked for has that and nothing else")
    func filtered() async throws {
        try await Self.with { server, client in
            let answer = try client.ask("GET", "/v1/audit/export?type=grant.add")
            let events = try answer.text.split(separator: "\n").map { try LoggedEvent(Array($0.utf8)) }
            #expect(events.map(\.type) == ["grant.add"])
        }
    }

    @Test("an export as evidence ends with what the vault signs of it")
    func evidence() async throws {
        try await Self.with { server, client in
            let answer = try client.ask("GET", "/v1/audit/export?evidence=true&type=grant.add")
            var lines = answer.text.split(separator: "\n").map { Array($0.utf8) }
            let last = lines.popLast()
            let signed = try Node(json: try #require(last))["manifest"]?.text
            let note = try #require(signed)
            let foundation = try #require(server.kit.vault.foundation)
            let key = try LogSigner.key(of: foundation, origin: foundation.vault)
            var verifier = LogVerifier(
                keys: KeyChain(pinned: key),
                evidence: LogEvidence(checkpoint: Array(note.utf8), isManifest: true)
            )
            verifier.update(lines.flatMap { $0 + [0x0A] })
            let verdict = verifier.finish()
            #expect(verdict.isSound && verdict.provenUpTo == server.kit.vault.sequence && verdict.shown == 1)
            #expect(verdict.manifest?.filter == "type=grant.add")
        }
    }

    @Test("a log of many chunks is exported whole")
    func long() async throws {
        try await Self.with { server, _ in
            await server.kit.holdWriter()
            let pending = (0..<3000).map { _ in
                server.kit.submit(Secrets.list(by: server.kit.admin))
            }
            server.kit.letGo()
            for one in pending { _ = await one.outcome }
            // Connects now: a connection that says nothing for seconds is closed, and a busy machine needs them for the
            // events.
            let answer = try server.connect(.operator).ask("GET", "/v1/audit/export")
            let numbers = try answer.text.split(separator: "\n").map { try LoggedEvent(Array($0.utf8)).sequence }
            let isWhole = numbers == Array(1...server.kit.vault.sequence)
            #expect(isWhole, "\(numbers.count) of \(server.kit.vault.sequence)")
        }
    }

    @Test("a tail waits for the next event, and leaves no event of its own for each look")
    func tail() async throws {
        try await Self.with { server, client in
            let begin = try Node(json: client.ask("GET", "/v1/audit/events?type=secret.put").body)
            let end = try #require(begin["scanned_to"]?.int)
            try client.send(RawClient.request("GET", "/v1/audit/events?type=secret.put&after=\(end)&wait=55"))
            let before = server.kit.vault.sequence
            try await server.kit.mustPut("a/b")
            let answer = try client.receive()
            #expect(try Node(json: answer.body)["events"]?.list.map { $0["secret"]?.text } == ["a/b"])
            #expect(server.kit.vault.sequence == before + 1)
        }
    }

    @Test("who has not begun to follow the log does not wait: that look is an event, and finds itself")
    func notBegun() async throws {
        try await Self.with { server, client in
            let last = server.kit.vault.sequence
            let answer = try client.ask("GET", "/v1/audit/events?after=\(last)&wait=55")
            #expect(try Self.numbers(answer) == [Int(last) + 1])
        }
    }

    @Test("only an auditor reads the log")
    func role() async throws {
        try await TestServer.with { server in
            let client = try server.connect(.operator)
            #expect(try client.ask("GET", "/v1/audit/events").status == 403)
            #expect(try server.connect(.operator).ask("GET", "/v1/audit/export").status == 403)
            #expect(
                try server.kit.events().suffix(2).map(\.line) == [
                    "audit.search: role_missing", "audit.export: role_missing",
                ]
            )
        }
    }
}
