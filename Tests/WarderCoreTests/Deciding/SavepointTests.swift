import HashTreeCollections
import Locking
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// A command that fails leaves nothing behind but its refusal, whatever it had begun.
@Suite struct SavepointTests {
    /// What a batch holds, part by part; arrays by their length.
    private static func parts(_ batch: Batch) -> [String: String] {
        var parts: [String: String] = [:]
        for child in Mirror(reflecting: batch).children {
            let mirror = Mirror(reflecting: child.value)
            let text = mirror.displayStyle == .collection ? "\(mirror.children.count)" : "\(child.value)"
            parts[child.label ?? "?"] = text
        }
        return parts
    }

    /// Touches every part of a batch.
    private static func touchAll(_ transaction: inout Transaction, _ event: inout Event) throws(Refusal) {
        guard var secret = transaction.state.secrets.values.first else { throw .secretMissing }
        let values = try transaction.fields(of: secret, version: 1)
        secret.expires = transaction.now.wall
        try transaction.put(secret, &event)
        guard let person = transaction.state.operators.values.first else { throw .notFound }
        transaction.remove(person, &event)
        try transaction.store(values, of: secret.id, version: 9)
        guard let sealed = transaction.batch.values.last else { throw .versionMissing }
        transaction.rewrap(sealed.value, at: sealed.place)
        transaction.destroyValue(of: secret.id, version: 1)
        var foundation = transaction.foundation
        foundation.profile = .singleUser
        transaction.lay(foundation)
        try transaction.replace(ring: transaction.keys.ring)
        transaction.takeInbox(through: 7)
        transaction.letGo(of: 1...2)
        transaction.batch.inbox.append([1])
        transaction.batch.unreadableRecords.append(secret.id)
        transaction.batch.checkpoint = StoredCheckpoint(size: 1, time: transaction.now.wall, note: [1])
        transaction.batch.logKeyChange = LogKeyChange(epoch: 2, key: [1], note: [1])
        transaction.batch.logMending = LogMending()
        transaction.record(Event(action: .keyRewrap, time: transaction.now.wall, actor: .vault))
    }

    @Test("a command that fails after it touched every part of the batch leaves all of them as they were")
    func everything() async throws {
        let kit = try await TestVault()
        try await kit.mustPut("notes/api")
        let admin = kit.admin
        let answer: (before: [String: String], touched: [String: String], after: [String: String], count: UInt64)
        answer =
            try await kit.vault.perform(
                Command(.doctorRead, by: admin) { transaction, _ throws(Refusal) in
                    let before = Self.parts(transaction.batch)
                    let sequence = transaction.lastSequence
                    let touched = Locked([String: String]())
                    let state = transaction.state.revisions.count
                    let inner = Command<[String: String]>(.serverList, by: admin) {
                        inner,
                        event throws(Refusal) in
                        try Self.touchAll(&inner, &event)
                        let parts = Self.parts(inner.batch)
                        touched.withLock { $0 = parts }
                        throw .checkFailed
                    }
                    guard case .failure(.checkFailed) = transaction.decide(inner) else { throw .valueDamaged }
                    guard transaction.state.revisions.count == state, transaction.foundation.profile == .team else {
                        throw .valueDamaged
                    }
                    return (
                        before, touched.withLock { $0 }, Self.parts(transaction.batch),
                        transaction.lastSequence - sequence
                    )
                }
            )
        // A part that this test does not touch would prove nothing.
        let untouched = answer.before.keys.filter { answer.before[$0] == answer.touched[$0] }
        #expect(untouched == [])
        // But for the event of the refusal itself.
        var expected = answer.before
        expected["events"] = "1"
        #expect(answer.after == expected)
        #expect(answer.count == 1)
        #expect(try kit.events().suffix(2).map(\.line) == ["server.list: check_failed", "doctor.read"])
    }

    @Test("numbers of events stay without a gap where a failing command had written some")
    func numbers() async throws {
        let kit = try await TestVault()
        let before = kit.vault.sequence
        let failing = Command<Void>(.serverList, by: kit.admin) { transaction, _ throws(Refusal) in
            transaction.record(Event(action: .keyRewrap, time: transaction.now.wall, actor: .vault))
            throw .checkFailed
        }
        #expect(await kit.refusal(of: failing) == .checkFailed)
        #expect(kit.vault.sequence == before + 1)
        try await kit.mustPut("notes/api")
        #expect(try kit.events().map(\.sequence) == Array(1...kit.vault.sequence))
    }
}
