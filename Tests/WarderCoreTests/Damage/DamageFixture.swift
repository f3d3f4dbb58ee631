import HashTreeCollections
import SecretMemory
import Sealing
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// A small vault with a history: rotated and rolled back secrets, a destroyed version, a removed server and grant whose
/// names were given again, a quarantine, a log that was signed with two keys, events that wait in the inbox. And every row that any table had on the way.
struct DamageFixture {
    /// What a server's process may ask for, whether it gets it or not.
    struct Question: Sendable {
        let tool: ToolID
        let secret: SecretName
        let field: FieldName
        let peer: Peer
    }

    let kit: TestVault
    let ring: KeyRing
    let foundation: Foundation
    let keys: OpenKeys
    let sound: Rows
    /// Records and values as they were after each step.
    private(set) var olderRecords: [RecordRow] = []
    private(set) var olderValues: [ValueRow] = []
    let questions: [Question]
    /// The right answers, in the order of the questions; `nil` for a refusal.
    private(set) var answers: [String?] = []
    /// Everything that the current version of a secret ever was.
    let onceCurrent: [SecretName: Set<String>]

    static let notes = Peer.synthetic(uid: 2000)
    static let mail = Peer.synthetic(uid: 3000, pid: 301)

    /// `events`: how many the log has at least.
    init(events: UInt64 = 0) async throws {
        let kit = try await TestVault()
        self.kit = kit
        var steps: [Rows] = []
        func done() throws { steps.append(try Rows(of: kit.store)) }

        try await kit.mustSetUpNotes()
        try done()
        try await kit.mustPut("notes/api", "second")
        try done()
        try await kit.mustPut("notes/api", "third")
        try done()
        _ = try await kit.vault.perform(Secrets.rollback(try SecretName("notes/api"), by: kit.admin))
        _ = try await kit.vault.perform(Secrets.destroy(try SecretName("notes/api"), version: 1, by: kit.admin))
        try done()
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
        try done()

        _ = try await kit.vault.signCheckpoint()
        _ = try await kit.vault.perform(Keys.rotateLog(of: kit.vault, by: kit.admin))
        while kit.vault.sequence < events { _ = try await kit.vault.perform(Secrets.list(by: kit.admin)) }
        kit.clock.advance(seconds: 3600)
        _ = try await kit.vault.signCheckpoint()
        guard let open = kit.vault.keys, let foundation = kit.vault.foundation else {
            throw TestFailure("the vault is sealed")
        }
        keys = open
        ring = open.ring
        self.foundation = foundation
        try await kit.seal()
        for _ in 0..<3 { _ = try await kit.unseal(with: "wrong") }
        sound = try Rows(of: kit.store)

        questions = try [
            Question(
                tool: ToolID("notes/search"),
                secret: SecretName("notes/api"),
                field: .value,
                peer: Self.notes
            ),
            Question(
                tool: ToolID("notes/search"),
                secret: SecretName("db/main"),
                field: FieldName("password"),
                peer: Self.notes
            ),
            Question(
                tool: ToolID("notes/search"),
                secret: SecretName("db/main"),
                field: FieldName("user"),
                peer: Self.notes
            ),
            Question(tool: ToolID("mail/send"), secret: SecretName("mail/key"), field: .value, peer: Self.mail),
            Question(tool: ToolID("notes/search"), secret: SecretName("mail/key"), field: .value, peer: Self.notes),
        ]
        onceCurrent = [
            try SecretName("notes/api"): ["s3cr3t", "second", "third"],
            try SecretName("db/main"): ["ada", "hunter2"],
            try SecretName("mail/key"): ["m41l"],
        ]
        for step in steps {
            olderRecords += step.records.filter { !sound.records.contains($0) && !olderRecords.contains($0) }
            olderValues += step.values.filter { !sound.values.contains($0) && !olderValues.contains($0) }
        }
        answers = try ask(RowBook(sound))
    }

    /// What a vault answers that is unsealed on these rows.
    func ask(_ store: RowBook) throws -> [String?] {
        let state = try StateLoader.load(from: store, with: ring, profile: .team)
        return questions.map { question in
            var transaction = Transaction(
                Vault.Open(
                    foundation: foundation,
                    keys: keys,
                    values: ValueCache(store: store),
                    state: state,
                    sequence: 1000
                ),
                store: store,
                presence: kit.vault.presence,
                now: kit.clock.now(),
                rates: kit.vault.rates
            )
            let demand = Tokens.Demand(tool: .whole(question.tool))
            let command = Tokens.resolveOnce(
                question.secret,
                fields: [question.field],
                for: demand,
                by: kit.server(question.peer)
            )
            return try? transaction.decide(command).get().get().value.text
        }
    }

    func check(_ store: any VaultStore) throws -> DeepCheckReport {
        try DeepCheck(ring, foundation, store: store).run()
    }
}
