import Foundation
import Sealing
import Testing
import TransparencyLog
import WarderCrypto
import WarderModel
import WarderStoreSQLite
import WarderTesting

@testable import WarderCore

/// A vault's closed database, an older copy, and another log that went on from the copy under the same keys: what
/// somebody has who kept every file, and no key.
final class LogStage {
    /// What looks at a database. All of it, but for tests that show what each is there for.
    struct Checks: OptionSet {
        let rawValue: Int
        /// The vault compares its log with the checkpoint outside.
        static let outside = Checks(rawValue: 1)
        /// It compares its log with the newest checkpoint in the database, and follows the changes of the key.
        static let stored = Checks(rawValue: 2)
        /// The auditor compares the export with the older checkpoint.
        static let older = Checks(rawValue: 4)
        static let all: Checks = [.outside, .stored, .older]
    }

    enum Outcome: Equatable {
        /// Somebody noticed; in a word.
        case caught(String)
        /// Nobody did. The log as it is exported now, as far as it went before.
        case passes([[UInt8]])
    }

    let main: String
    let older: String
    let fork: String
    /// The log as it was.
    let lines: [[UInt8]]
    /// Events of the checkpoint that lies outside.
    let held: Int
    private let checkpoint: [UInt8]
    private let origin: RecordID
    private let pinned: NoteKey
    private let root: AEADKey
    private let slot: KeySlot
    private let kit: TestVault

    init() async throws {
        kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let foundation = try #require(kit.vault.foundation)
        origin = foundation.vault
        pinned = try LogSigner.key(of: foundation, origin: origin)
        root = try #require(kit.vault.keys?.root)
        slot = try #require(foundation.slots.first)
        try await Self.busy(kit, 140)
        try await Self.rotate(kit)
        try await Self.busy(kit, 60)
        older = try kit.closedCopy()

        let other = try TestVault(copyOf: older)
        other.clock.advance(seconds: 7200)
        try await other.unseal().get()
        try await Self.busy(other, 110)
        try await Self.rotate(other)
        try await Self.busy(other, 20)
        fork = kit.directory.file("fork.db")
        try ClosedDatabase.copy(other.directory.file("vault.db"), to: fork)

        kit.clock.advance(seconds: 7200)
        try await Self.busy(kit, 40)
        try await Self.rotate(kit)
        try await Self.busy(kit, 40)
        let signed = try await kit.vault.signCheckpoint()
        (checkpoint, held) = (signed.note, Int(signed.size))
        kit.clock.advance(seconds: 7200)
        try await Self.busy(kit, 10)
        lines = try kit.vault.events(after: 0, limit: .max).map(\.line)
        main = try kit.closedCopy()
    }

    private static func busy(_ kit: TestVault, _ count: Int) async throws {
        for _ in 0..<count { _ = try await kit.vault.perform(Secrets.list(by: kit.admin)) }
        _ = try await kit.vault.signCheckpoint()
    }

    private static func rotate(_ kit: TestVault) async throws {
        _ = try await kit.vault.perform(Keys.rotateLog(of: kit.vault, by: kit.admin))
    }

    // MARK: Attacking

    func copy(_ path: String) throws -> String {
        let copy = kit.directory.file("\(UUID().uuidString).db")
        try FileManager.default.copyItem(atPath: path, toPath: copy)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: copy)
        return copy
    }

    /// A copy of the database, after statements were run on it.
    func attacked(_ sql: String) throws -> String {
        let path = try copy(main)
        try ClosedDatabase.run([attack(path, sql)], list: kit.directory.file("attacks.json"))
        return path
    }

    func make(_ mutations: [LogMutation], _ numbers: inout some RandomNumberGenerator) throws -> [String] {
        var attacks: [ClosedDatabase.Attack] = []
        for mutation in mutations {
            let base =
                switch mutation {
                case .replayOlder: older
                case .replayFork: fork
                default: main
                }
            let sql = mutation.sql(events: lines.count, held: held, &numbers)
            attacks.append(attack(try copy(base), sql))
        }
        try ClosedDatabase.run(attacks, list: kit.directory.file("attacks.json"))
        return attacks.map(\.path)
    }

    private func attack(_ path: String, _ sql: String) -> ClosedDatabase.Attack {
        ClosedDatabase.Attack(path: path, sql: sql, others: [older, fork])
    }

    // MARK: Looking

    /// Opens the vault on a database, exports its log and verifies the export.
    func judge(_ path: String, _ checks: Checks = .all) async throws -> Outcome {
        let store: SQLiteStore
        do throws(OpeningError) { store = try SQLiteStore(path: path) } catch { return .caught("not opened") }
        defer { store.close() }
        let outside = checks.contains(.outside) ? [origin: checkpoint] : [:]
        let vault: Vault
        do { vault = try Vault(store: store, clock: kit.clock, witness: { outside }) } catch {
            return .caught("not read")
        }
        guard let foundation = vault.foundation, let ring = try? foundation.openKeyRing(under: root) else {
            return .caught("keys")
        }
        let (root, slot) = (root, slot)
        let opened: Result<Void, Refusal> = await withCheckedContinuation { continuation in
            vault.open(ring, root: root, slot: slot, by: .vault(requestID: "test")) {
                continuation.resume(returning: $0)
            }
        }
        if case .failure(let refusal) = opened { return .caught(refusal.rawValue) }
        let signed: StoredCheckpoint
        do throws(Refusal) { signed = try await vault.signCheckpoint() } catch { return .caught(error.rawValue) }
        return verify(vault, signed.note, older: checks.contains(.older) ? checkpoint : nil)
    }

    private func verify(_ vault: Vault, _ note: [UInt8], older: [UInt8]?) -> Outcome {
        var lines: [[UInt8]] = []
        var after: UInt64 = 0
        do throws(Refusal) {
            while true {
                let events = try vault.events(after: after, limit: 512)
                guard let last = events.last else { break }
                lines += events.map(\.line)
                after = last.sequence
            }
        } catch { return .caught(error.rawValue) }
        var verifier = LogVerifier(
            keys: KeyChain(pinned: pinned),
            evidence: LogEvidence(checkpoint: note, older: older)
        )
        for line in lines { verifier.update(line + [0x0A]) }
        let verdict = verifier.finish()
        guard verdict.isSound else { return .caught(verdict.faults.map(\.description).joined(separator: " ")) }
        // Its leaf still proves the place of an event that does not open; that it does not, everybody is told.
        guard verdict.damaged == 0 else { return .caught("damaged") }
        // The last one is the unsealing that this look was.
        return .passes(Array(lines.prefix(self.lines.count)))
    }
}
