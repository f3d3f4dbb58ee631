import HashTreeCollections
import Sealing
import Testing
import WarderCrypto
import WarderModel
import WarderTesting

@testable import WarderCore

@Suite struct RestoreStories {
    /// The vault of `kit` after it came back from a backup that was made now.
    private static func restored(_ kit: TestVault) async throws -> TestVault {
        let next = try TestVault(restarting: kit)
        try await next.openAsRestored()
        return next
    }

    private static func resolve(_ kit: TestVault) async -> Refusal? {
        do throws(Refusal) {
            _ = try await kit.vault.perform(
                Command(.tokenIssue, by: kit.server(.synthetic(uid: 2000, pid: 7))) { _, _ throws(Refusal) in }
            )
            return nil
        } catch { return error }
    }

    @Test("the first event after the backup's newest begins a new origin, which names the old one")
    func newOrigin() async throws {
        let kit = try await TestVault()
        try await kit.mustPut("github/pat")
        let (size, vault) = (kit.vault.sequence, try #require(kit.vault.foundation?.vault))
        let next = try await Self.restored(kit)
        let origin = try #require(next.vault.state?.newestOrigin)
        #expect(origin.number == 2 && origin.first == size + 1)
        #expect(origin.previous.origin == vault && origin.previous.size == size)
        let row = try #require(try next.store.logRows(after: Int64(size) - 1, limit: 1).first)
        #expect(row.leaf == .there(Hex.decode(origin.previous.leaf ?? "") ?? []))
        let event = try #require(try next.events().first { $0.sequence == size + 1 })
        #expect(event.type == "backup.restore")
        let changes = event.changes ?? []
        #expect(changes.contains("previous=\(vault)") && changes.contains("size=\(size)"))
    }

    @Test("a restored vault gives servers nothing, until an admin who is there releases it")
    func quarantine() async throws {
        let next = try await Self.restored(try await TestVault(profile: .singleUser))
        #expect(await Self.resolve(next) == .restoredVault)
        // Operators look and repair.
        try await next.mustPut("github/pat")
        #expect(next.vault.state?.isQuarantined == true)
        await #expect(throws: Refusal.presenceRequired) {
            try await next.vault.perform(Backups.release(by: next.caller(next.ada, .operator)))
        }
        #expect(await Self.resolve(next) == .restoredVault)
        try await next.vault.perform(Backups.release(by: next.admin))
        #expect(await Self.resolve(next) == nil)
        #expect(next.vault.state?.newestOrigin?.released?.by.text == "ada")
        await #expect(throws: Refusal.nothingToUndo) {
            try await next.vault.perform(Backups.release(by: next.admin))
        }
    }

    @Test("a restart does not end the quarantine, and a release outlasts one")
    func restarts() async throws {
        let again = try TestVault(restarting: try await Self.restored(try await TestVault()))
        try await again.unseal().get()
        #expect(await Self.resolve(again) == .restoredVault)
        try await again.vault.perform(Backups.release(by: again.admin))
        let third = try TestVault(restarting: again)
        try await third.unseal().get()
        #expect(await Self.resolve(third) == nil)
    }

    @Test("attack: an enrolment code that waited in the backup sets no passphrase after a restore")
    func enrolments() async throws {
        let kit = try await TestVault(profile: .singleUser)
        let grace = try await kit.mustAddOperator("grace", uid: 1001, roles: [.admin], withPresence: false)
        let name = try OperatorName("grace")
        let code = try #require(
            EnrolmentCode(try await kit.vault.perform(Enrolments.make(for: name, by: kit.admin)).code)
        )
        // The backup is made here. Whoever reads the code later than grace used it waits for a restore.
        let next = try await Self.restored(kit)
        let use = Enrolments.use(code, toSet: try TestVault.verifier(), by: next.caller(grace, .operator))
        #expect(await next.refusal(of: use) == .enrolmentInvalid)
        #expect(try await next.provePresence(by: grace) == .failure(.presenceNotSet))
        let restore = try #require(try next.events().last { $0.type == "backup.restore" })
        let id = try #require(next.vault.state?.operators[1001]?.id)
        #expect(restore.changes?.contains("operator/\(id)@3") == true, "\(restore.changes ?? [])")
        // Another code of the restored vault works, and the check of all rows misses nothing.
        let fresh = try #require(
            EnrolmentCode(try await next.vault.perform(Enrolments.make(for: name, by: next.admin)).code)
        )
        let again = Enrolments.use(fresh, toSet: try TestVault.verifier(), by: next.caller(grace, .operator))
        #expect(await next.refusal(of: again) == nil)
        let (keys, foundation) = (try #require(next.vault.keys), try #require(next.vault.foundation))
        #expect(try DeepCheck(keys.ring, foundation, store: next.store).run().findings == [])
    }

    @Test("a vault that was restored twice has both origins, and is released at once")
    func twice() async throws {
        let first = try await Self.restored(try await TestVault())
        let before = try #require(first.vault.state?.newestOrigin)
        let second = try await Self.restored(first)
        let origin = try #require(second.vault.state?.newestOrigin)
        #expect(origin.number == 3)
        #expect(origin.previous.origin == before.id)
        try await second.vault.perform(Backups.release(by: second.admin))
        #expect(second.vault.state?.isQuarantined == false)
    }

    @Test("the check of all rows finds nothing wrong with a restored vault")
    func deepCheck() async throws {
        let next = try await Self.restored(try await TestVault())
        try await next.vault.perform(Backups.release(by: next.admin))
        let (keys, foundation) = (try #require(next.vault.keys), try #require(next.vault.foundation))
        let report = try DeepCheck(keys.ring, foundation, store: next.store).run()
        #expect(report.findings == [])
        #expect(report.good.records[.origin] == 1)
    }

    @Test("a record of a restore that is damaged leaves the quarantine as it is, until the release takes it away")
    func damagedOrigin() async throws {
        let next = try await Self.restored(try await TestVault())
        try await next.vault.perform(Backups.release(by: next.admin))
        let id = try #require(next.vault.state?.newestOrigin?.id)
        let again = try next.damaged(
            by: "UPDATE records SET sealed = zeroblob(length(sealed)) WHERE id = x'\(id)'"
        )
        try await again.unseal().get()
        // Nobody can say any more that it was released.
        #expect(await Self.resolve(again) == .restoredVault)
        try await again.vault.perform(Backups.release(by: again.admin))
        #expect(await Self.resolve(again) == nil)
        let third = try TestVault(restarting: again)
        try await third.unseal().get()
        #expect(await Self.resolve(third) == nil)
    }

    @Test("a record of a restore that somebody took away is missed by the check of all rows")
    func removedOrigin() async throws {
        let next = try await Self.restored(try await TestVault())
        let id = try #require(next.vault.state?.newestOrigin?.id)
        let again = try next.damaged(by: "DELETE FROM records WHERE id = x'\(id)'")
        try await again.unseal().get()
        let (keys, foundation) = (try #require(again.vault.keys), try #require(again.vault.foundation))
        let report = try DeepCheck(keys.ring, foundation, store: again.store).run()
        #expect(report.findings.contains { $0.kind == .recordDeleted }, "\(report.findings)")
    }

    @Test("what changed often, or expired, is the most probably outdated")
    func review() {
        let day: Int64 = 86_400
        #expect(RestoreReview.outdated(changes: 0, gapSeconds: day, hasExpired: true) == .likely)
        #expect(RestoreReview.outdated(changes: 90, gapSeconds: day, hasExpired: false) == .likely)
        #expect(RestoreReview.outdated(changes: 89, gapSeconds: day, hasExpired: false) == .possible)
        #expect(RestoreReview.outdated(changes: 1, gapSeconds: day, hasExpired: false) == .possible)
        #expect(RestoreReview.outdated(changes: 1, gapSeconds: 90 * day, hasExpired: false) == .likely)
        #expect(RestoreReview.outdated(changes: 0, gapSeconds: 900 * day, hasExpired: false) == .unlikely)
        #expect(RestoreReview.outdated(changes: 2, gapSeconds: .max, hasExpired: false) == .likely)
    }

    @Test("the review names secrets, how often they changed, and the gap")
    func reviewOfVault() async throws {
        let kit = try await TestVault()
        try await kit.mustPut("stable/key")
        for number in 0..<3 { try await kit.mustPut("busy/key", "value \(number)") }
        let next = try await Self.restored(kit)
        let origin = try await next.vault.perform(Backups.review(by: next.admin))
        let review = try next.vault.review(of: origin)
        #expect(review.secrets.map(\.name.text) == ["busy/key", "stable/key"])
        // The first version of a secret took nobody's place.
        #expect(review.secrets.map(\.changes) == [2, 0])
        #expect(review.secrets.map(\.outdated) == [.likely, .unlikely])
        #expect(review.gapSeconds == (origin.began.milliseconds - origin.backup.created.milliseconds) / 1000)
    }

    @Test("the gap begins with the oldest backup since which nobody released the vault")
    func gapOfRestoredBackup() async throws {
        let day: Int64 = 86_400
        let kit = try await TestVault()
        try await kit.mustPut("busy/key", "first")
        try await kit.mustPut("busy/key", "second")
        let made = kit.clock.now().wall
        kit.clock.advance(seconds: 50 * day)
        let first = try TestVault(restarting: kit)
        try await first.openAsRestored(of: LogOrigin.Backup(created: made, header: TestVault.backup.header))
        // A backup is taken in quarantine, and restored an hour later.
        let again = first.clock.now().wall
        first.clock.advance(seconds: 3600)
        let second = try TestVault(restarting: first)
        try await second.openAsRestored(of: LogOrigin.Backup(created: again, header: TestVault.backup.header))
        func review(_ kit: TestVault) async throws -> RestoreReview {
            try kit.vault.review(of: try await kit.vault.perform(Backups.review(by: kit.admin)))
        }
        for isReleased in [false, true] {
            if isReleased { try await second.vault.perform(Backups.release(by: second.admin)) }
            let found = try await review(second)
            #expect(found.since == made && found.gapSeconds == 50 * day + 3600)
            #expect(found.secrets.map(\.changes) == [1])
        }
        // What was released is up to date: the next restore's gap begins with its own backup.
        let released = second.clock.now().wall
        second.clock.advance(seconds: 7200)
        let third = try TestVault(restarting: second)
        try await third.openAsRestored(of: LogOrigin.Backup(created: released, header: TestVault.backup.header))
        let found = try await review(third)
        #expect(found.since == released && found.gapSeconds == 7200)
    }

    @Test("attack: a clock behind the backup does not make the gap short; nobody knows how long it is")
    func clockBehind() async throws {
        let kit = try await TestVault()
        try await kit.mustPut("stable/key")
        for value in ["first", "second"] { try await kit.mustPut("busy/key", value) }
        let created = kit.clock.now().wall.adding(seconds: 3600)
        let next = try TestVault(restarting: kit)
        try await next.openAsRestored(of: LogOrigin.Backup(created: created, header: TestVault.backup.header))
        let review = try next.vault.review(of: try await next.vault.perform(Backups.review(by: next.admin)))
        #expect(review.gapSeconds == nil)
        #expect(review.secrets.map(\.name.text) == ["busy/key", "stable/key"])
        #expect(review.secrets.map(\.outdated) == [.likely, .unlikely])
    }

    @Test("one version that took another's place is a change, also where the log has lost its event")
    func rotatedOnce() async throws {
        let kit = try await TestVault()
        try await kit.mustPut("once/key", "first")
        kit.clock.advance(seconds: 60)
        try await kit.mustPut("once/key", "second")
        try await kit.mustPut("new/key")
        let put = try #require(try kit.events().last { $0.secret == "once/key" }?.sequence)
        kit.clock.advance(seconds: 60)
        let damaged = try kit.damaged(
            by: "UPDATE log_payloads SET sealed = zeroblob(length(sealed)) WHERE seq = \(put)"
        )
        try await damaged.openAsRestored(damaged: 1)
        let review = try damaged.vault.review(of: try await damaged.vault.perform(Backups.review(by: damaged.admin)))
        #expect(review.unreadable == 1)
        #expect(review.secrets.map(\.name.text) == ["once/key", "new/key"])
        #expect(review.secrets.map(\.changes) == [1, 0])
        #expect(review.secrets.last?.outdated == .unlikely)
        try await damaged.vault.perform(Backups.release(by: damaged.admin))
        #expect(await Self.resolve(damaged) == nil)
    }

    @Test("a vault that came from no backup has nothing to review and nothing to release")
    func noRestore() async throws {
        let kit = try await TestVault()
        await #expect(throws: Refusal.notFound) { try await kit.vault.perform(Backups.review(by: kit.admin)) }
        await #expect(throws: Refusal.nothingToUndo) { try await kit.vault.perform(Backups.release(by: kit.admin)) }
    }
}
