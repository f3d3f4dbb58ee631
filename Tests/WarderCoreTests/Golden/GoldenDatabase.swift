import Foundation
import Sealing
import SecretMemory
import SecretShares
import Testing
import WarderModel
import WarderStoreSQLite
import WarderTesting

@testable import WarderCore

/// One of the databases in `Tests/Vectors/database-v1` and so on: made by the release that brought its schema, and
/// kept.
struct GoldenDatabase {
    /// What opens it, and what it holds.
    struct Story: Codable {
        /// The release that made it.
        var program: String
        var passphrase: String
        /// Any two of them open it as well.
        var shares: [String]
        var contents: GoldenContents
    }

    private static let vectors = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Vectors")

    let schema: Int
    private let folder: URL

    /// `parent`: where it lies, when not among the vectors.
    init(schema: Int, in parent: URL = Self.vectors) {
        self.schema = schema
        folder = parent.appending(path: "database-v\(schema)")
    }

    var file: String { folder.appending(path: "vault.db").path }
    private var storyFile: URL { folder.appending(path: "contents.json") }

    func story() throws -> Story { try JSONDecoder().decode(Story.self, from: Data(contentsOf: storyFile)) }

    /// A copy of it, opened by this program.
    func open(migrations: [Migration] = Migration.all) throws -> TestVault {
        try TestVault(copyOf: file, migrations: migrations)
    }

    // MARK: Making one

    /// Writes the database of this program's own schema, and what is in it, where there is none yet.
    func write() async throws {
        guard !FileManager.default.fileExists(atPath: file) else { throw TestFailure("there is one: \(file)") }
        let kit = try await TestVault()
        let made = try kit.vault.prepareShares(threshold: 2, count: 3)
        _ = try await kit.vault.perform(Keys.add(made.prepared, by: kit.admin))
        try await Self.furnish(kit)
        try await kit.seal()
        // Two refusals wait in the inbox.
        for _ in 0..<2 { _ = try await kit.unseal(with: "not the passphrase") }
        kit.database.close()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(contentsOf: URL(filePath: kit.directory.file("vault.db"))).write(to: URL(filePath: file))

        let copy = try open()
        try await copy.unseal().get()
        let story = Story(
            program: Release.version,
            passphrase: TestVault.passphrase,
            shares: try made.shares.map { try $0.text().text },
            contents: try GoldenContents(of: copy)
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try (encoder.encode(story) + Data("\n".utf8)).write(to: storyFile)
    }

    /// Something in every table, and in every state that there is.
    private static func furnish(_ kit: TestVault) async throws {
        let api = try SecretName("notes/api")
        for number in 1...4 { try await kit.mustPut("notes/api", "value \(number)") }
        _ = try await kit.vault.perform(Secrets.destroy(api, version: 1, by: kit.admin))
        _ = try await kit.vault.perform(Secrets.rollback(api, by: kit.admin))
        try await kit.mustPut("notes/api", "value 5", pending: true)
        try await kit.mustPut("db/main", fields: ["user": "ada", "password": "hunter2"], owner: "team data")
        try await kit.mustPut("mail/key", "Grüße aus der Post")
        _ = try await kit.vault.perform(Secrets.delete(try SecretName("mail/key"), by: kit.admin))
        try await kit.mustAddServer("notes", Selectors(uid: 2000))
        try await kit.mustAddServer("mail", Selectors(uid: 3000, executable: "/usr/bin/mail-server"))
        try await kit.mustAddTool("notes/search")
        try await kit.mustAddTool("mail/send", risk: .sideEffect)
        try await kit.mustGrant("notes/search", "notes/api")
        try await kit.mustGrant("notes/search", "db/main", fields: ["password", "user"], uses: 3)
        try await kit.mustAddOperator("bob", uid: 1001, roles: [.reader, .auditor])
        let token = try await kit.mustIssue()
        guard try await kit.mustResolve(with: token) == "value 3" else { throw TestFailure("another value") }
        _ = try await kit.vault.perform(Servers.quarantine(try ServerName("mail"), reason: nil, by: kit.admin))
    }
}
