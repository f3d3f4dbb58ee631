import Foundation
import Sealing
import WarderCore
import WarderModel
import WarderStoreSQLite
import WarderTesting

/// One database file: opened, checked, unsealed and asked, as a daemon, `doctor --deep` and servers do.
struct Trial {
    /// Every row that the vault goes by.
    struct Contents: Equatable {
        var records: [RecordRow]
        var values: [ValueRow]
        var log: [LogRow]
        var inbox: [InboxRow]

        /// Tables that have something else, as far as a check can see it: that events of the time when the vault was
        /// sealed are missing at their beginning or end, nothing tells (`DeepCheckReport.blindSpots`).
        func differences(from other: Contents) -> [String] {
            let isPart =
                inbox.isEmpty
                || inbox.count <= other.inbox.count
                    && other.inbox.firstIndex(of: inbox[0]).map {
                        other.inbox[$0...].prefix(inbox.count).elementsEqual(inbox)
                    } == true
            return [
                records == other.records ? nil : "records", values == other.values ? nil : "values",
                log == other.log ? nil : "log", isPart ? nil : "inbox",
            ].compactMap(\.self)
        }
    }

    struct Outcome: CustomStringConvertible {
        /// Where it ended: what refused, by name, or what the check said.
        var end = ""
        /// `nil` where it did not come to a check, or the check could not go on.
        var verdict: DeepCheckReport.Verdict?
        var findings: [String] = []
        var contents: Contents?
        var isOpen = false
        /// Questions with the right answer, and with one that was right once.
        var answered = 0
        var earlier = 0
        /// Events that say what they said.
        var events = 0
        /// What must never happen.
        var wrong: [String] = []

        var description: String { "\(end), \(findings.prefix(5)), wrong \(wrong)" }
    }

    private let vault: FurnishedVault
    private let directory: Scratch
    var path: String { directory.file("vault.db") }

    init(of vault: FurnishedVault, _ file: [UInt8]) throws {
        self.vault = vault
        directory = try Scratch()
        guard
            FileManager.default.createFile(
                atPath: directory.file("vault.db"),
                contents: Data(file),
                attributes: [.posixPermissions: 0o600]
            )
        else { throw TestFailure("no room for a database") }
    }

    func contents() throws -> Contents {
        let store = try SQLiteStore(path: path)
        defer { store.close() }
        return try Self.contents(of: store)
    }

    private static func contents(of store: SQLiteStore) throws -> Contents {
        Contents(
            records: try store.recordRows(after: .min, limit: .max),
            values: try store.valueRows(after: .min, limit: .max),
            log: try store.logRows(after: .min, limit: .max),
            inbox: try store.inboxRows(after: .min, limit: .max)
        )
    }

    /// Goes as far as it goes. `mayAnswerEarlier`: an answer that was right once is no wrong one. `expectsNothing`: no
    /// answer is. `isQuarantined`: every answer is. `isChecked`: whether everything is looked through first. `isSaved`:
    /// whether what the check calls good has to be saved; as a rule, where every answer counts.
    func run(
        mayAnswerEarlier: Bool = false,
        expectsNothing: Bool = false,
        isQuarantined: Bool = false,
        isChecked: Bool = true,
        isSaved: Bool? = nil
    ) async throws -> Outcome {
        var outcome = Outcome()
        let store: SQLiteStore
        do throws(OpeningError) { store = try SQLiteStore(path: path) } catch {
            outcome.end = "refused to open"
            return outcome
        }
        defer { store.close() }
        let foundation: Foundation
        do throws(StoreError) {
            guard let found = try store.foundation() else {
                outcome.end = "nobody's vault"
                outcome.wrong += Self.hasRows(store) ? ["a vault that looks as if nobody had set it up"] : []
                return outcome
            }
            foundation = found
        } catch {
            outcome.end = "no foundation"
            return outcome
        }
        guard let ring = try? foundation.openKeyRing(under: vault.root) else {
            outcome.end = "keys do not open"
            return outcome
        }
        let isSaved = isSaved ?? (!mayAnswerEarlier && !expectsNothing)
        if isChecked { check(store, ring, foundation, &outcome, alsoSaved: isSaved) }
        try await ask(store, ring, foundation, &outcome, mayAnswerEarlier, expectsNothing, isQuarantined)
        return outcome
    }

    /// `alsoSaved`: whether what the check calls good has to be saved.
    private func check(
        _ store: SQLiteStore,
        _ ring: KeyRing,
        _ foundation: Foundation,
        _ outcome: inout Outcome,
        alsoSaved: Bool
    ) {
        do throws(DeepCheck.Stop) {
            let report = try DeepCheck(ring, foundation, store: store).run()
            outcome.verdict = report.verdict
            outcome.findings = report.findings.map { "\($0.kind.rawValue) \($0.place)" }
            outcome.end = report.verdict.rawValue
            outcome.contents = try? Self.contents(of: store)
            if alsoSaved { try salvage(store, ring, report, &outcome) }
        } catch { outcome.end = "check stopped" }
    }

    /// What the check calls good is saved, where it is known of all of it whose it is.
    private func salvage(
        _ store: SQLiteStore,
        _ ring: KeyRing,
        _ report: DeepCheckReport,
        _ outcome: inout Outcome
    ) throws(DeepCheck.Stop) {
        guard report.counts.keys.allSatisfy({ !$0.rawValue.hasPrefix("record_") && $0 != .rowsUnreadable }) else {
            return
        }
        let saved = try? Salvage(ring, store: store).run { _ in }.saved
        // More where a row lies at its place by one of the engine's two ways to it alone.
        if (saved ?? -1) < report.good.values {
            outcome.wrong.append("\(saved.map(String.init) ?? "none") of \(report.good.values) values saved")
        }
    }

    private static func hasRows(_ store: SQLiteStore) -> Bool {
        guard let counts = try? store.rowCounts() else { return false }
        return counts.records + counts.values + counts.leaves > 0
    }

    private func ask(
        _ store: SQLiteStore,
        _ ring: KeyRing,
        _ foundation: Foundation,
        _ outcome: inout Outcome,
        _ mayAnswerEarlier: Bool,
        _ expectsNothing: Bool,
        _ isQuarantined: Bool
    ) async throws {
        let clock = ManualClock()
        guard let opened = try? Vault(store: store, clock: clock) else {
            outcome.end += ", no vault"
            return
        }
        let admin = Caller(door: .operator, peer: .synthetic(uid: 1000, pid: 100), requestID: "req_test")
        let slot = foundation.slots.first ?? vault.slot
        let result = await withCheckedContinuation { continuation in
            opened.open(ring, root: vault.root, slot: slot, by: admin) { continuation.resume(returning: $0) }
        }
        if case .failure(let refusal) = result {
            outcome.end += ", sealed: \(refusal.rawValue)"
            return
        }
        outcome.isOpen = true
        for question in FurnishedVault.questions {
            let demand = Tokens.Demand(tool: .whole(try ToolID(question.tool)))
            let command = Tokens.resolveOnce(
                try SecretName(question.secret),
                fields: [try FieldName(question.field)],
                for: demand,
                by: Caller(door: .client, peer: .synthetic(uid: question.uid, pid: 7), requestID: "req_test")
            )
            guard let answer = try? await opened.perform(command).get().value.text else { continue }
            if isQuarantined {
                outcome.wrong.append("\(question.secret) in quarantine")
            } else if answer == question.answer {
                outcome.answered += 1
            } else if question.once.contains(answer) {
                outcome.earlier += 1
                if !mayAnswerEarlier && !expectsNothing { outcome.wrong.append("\(question.secret) as it was") }
            } else if !expectsNothing {
                outcome.wrong.append("\(question.secret): \(answer)")
            }
        }
        if outcome.earlier > 0, outcome.verdict == .sound { outcome.wrong.append("an earlier row that no check found") }
        guard !expectsNothing, let events = try? opened.events(after: 0, limit: 10_000) else { return }
        for event in events {
            guard let canonical = event.canonical, let was = vault.events[event.sequence] else { continue }
            if canonical == was { outcome.events += 1 } else { outcome.wrong.append("event \(event.sequence)") }
        }
    }
}
