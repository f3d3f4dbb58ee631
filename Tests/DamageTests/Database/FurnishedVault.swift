import Foundation
import GRDB
import Sealing
import WarderCore
import WarderCrypto
import WarderModel
import WarderTesting

/// The database file of a vault with a history, as a daemon leaves it, and files of the same vault from earlier: a restore
/// and its release, rotated and rolled back secrets, a destroyed version, a grant and a server that went and came again,
/// a quarantine, a log that was signed with two keys and has hashes of its tree, all that people can agree about calls, a key slot that was removed, events of the time when it was
/// sealed.
final class FurnishedVault: Sendable {
    /// What a server's process may ask for, whether it gets it or not.
    struct Question: Sendable {
        let tool: String
        let secret: String
        let field: String
        let uid: UInt32
        /// What it gets; `nil` for a refusal.
        let answer: String?
        /// What it could get at some time.
        let once: Set<String>

        init(_ tool: String, _ secret: String, _ field: String, uid: UInt32, answer: String?, once: Set<String>) {
            (self.tool, self.secret, self.field, self.uid) = (tool, secret, field, uid)
            (self.answer, self.once) = (answer, once)
        }
    }

    static let questions = [
        Question(
            "notes/search",
            "notes/api",
            "value",
            uid: 2000,
            answer: "second",
            once: ["first", "second", "third"]
        ),
        Question("notes/search", "db/main", "password", uid: 2000, answer: "hunter2", once: ["hunter2"]),
        Question("notes/search", "db/main", "user", uid: 2000, answer: "ada", once: ["ada"]),
        // In quarantine.
        Question("mail/send", "mail/key", "value", uid: 3000, answer: nil, once: ["m41l"]),
        // By a yes in advance; the other tool's was taken back.
        Question("shop/pay", "shop/key", "value", uid: 4000, answer: "s40p", once: ["s40p"]),
        Question("shop/ship", "shop/key", "value", uid: 4000, answer: nil, once: ["s40p"]),
        // Nothing but a rule keeps it from being served: it waits for a yes.
        Question("safe/open", "safe/key", "value", uid: 5000, answer: nil, once: ["s4fe"]),
        // Never granted.
        Question("notes/search", "mail/key", "value", uid: 2000, answer: nil, once: []),
    ]

    let file: [UInt8]
    /// The same, restored once more and not released: no question has an answer.
    let quarantined: [UInt8]
    /// Oldest first.
    let earlier: [[UInt8]]
    let root: AEADKey
    let slot: KeySlot
    /// What each event says, by number.
    let events: [UInt64: [UInt8]]

    init() async throws {
        let kit = try TestVault(restarting: try await TestVault())
        try await kit.openAsRestored()
        var earlier: [[UInt8]] = []
        func done() throws { earlier.append(try Self.file(of: kit)) }
        try done()
        try await kit.vault.perform(Backups.release(by: kit.admin))
        try await kit.mustPut("notes/api", "first")
        try await kit.mustAddServer("notes")
        try await kit.mustAddTool("notes/search")
        try await kit.mustGrant("notes/search", "notes/api")
        try done()
        try await kit.mustPut("notes/api", "second")
        try await kit.mustPut("notes/api", "third")
        try done()
        _ = try await kit.vault.perform(Secrets.rollback(try SecretName("notes/api"), by: kit.admin))
        _ = try await kit.vault.perform(Secrets.destroy(try SecretName("notes/api"), version: 1, by: kit.admin))
        try await kit.mustPut("db/main", fields: ["user": "ada", "password": "hunter2"])
        try await kit.mustGrant("notes/search", "db/main", fields: ["password"], uses: 3)
        try done()
        try await kit.mustRevokeGrant("notes/search", "db/main")
        try await kit.mustGrant("notes/search", "db/main", fields: ["password", "user"])
        try await kit.mustAddServer("mail", Selectors(uid: 3001))
        try done()
        _ = try await kit.vault.perform(Servers.remove(try ServerName("mail"), by: kit.admin))
        try await kit.mustAddServer("mail", Selectors(uid: 3000))
        try await kit.mustAddTool("mail/send")
        try await kit.mustPut("mail/key", "m41l")
        try await kit.mustGrant("mail/send", "mail/key")
        try done()
        _ = try await kit.vault.perform(Servers.quarantine(try ServerName("mail"), reason: nil, by: kit.admin))
        try await kit.mustAddOperator("bob", uid: 1001, roles: [.reader])
        try await kit.mustOpenShop()
        try done()
        try await kit.mustLockSafe()
        try await kit.mustTrade()
        try done()
        try await kit.mustCloseBooks()
        try await kit.mustSignLog()
        guard let foundation = kit.vault.foundation, let slot = foundation.slots.first else {
            throw TestFailure("the vault is sealed")
        }
        root = try slot.open(with: try TestVault.secret(TestVault.passphrase), vault: foundation.vault)
        self.slot = slot
        events = Dictionary(
            uniqueKeysWithValues: try kit.vault.events(after: 0, limit: .max).compactMap { event in
                event.canonical.map { (event.sequence, $0) }
            }
        )
        try await kit.seal()
        for _ in 0..<4 { _ = try await kit.unseal(with: "wrong") }
        file = try Self.file(of: kit)
        self.earlier = earlier
        let restored = try TestVault(restarting: kit)
        try await restored.openAsRestored()
        quarantined = try Self.file(of: restored)
    }

    /// The database and its write-ahead log as one file; the vault goes on.
    private static func file(of kit: TestVault) throws -> [UInt8] {
        let copy = try TemporaryDirectory()
        for suffix in ["", "-wal"] {
            let from = kit.directory.file("vault.db" + suffix)
            guard FileManager.default.fileExists(atPath: from) else { continue }
            try FileManager.default.copyItem(atPath: from, toPath: copy.file("vault.db" + suffix))
        }
        let database = try DatabaseQueue(path: copy.file("vault.db"))
        try database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
        try database.close()
        return Array(try Data(contentsOf: URL(filePath: copy.file("vault.db"))))
    }
}

extension TestVault {
    /// Signs the log, gives it another key, lets it grow until a hash stands for its first events, and signs it again.
    fileprivate func mustSignLog() async throws {
        _ = try await vault.signCheckpoint()
        _ = try await vault.perform(Keys.rotateLog(of: vault, by: admin))
        while vault.sequence < 260 { _ = try await vault.perform(Secrets.list(by: admin)) }
        _ = try await vault.signCheckpoint()
    }
}
