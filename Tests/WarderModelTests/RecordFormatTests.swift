import Foundation
import Testing
import WarderModel

/// docs/formats/records.md: nouns as they were stored once must decode for ever, and be written as they were.
@Suite struct RecordFormatTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Vectors/records-v1")

    /// Decodes a stored noun, hands it to `check`, and compares what is written now with what was stored.
    private func stored<Noun: Codable>(_ name: String, as type: Noun.Type, check: (Noun) throws -> Void) throws {
        let bytes = try Data(contentsOf: Self.folder.appending(path: name + ".json"))
        let noun = try JSONDecoder().decode(type, from: bytes)
        try check(noun)
        let written = try JSONSerialization.jsonObject(with: JSONEncoder().encode(noun)) as? NSDictionary
        let read = try JSONSerialization.jsonObject(with: bytes) as? NSDictionary
        #expect(written != nil && written == read, "\(name)")

        // What a later version adds is ignored by an earlier one.
        var later = String(decoding: bytes, as: UTF8.self)
        let brace = try #require(later.firstIndex(of: "{"))
        later.insert(contentsOf: #""added later": [1],"#, at: later.index(after: brace))
        try check(JSONDecoder().decode(type, from: Data(later.utf8)))
    }

    @Test func `a secret with every property`() throws {
        try stored("secret", as: Secret.self) { secret in
            #expect(secret.id.description == "0f0e0d0c0b0a09080706050403020100")
            #expect(secret.name.text == "github/pat")
            #expect(secret.owner?.text == "Ada Lovelace")
            #expect(secret.labels.mapValues(\.text) == ["env": "production", "team": "Größe"])
            #expect(secret.expires?.description == "2027-01-31T00:00:00.000Z")
            #expect(secret.created.description == "2026-11-21T09:30:00.000Z")
            #expect(secret.deleted?.description == "2026-11-22T09:30:00.000Z")
            #expect(secret.nextNumber == 6)
            #expect(secret.versions.map(\.number) == [1, 2, 3, 4, 5])
            #expect(secret.versions.map(\.state) == [.destroyed, .retired, .previous, .current, .pending])
            #expect(secret.versions[0].destroyed?.description == "2026-11-21T09:35:00.000Z")
            #expect(secret.versions[3].fields.map(\.text) == ["user", "value"])
            #expect(secret.versions[3].createdBy.text == "ada")
        }
    }

    @Test func `a secret with nothing optional`() throws {
        try stored("secret-bare", as: Secret.self) { secret in
            #expect(secret.owner == nil)
            #expect(secret.labels.isEmpty)
            #expect(secret.versions.isEmpty)
            #expect(secret.nextNumber == 1)
        }
    }

    @Test func `a server in quarantine, with every selector`() throws {
        try stored("server", as: Server.self) { server in
            #expect(server.name.text == "github")
            #expect(server.owner?.text == "Platform team")
            #expect(
                server.selectors
                    == Selectors(
                        uid: 1001,
                        gid: 1002,
                        group: 1003,
                        unit: "mcp-github.service",
                        executable: "/usr/bin/mcp-github",
                        executableSHA256: String(repeating: "ab", count: 32)
                    )
            )
            #expect(server.quarantine?.by?.text == "ada")
            #expect(server.quarantine?.reason?.text == "unexpected executable")
        }
    }

    @Test func `a server with one selector`() throws {
        try stored("server-bare", as: Server.self) { server in
            #expect(server.selectors == Selectors(uid: 0))
            #expect(server.quarantine == nil)
        }
    }

    @Test func `a tool`() throws {
        try stored("tool", as: Tool.self) { tool in
            #expect(tool.name.text == "github/create_issue")
            #expect(tool.risk == .sideEffect)
            #expect(tool.category == .administrative)
            #expect(tool.text?.text == "Creates an issue")
            #expect(tool.expectedOutputs?.text == "the issue's number")
            #expect(tool.definitionDigest == String(repeating: "0c", count: 32))
        }
    }

    @Test func `a tool that was imported`() throws {
        try stored("tool-imported", as: Tool.self) { tool in
            #expect(tool.pin == .whenPresented)
            #expect(tool.acceptance?.by.text == "ada" && tool.acceptance?.reason == nil)
            #expect(tool.offer?.digest == String(repeating: "0d", count: 32))
            #expect(tool.gone == tool.offer?.since && tool.lastUse == tool.gone)
            #expect(tool.decision?.reason?.text == "only looks")
            #expect(tool.permissions?.map(\.text) == ["ping:read"])
        }
    }

    @Test func `what a tool says of itself`() throws {
        try stored("definition", as: Definition.self) { definition in
            #expect(definition.tool.text == "github/ping")
            #expect(definition.accepted?.canonical == #"{"inputSchema":{"type":"object"},"name":"ping"}"#)
            #expect(definition.accepted?.proposal.risk == .sideEffect && definition.accepted?.scopes == nil)
            #expect(definition.offered?.scopes?.map { $0.map(\.text) } == [["ping:read", "ping:write"], ["admin"]])
            #expect(definition.offered?.text?.text == "Ping")
        }
    }

    @Test func `a grant`() throws {
        try stored("grant", as: Grant.self) { grant in
            #expect(grant.tool.text == "github/create_issue")
            #expect(grant.secret.text == "github/pat")
            #expect(grant.fields.map(\.text) == ["user", "value"])
            #expect(grant.lifetime == 300)
            #expect(grant.uses == 5)
            #expect(grant.approval == .byClass)
            #expect(grant.minimumAttestation == .starttime)
            #expect(grant.expires?.description == "2027-01-31T00:00:00.000Z")
        }
    }

    @Test func `an operator with one role and a passphrase`() throws {
        try stored("operator", as: Operator.self) { person in
            #expect(person.name.text == "ada")
            #expect(person.uid == 1000)
            #expect(person.roles == [.admin])
            #expect(person.groups == ["team-lead"])
            #expect(
                person.presence
                    == PresenceVerifier(
                        salt: Array(0...15),
                        passes: 3,
                        memoryBytes: 268_435_456,
                        hash: Array(100...131)
                    )
            )
        }
    }

    @Test func `an operator's roles decode in any order, and an unknown one does not`() throws {
        let text = try String(contentsOf: Self.folder.appending(path: "operator.json"), encoding: .utf8)
        func decode(_ roles: String) throws -> Operator {
            let other = text.replacing(#"["admin"]"#, with: roles)
            #expect(other != text)
            return try JSONDecoder().decode(Operator.self, from: Data(other.utf8))
        }
        #expect(try decode(#"["reader","auditor","rotator"]"#).roles == [.reader, .auditor, .rotator])
        #expect(throws: (any Error).self) { try decode(#"["root"]"#) }
    }

    @Test func `an origin that was released`() throws {
        try stored("origin", as: LogOrigin.self) { origin in
            #expect(origin.number == 2 && origin.first == 4712)
            #expect(origin.previous.leaf?.hasPrefix("2021") == true && origin.previous.root?.hasPrefix("4041") == true)
            #expect(origin.backup.header.hasPrefix("0001"))
            #expect(origin.released?.by.text == "ada")
            #expect(origin.isCoherent)
        }
    }

    @Test func `which version a server received`() throws {
        try stored("consumer", as: Consumer.self) { consumer in
            #expect(consumer.secret.text == "app/db" && consumer.server.text == "github")
            #expect(consumer.version == 7)
            #expect(consumer.lastSeen == consumer.since.adding(seconds: 3600))
        }
    }

    @Test func `an approval with everything that can be said to one`() throws {
        try stored("approval", as: Approval.self) { approval in
            #expect(approval.name.text == ApprovalID(approval.id).text && approval.name.text.hasPrefix("apr_"))
            #expect(approval.subject.tool.text == "shop/refund" && approval.subject.uid == 2000)
            #expect(approval.subject.arguments == #"{"amount":5}"#)
            #expect(approval.subject.terms.description == "owner and security")
            #expect(approval.subject.releases.map(\.version) == [3])
            #expect(approval.votes.map(\.name.text) == ["olga"])
            #expect(approval.breakGlass?.reason?.text == "outage" && approval.denial?.reason == nil)
            #expect(!approval.awaitsReview && approval.used != nil && approval.voided != nil)
        }
    }

    @Test func `whose votes a class needs`() throws {
        try stored("approval_rule", as: ApprovalRule.self) { rule in
            #expect(rule.scope.text == "shop/critical/financial")
            #expect(rule.terms.description == "owner and security (2)")
        }
    }

    @Test func `a yes in advance`() throws {
        try stored("standing_approval", as: StandingApproval.self) { standing in
            #expect(standing.name.text.hasPrefix("sta_") && standing.tool?.text == "refund")
            #expect(standing.remaining == 7 && standing.uses == 20)
            #expect(standing.holds(at: standing.made) && !standing.holds(at: standing.expires))
            #expect(standing.basis.map(\.terms.description) == ["owner and security"] && standing.uid == 1000)
            #expect(standing.basis[0].risk == .critical && standing.basis[0].category == .financial)
            #expect(!standing.isForgotten(at: standing.expires))
        }
    }

    @Test func `a yes in advance for a whole server`() throws {
        try stored("standing_approval-server", as: StandingApproval.self) { standing in
            #expect(standing.tool == nil && standing.basis.count == 2)
            #expect(standing.members?.map(\.risk) == [.critical, .sideEffect])
            #expect(standing.members?.map(\.acceptedDigest) == [String(repeating: "0c", count: 32), nil])
        }
    }

    @Test func `a limit of a server, and a general one that is none`() throws {
        try stored("limit", as: RateLimit.self) { limit in
            #expect(limit.server?.text == "github" && limit.risk == .critical)
            #expect(limit.perMinute == 5 && limit.changedBy.text == "ada")
            #expect(limit.changed.description == "2026-11-21T09:30:00.000Z")
        }
        try stored("limit-bare", as: RateLimit.self) { limit in
            #expect(limit.scope == RateLimit.Scope(server: nil, risk: .readOnly))
            #expect(limit.perMinute == nil)
        }
    }

    @Test func `a version's author is a person, or a rotation`() throws {
        let stored = ["ada", "rotation:0f0e0d0c0b0a09080706050403020109"]
        let authors = try JSONDecoder().decode([VersionAuthor].self, from: JSONEncoder().encode(stored))
        #expect(authors.map(\.text) == stored)
        #expect(authors[0] == .person(try OperatorName("ada")))
        #expect(throws: (any Error).self) {
            try JSONDecoder().decode([VersionAuthor].self, from: Data(#"["rotation:"]"#.utf8))
        }
    }

    @Test func `every kind of record has a stored example`() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        for kind in RecordKind.allCases { #expect(files.contains("\(kind.rawValue).json"), "\(kind.rawValue)") }
    }
}
