import Sealing
import SecretMemory
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// Looking for a value in the log of a real vault.
@Suite struct LeakSearchTests {
    private static func kit() async throws -> TestVault {
        let kit = try await TestVault(profile: .singleUser)
        try await kit.mustSetUpNotes()
        return kit
    }

    private static func find(_ text: String, in kit: TestVault) async throws -> LeakReport {
        let last = try await kit.vault.perform(LeakSearch.find(by: kit.admin))
        return try kit.vault.findLeak(
            of: LeakNeedle(try TestVault.secret(text)),
            through: last,
            progress: { _ in },
            isCancelled: { false }
        )
    }

    @Test("a value that was never stored is not found, and a part of one is none")
    func never() async throws {
        let kit = try await Self.kit()
        for guess in ["another", "s3cr3", "s3cr3t "] {
            let report = try await Self.find(guess, in: kit)
            #expect(report.matches.isEmpty && report.uses.isEmpty)
            #expect(report.first?.sequence == 1 && report.events == kit.vault.sequence)
        }
    }

    @Test("every version that held it is found with its state, and who got it, by server, tool and person")
    func found() async throws {
        let kit = try await Self.kit()
        let token = try await kit.mustIssue()
        for _ in 0..<3 { _ = try await kit.mustResolve(with: token) }
        try await kit.mustPut("notes/api", "another")
        _ = try await kit.mustResolve(with: token)
        try await kit.mustPut("other/api", fields: ["user": "bob", "key": "s3cr3t"])
        _ = try await kit.vault.perform(
            Secrets.reveal(try SecretName("other/api"), field: try FieldName("key"), version: nil, by: kit.admin)
        )
        _ = try await kit.vault.perform(
            Secrets.reveal(try SecretName("other/api"), field: try FieldName("user"), version: nil, by: kit.admin)
        )
        let report = try await Self.find("s3cr3t", in: kit)
        #expect(report.matches.map(\.secret) == ["notes/api", "other/api"])
        #expect(report.matches.map(\.version) == [1, 1])
        #expect(report.matches.map(\.state) == ["previous", "current"])
        #expect(report.matches.map(\.matched) == [["value"], ["key"]])
        #expect(report.matches.last?.fields == ["key", "user"])
        #expect(report.uses.map(\.kind.type) == ["secret.resolve", "secret.reveal"])
        #expect(report.uses.map(\.count) == [3, 1])
        #expect(report.uses.first?.kind.server == "notes" && report.uses.first?.kind.tool == "search")
        #expect(report.uses.first?.kind.actor == "process:2000")
        #expect(report.uses.last?.kind.actor == "operator:ada")
    }

    @Test(
        "a line break at the end of either makes no difference, and is told",
        arguments: ["s3cr3t", "s3cr3t\n", "s3cr3t\r\n"]
    )
    func lineBreak(_ text: String) async throws {
        let kit = try await Self.kit()
        try await kit.mustPut("file/api", "s3cr3t\n")
        let report = try await Self.find(text, in: kit)
        let found = Dictionary(uniqueKeysWithValues: report.matches.map { ($0.secret, $0.differsByLineBreak) })
        #expect(found == ["notes/api": text != "s3cr3t", "file/api": text != "s3cr3t\n"])
    }

    @Test("fingerprints of every key are looked for: a rotation in between hides nothing")
    func rotation() async throws {
        let kit = try await Self.kit()
        let before = try kit.vault.keys?.ring.current(.fingerprint).epoch
        let ring = try #require(try kit.vault.keys?.ring.adding(epochsOf: [.fingerprint], at: kit.clock.now().wall))
        let value = try TestVault.secret("s3cr3t")
        let root = try #require(kit.vault.keys?.root)
        let prints = try [kit.vault.keys?.fingerprint(value), OpenKeys(ring, root: root).fingerprint(value)]
        #expect(prints[0] != prints[1])
        let known = try LeakFingerprints(of: value, under: ring)
        for print in prints { #expect(known[try #require(print)[...]] == LeakFingerprints.Difference.none) }
        #expect(try ring.current(.fingerprint).epoch == (before ?? 0) + 1)

        _ = try await kit.vault.perform(Keys.rotate(by: kit.admin))
        try await kit.mustPut("later/api", "s3cr3t")
        let report = try await Self.find("s3cr3t", in: kit)
        #expect(report.matches.map(\.secret) == ["notes/api", "later/api"])
    }

    @Test("a salvage hands over what is not destroyed, and counts for nothing else")
    func salvage() async throws {
        let kit = try await Self.kit()
        _ = try await kit.vault.perform(Checks.salvage(by: kit.admin))
        _ = try await kit.vault.perform(Secrets.destroy(try SecretName("notes/api"), version: 1, by: kit.admin))
        _ = try await kit.vault.perform(Checks.salvage(by: kit.admin))
        let report = try await Self.find("s3cr3t", in: kit)
        #expect(report.matches.map(\.state) == ["destroyed"])
        #expect(report.uses.map(\.kind.type) == ["secret.salvage"])
        #expect(report.uses.map(\.count) == [1])
    }

    @Test("five at once, then one in thirty seconds, for each user; the refusal is in the log")
    func allowance() async throws {
        let kit = try await Self.kit()
        for _ in 0..<5 { _ = try await kit.vault.perform(LeakSearch.find(by: kit.admin)) }
        #expect(await kit.refusal(of: LeakSearch.find(by: kit.admin)) == .throttled)
        #expect(try kit.lastEvent().line == "audit.find_leak: throttled")
        kit.clock.advance(seconds: 29)
        #expect(await kit.refusal(of: LeakSearch.find(by: kit.admin)) == .throttled)
        kit.clock.advance(seconds: 1)
        #expect(await kit.refusal(of: LeakSearch.find(by: kit.admin)) == nil)
        #expect(await kit.refusal(of: LeakSearch.find(by: kit.admin)) == .throttled)
        let eve = try await kit.mustAddOperator("eve", uid: 1001, roles: [.auditor])
        #expect(await kit.refusal(of: LeakSearch.find(by: kit.present(eve))) == nil)
    }

    @Test("tries that come together are counted together")
    func together() async throws {
        let kit = try await Self.kit()
        let outcomes = await withTaskGroup(of: Refusal?.self) { group in
            for _ in 0..<20 { group.addTask { await kit.refusal(of: LeakSearch.find(by: kit.admin)) } }
            return await group.reduce(into: [Refusal?]()) { $0.append($1) }
        }
        #expect(outcomes.count { $0 == nil } == 5)
        #expect(outcomes.count { $0 == .throttled } == 15)
    }

    @Test("the event says nothing of the value, and the walk ends when the vault is sealed")
    func sealed() async throws {
        let kit = try await Self.kit()
        let last = try await kit.vault.perform(LeakSearch.find(by: kit.admin))
        let event = try kit.lastEvent()
        #expect(event.type == "audit.find_leak" && event.changes == nil && event.sequence == last)
        try await kit.seal()
        let needle = LeakNeedle(try TestVault.secret("s3cr3t"))
        #expect(throws: DeepCheck.Stop.cancelled) {
            try kit.vault.findLeak(of: needle, through: last, progress: { _ in }, isCancelled: { false })
        }
    }

    @Test("what is remembered is bounded, and the newest versions stay")
    func bounds() async throws {
        let kit = try await Self.kit()
        let value = try TestVault.secret("s3cr3t")
        let keys = try #require(kit.vault.keys)
        var trail = LeakTrail(try LeakFingerprints(of: value, under: keys.ring))
        let print = keys.fingerprint(value)
        for number in 1...120 {
            let put =
                #"{"action":"create","actor":"operator:ada","changes":["fingerprint/value=\#(print)"],"decision":"allowed","fields":["value"],"secret":"a/b","type":"secret.put","version":\#(number)}"#
            let read =
                #"{"action":"read","actor":"process:\#(number)","decision":"allowed","fields":["value"],"secret":"a/b","type":"secret.resolve","version":\#(number)}"#
            let taken = [put, read].map { trail.take(Array($0.utf8), sequence: UInt64(number)) }
            #expect(taken == [true, true])
        }
        #expect(trail.matches.map(\.version) == Array(21...120) && trail.matchesAreCut)
        #expect(trail.uses.map(\.kind.version) == Array(21...120) && !trail.usesAreCut)
        for number in 0..<1000 {
            let read =
                #"{"action":"read","actor":"process:\#(9000 + number)","decision":"allowed","fields":["value"],"secret":"a/b","type":"secret.resolve","version":120}"#
            let taken = trail.take(Array(read.utf8), sequence: 500)
            #expect(taken)
        }
        #expect(trail.uses.count == LeakTrail.maximumUses && trail.usesAreCut)
        let taken = trail.take(Array("{\"action\":\"create\" nonsense".utf8), sequence: 7)
        #expect(!taken)
    }
}
