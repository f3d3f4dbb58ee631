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
            #expect(server.quarantine?.by.text == "ada")
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

    @Test func `every kind of record has a stored example`() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        for kind in RecordKind.allCases { #expect(files.contains("\(kind.rawValue).json"), "\(kind.rawValue)") }
    }
}
