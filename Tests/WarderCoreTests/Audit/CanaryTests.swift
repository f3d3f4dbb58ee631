import Foundation
import SecretMemory
import Testing
import WarderModel
import WarderStoreSQLite
import WarderTesting

@testable import WarderCore

/// What must not be known is planted, everything is done with it that can be done, and then it is looked for.
@Suite struct CanaryTests {
    private static let value = "canary-value-7d1f9a"
    private static let arguments = #"{"query":"canary-arguments-3b7e"}"#

    @Test("neither values nor passphrases nor tokens nor arguments are in the log or on the disk")
    func nowhere() async throws {
        let kit = try await TestVault(profile: .singleUser)
        try await kit.mustPut("notes/api", fields: ["value": Self.value, "canary-field": "x"], owner: "planted-owner")
        try await kit.mustAddServer("notes")
        try await kit.mustAddTool("notes/search")
        try await kit.mustGrant("notes/search", "notes/api", fields: ["value", "canary-field"])
        _ = try await kit.provePresence().get()
        _ = try await kit.provePresence(with: "canary-wrong-passphrase").refusal
        let proof = try await kit.provePresence().get()
        _ = try await kit.vault.perform(
            Secrets.reveal(
                try SecretName("notes/api"),
                field: .value,
                version: nil,
                by: kit.caller(kit.ada, .operator, proof: proof)
            )
        )
        let token = HeldToken(
            try await kit.vault.perform(
                Tokens.issue(try kit.demand(arguments: Self.arguments), by: kit.server(.synthetic()))
            ).get()
        )
        let text = try #require(token.issued.text).text
        #expect(try await kit.mustResolve(with: token) == Self.value)
        _ = await kit.refusal(of: try kit.resolve(with: token, by: .synthetic(pid: 1)))
        try await kit.seal()
        _ = try await kit.unseal(with: "canary-wrong-passphrase").refusal
        try await kit.unseal().get()

        let log = try kit.events().flatMap(\.canonical)
        try kit.database.maintain()
        let secrets = [
            Self.value, TestVault.passphrase, "canary-wrong-passphrase", text, "canary-arguments-3b7e", proof,
        ]
        for secret in secrets {
            for spelling in Self.spellings(of: secret) {
                #expect(log.firstRange(of: spelling) == nil)
                #expect(try !kit.directory.holds(spelling))
            }
        }
        // The searches find what is there: names in the opened log, and a canary of this test's own on the disk.
        #expect(log.firstRange(of: Array("canary-field".utf8)) != nil)
        #expect(try !kit.directory.holds(Array("canary-field".utf8)), "names are sealed as well")
        #expect(try !kit.directory.holds(Array("planted-owner".utf8)))
        try Data("second-canary".utf8).write(to: URL(filePath: kit.directory.file("vault.db-canary")))
        #expect(try kit.directory.holds(Array("second-canary".utf8)))
    }

    @Test("arguments are in the log as a keyed digest: the same for the same, and not the plain hash")
    func argumentsDigest() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        func digest(_ arguments: String?) async throws -> String? {
            _ = try await kit.vault.perform(
                Tokens.issue(try kit.demand(arguments: arguments), by: kit.server(.synthetic()))
            )
            return try kit.lastEvent().argumentsDigest
        }
        let first = try #require(try await digest(#"{"a":1}"#))
        #expect(try await digest(#"{"a":1}"#) == first)
        #expect(try await digest(#"{"a":2}"#) != first)
        #expect(try await digest(nil) == nil)
        #expect(first.utf8.count == 64)

        let other = try await TestVault()
        try await other.mustSetUpNotes()
        _ = try await other.vault.perform(
            Tokens.issue(try other.demand(arguments: #"{"a":1}"#), by: other.server(.synthetic()))
        )
        #expect(try other.lastEvent().argumentsDigest != first, "another vault has another key")
    }

    @Test("what holds a value does not say it when it is printed")
    func printing() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        try await kit.mustPut("notes/api", Self.value)
        let token = try await kit.mustIssue()
        let resolved = try await kit.vault.perform(kit.resolve(with: token))
        let text = try #require(token.issued.text).text
        var dumped = ""
        dump(resolved, to: &dumped)
        dump(token, to: &dumped)
        dump(try kit.draft(["value": Self.value]), to: &dumped)
        let printed = "\(resolved) \(token.issued) \(String(reflecting: resolved)) \(dumped)"
        #expect(!printed.contains(Self.value) && !printed.contains(text))
        #expect(printed.contains("notes/api"))
    }

    private static func spellings(of text: String) -> [[UInt8]] {
        let bytes = Array(text.utf8)
        return [
            bytes, Array(Data(bytes).base64EncodedString().utf8.prefix(while: { $0 != UInt8(ascii: "=") }).dropLast()),
            Array(Hex.encode(bytes).utf8),
        ]
    }
}
