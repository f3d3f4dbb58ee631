import Sealing
import Testing
import TransparencyLog
import WarderModel
import WarderTesting

@testable import WarderCore

/// What the vault hands out as evidence holds before a verifier that has the key alone.
@Suite("The lines of an export that prove each other") struct EvidenceWalkTests {
    /// An export as it reaches somebody.
    private struct Export {
        var lines: [[UInt8]] = []
        var manifest: [UInt8] = []
        /// How many lines came at a time.
        var pieces: [Int] = []

        var file: [UInt8] { lines.flatMap { $0 + [0x0A] } }
    }

    private let kit: TestVault

    init() async throws {
        kit = try await TestVault()
        try await kit.mustSetUpNotes()
        try await busy(700)
    }

    /// Records events, a second apart, many in one transaction.
    private func busy(_ count: Int) async throws {
        await kit.holdWriter()
        let pending = (0..<count).map { _ in
            kit.clock.advance(seconds: 1)
            return kit.submit(Secrets.list(by: kit.admin))
        }
        kit.letGo()
        for one in pending { _ = await one.outcome }
    }

    private func export(
        _ filter: EventFilter = EventFilter(),
        through last: UInt64? = nil,
        silence: UInt64 = 65_536,
        of other: TestVault? = nil
    ) throws -> Export {
        let vault = (other ?? kit).vault
        var walk = EvidenceWalk(
            through: last ?? vault.sequence,
            of: vault,
            matching: filter,
            longestSilence: silence
        )
        var export = Export()
        while let piece = try walk.next() {
            let lines = piece.split(separator: 0x0A).map(Array.init)
            export.pieces.append(lines.count)
            export.lines += lines
        }
        export.manifest = try walk.manifest()
        return export
    }

    private func verdict(_ export: Export, older: [UInt8]? = nil) throws -> LogVerdict {
        let foundation = try #require(kit.vault.foundation)
        let key = try LogSigner.key(of: foundation, origin: foundation.vault)
        var verifier = LogVerifier(
            keys: KeyChain(pinned: key),
            evidence: LogEvidence(checkpoint: export.manifest, isManifest: true, older: older)
        )
        verifier.update(export.file)
        return verifier.finish()
    }

    private func filter(_ field: String, _ value: String) throws -> EventFilter {
        EventFilter(conditions: [try #require(.init(field: field, value: value))])
    }

    @Test("all events are the log's own bytes, and proven to the last")
    func complete() throws {
        let export = try export()
        let last = kit.vault.sequence
        #expect(try export.lines == kit.events().map(\.canonical))
        let verdict = try verdict(export)
        #expect(verdict.isSound && verdict.provenUpTo == last && verdict.shown == last && verdict.omitted == 0)
        let manifest = try #require(verdict.manifest)
        #expect(manifest.first == 1 && manifest.last == last && manifest.count == last && manifest.filter == nil)
        #expect(export.pieces.count > 1)
    }

    @Test("an export ends where it was to end, whatever came since")
    func through() async throws {
        let last = kit.vault.sequence
        try await busy(5)
        let verdict = try verdict(try export(through: last))
        #expect(verdict.isSound && verdict.provenUpTo == last)
    }

    @Test("what a filter leaves out stands there as a few nodes, and every line that is shown is proven")
    func filtered() async throws {
        try await kit.mustPut("a/b")
        try await busy(300)
        let export = try export(try filter("type", "secret.put"))
        let verdict = try verdict(export)
        let last = kit.vault.sequence
        #expect(verdict.isSound && verdict.provenUpTo == last)
        #expect(verdict.shown == 2 && verdict.omitted == last - 2)
        #expect(export.lines.count < 60, "\(export.lines.count) lines")
        #expect(verdict.manifest?.filter == "type=secret.put")
        #expect(verdict.manifest?.first == 1 && verdict.manifest?.last == last && verdict.manifest?.count == 2)
    }

    @Test("a line that is taken out of a filtered export, or changed, is missed")
    func mutated() throws {
        let export = try export(try filter("type", "secret.put"))
        let shown = try #require(export.lines.firstIndex { $0.starts(with: Array("{\"action\"".utf8)) })
        var shorter = export
        shorter.lines.remove(at: shown)
        #expect(try verdict(shorter).provenUpTo == nil)
        var other = export
        other.lines[shown][12] ^= 1
        #expect(try verdict(other).provenUpTo == nil)
    }

    @Test("every other event can be left out")
    func alternating() throws {
        let numbers = try kit.events().filter { $0.sequence.isMultiple(of: 2) }
        let filter = EventFilter(
            conditions: try numbers.prefix(1).map { try #require(.init(field: "id", value: $0.id)) }
        )
        let verdict = try verdict(try export(filter))
        #expect(verdict.isSound && verdict.shown == 1 && verdict.omitted == kit.vault.sequence - 1)
    }

    @Test("a time is a range of numbers, and complete")
    func times() throws {
        let events = try kit.events()
        let filter = EventFilter(
            since: Timestamp(rfc3339: events[299].time),
            until: Timestamp(rfc3339: events[399].time)
        )
        let expected = events.filter { $0.time >= events[299].time && $0.time <= events[399].time }.map(\.sequence)
        let verdict = try verdict(try export(filter))
        #expect(verdict.isSound && verdict.provenUpTo == kit.vault.sequence)
        let manifest = try #require(verdict.manifest)
        #expect(manifest.filter == nil && manifest.first == expected.first && manifest.last == expected.last)
        #expect(manifest.count == UInt64(expected.count) && verdict.shown == manifest.count)
    }

    @Test("where the clock was set back a time is a filter, and proves no completeness")
    func clockSetBack() async throws {
        let noon = kit.clock.now().wall
        kit.clock.advance(seconds: 100)
        try await busy(10)
        let later = kit.clock.now().wall
        kit.clock.advance(seconds: -5000)
        try await busy(10)
        kit.clock.advance(seconds: 4950)
        try await busy(3)
        let verdict = try verdict(try export(EventFilter(since: noon, until: later)))
        #expect(verdict.isSound && verdict.shown >= 13)
        #expect(verdict.manifest?.filter == "since=\(noon)&until=\(later)")
    }

    @Test("nothing was found: everything is left out, and that is proven")
    func nothing() throws {
        let verdict = try verdict(try export(try filter("type", "no.such")))
        #expect(verdict.isSound && verdict.shown == 0 && verdict.omitted == kit.vault.sequence)
        #expect(verdict.manifest?.count == 0)
        let early = EventFilter(until: Timestamp(rfc3339: "2001-01-01"))
        let before = try self.verdict(try export(early))
        #expect(before.isSound && before.manifest?.first == 1 && before.manifest?.last == 0)
    }

    @Test("whoever waits hears of events that are left out before the next that is not")
    func silence() async throws {
        try await busy(2500)
        let export = try export(try filter("type", "no.such"), silence: 128)
        #expect(try verdict(export).isSound)
        #expect(export.pieces.count > 1 && export.pieces[0] > 0)
    }

    @Test("an event whose contents are gone is its leaf, however many there are, and counts")
    func leaves() async throws {
        try await busy(2000)
        kit.store.loseContents(of: 3...2400)
        let export = try export()
        let verdict = try verdict(export)
        // Nobody pruned them.
        #expect(verdict.faults == [.withheld(first: 3, last: 2400)])
        #expect(verdict.pruned == 2398 && verdict.shown == kit.vault.sequence - 2398)
        #expect(verdict.manifest?.count == kit.vault.sequence)
        let most = try #require(export.pieces.max())
        #expect(most <= 1024 + 512)
        // Whether they would fit is not known any more.
        let filtered = try self.verdict(try self.export(try filter("type", "secret.list")))
        #expect(filtered.isSound && filtered.pruned == 0 && filtered.omitted >= 2398)
    }

    @Test("of a pruned log it has the leaves, and the prune that explains them, and holds")
    func pruned() async throws {
        let old = kit.vault.sequence
        let first = try export()
        kit.clock.advance(seconds: 3 * 86_400)
        try await busy(20)
        let before = kit.clock.now().wall.adding(seconds: -2 * 86_400)
        let plan = try #require(try kit.vault.planPrune(before: before))
        try await kit.vault.prune(plan, as: .vault)
        for isSwept in [false, true] {
            if isSwept { while try await kit.vault.pruneStep() {} }
            let verdict = try verdict(export(), older: first.manifest)
            #expect(verdict.isSound && verdict.continues == old, "\(verdict.faults)")
            #expect(verdict.pruned == old && verdict.shown == kit.vault.sequence - old)
        }
    }

    @Test("with a filter the manifest says how far the log was pruned, and nothing where none of it was asked for")
    func prunedAndFiltered() async throws {
        let old = kit.vault.sequence
        kit.clock.advance(seconds: 3 * 86_400)
        let edge = kit.clock.now().wall
        try await busy(20)
        let plan = try #require(try kit.vault.planPrune(before: edge.adding(seconds: -86_400)))
        #expect(try verdict(export(try filter("type", "secret.list"))).manifest?.pruned == nil)
        try await kit.vault.prune(plan, as: .vault)
        var cases = [try filter("type", "secret.list"), try filter("type", "no.such")]
        cases.append(EventFilter(until: edge.adding(seconds: 5)))
        cases.append(EventFilter(since: edge.adding(seconds: -2 * 86_400)))
        for asked in cases {
            let verdict = try verdict(try export(asked))
            #expect(verdict.isSound && verdict.manifest?.pruned == old, "\(asked)")
        }
        let later = try verdict(try export(EventFilter(since: edge)))
        #expect(later.isSound && later.manifest?.pruned == nil && later.manifest?.first == old + 1)
        #expect(try verdict(try export()).manifest?.pruned == nil)
    }

    @Test("a log that was pruned around damaged events has these as damaged, and holds")
    func prunedAroundDamage() async throws {
        let old = kit.vault.sequence
        let first = try export()
        kit.clock.advance(seconds: 3 * 86_400)
        try await busy(20)
        let sql = """
            UPDATE log_payloads SET sealed = zeroblob(length(sealed)) WHERE seq IN (10, 11);
            DELETE FROM log_payloads WHERE seq = 300;
            """
        let again = try kit.damaged(by: sql)
        try await again.unseal().get()
        let before = again.clock.now().wall.adding(seconds: -2 * 86_400)
        let plan = try #require(try again.vault.planPrune(before: before))
        try await again.vault.prune(plan, as: .vault)
        for isSwept in [false, true] {
            if isSwept { while try await again.vault.pruneStep() {} }
            let verdict = try verdict(export(of: again), older: first.manifest)
            #expect(verdict.isSound && verdict.continues == old, "\(verdict.faults)")
            #expect(verdict.damaged == 3 && verdict.pruned == old - 3)
            #expect(verdict.shown == again.vault.sequence - old)
            let filtered = try self.verdict(try export(try filter("type", "secret.list"), of: again))
            #expect(filtered.isSound && filtered.damaged == 0 && filtered.manifest?.pruned == old)
        }
    }

    @Test("an earlier manifest is a checkpoint to hold later exports against")
    func older() async throws {
        let first = try export()
        try await busy(40)
        let second = try export()
        #expect(try verdict(second, older: first.manifest).continues == UInt64(first.lines.count))
    }

    @Test("a vault that is sealed meanwhile hands out no more")
    func sealed() async throws {
        var walk = EvidenceWalk(through: kit.vault.sequence, of: kit.vault, matching: EventFilter())
        _ = try walk.next()
        try await kit.seal()
        #expect(throws: Refusal.sealed) { try walk.next() }
        #expect(throws: Refusal.sealed) { try walk.manifest() }
    }

    @Test(
        "what was asked for has one spelling, in one line",
        arguments: [
            ("on_behalf_of", "a b\n&=%é", "on_behalf_of=a%20b%0A%26%3D%25%C3%A9"),
            ("secret", "github/pat-1_x.y~z", "secret=github/pat-1_x.y~z"), ("changes", "name=grace", "changes"),
        ]
    )
    func words(_ field: String, _ value: String, _ words: String) throws {
        var filter = try filter(field, value)
        #expect(filter.words == words)
        filter.conditions.append(try #require(.init(field: "actor", value: "vault")))
        filter.until = Timestamp(rfc3339: "2026-11-21")
        #expect(filter.words == "actor=vault&\(words)&until=2026-11-21T00:00:00.000Z")
    }
}
