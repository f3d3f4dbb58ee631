import HashTreeCollections
import SecretMemory
import SecretShares
import Sealing
import Testing
import WarderCrypto
import WarderModel
import WarderTesting

@testable import WarderCore

/// A passphrase for the only admin, who has lost theirs: by those who hold shares.
@Suite struct SharedEnrolmentTests {
    @Test("two of three shares, brought by people without any role, make a code for the only admin")
    func code() async throws {
        let (kit, shares) = try await Self.vault()
        let progress = try #require(try await kit.enrol(shares[2], by: 5001).get().progress)
        #expect(progress.purpose == .enrolment(try OperatorName("ada")))
        #expect(progress.indexes == [3] && progress.threshold == 2)
        let made = try #require(try await kit.enrol(shares[0], attempt: progress.attempt, by: 5002).get().made)
        let code = try #require(EnrolmentCode(made.code))
        let verifier = try TestVault.verifier()
        for (peer, refusal) in [(Peer.synthetic(uid: 5002), Refusal?.some(.notAnOperator)), (kit.ada, nil)] {
            let use = Enrolments.use(code, toSet: verifier, by: kit.caller(peer, .operator))
            #expect(await kit.refusal(of: use) == refusal)
        }
        let steps = try kit.events().filter { $0.line == "operator.enrol_share" }
        #expect(steps.map(\.actor) == ["uid:5001", "uid:5002"])
        let slot = try #require(kit.vault.foundation?.slots.last?.id)
        func facts(_ step: LoggedEvent) -> [String] { Array(step.changes?.prefix(4) ?? []) }
        for (number, step) in steps.enumerated() {
            #expect(facts(step) == ["name=ada", "slot/\(slot)/shares", "shares=\(number + 1)", "need=2"])
        }
        #expect(steps.last?.changes?.last?.hasPrefix("operator/") == true)
    }

    @Test("a forged last share makes nothing, drops the others, and is a try")
    func forged() async throws {
        let (kit, shares) = try await Self.vault()
        let forged = try Share(set: shares[0].set, index: 2, bytes: SecretBytes.random(count: 32))
        for round in 0..<5 {
            let name = try #require(try await kit.enrol(shares[0], by: 5001).get().progress?.attempt)
            #expect(await kit.enrol(forged, attempt: name, by: 5002).refusal == .wrongKey, "\(round)")
            #expect(kit.vault.gathering.progress(at: kit.clock.now()) == nil)
        }
        let name = try #require(try await kit.enrol(shares[0], by: 5001).get().progress?.attempt)
        #expect(await kit.enrol(shares[1], attempt: name, by: 5002).refusal == .throttled)
        #expect(kit.vault.state?.operators[kit.ada.uid]?.enrolment == nil)
        #expect(try await kit.enrol(shares[1], attempt: name, by: 5003).get().made != nil)
    }

    @Test("a text that is no share is no try, however often it comes, and fills no disk")
    func slips() async throws {
        let (kit, shares) = try await Self.vault()
        let (_, others) = try await Self.vault()
        for _ in 0..<4 { #expect(await kit.enrol(others[0], by: 5001).refusal == .shareForeign) }
        var mistyped = Array(try shares[0].text().text)
        mistyped[mistyped.count - 2] = mistyped[mistyped.count - 2] == "7" ? "8" : "7"
        for _ in 0..<20 {
            #expect(try await kit.enrol(text: String(mistyped), by: 5001).refusal == .shareMistyped)
            #expect(try await kit.enrol(text: "no share at all", by: 5001).refusal == .shareMalformed)
        }
        // Four tries were used up before, and nothing was given back.
        _ = try await kit.enrol(shares[0], by: 5001).get()
        #expect(await kit.enrol(others[0], by: 5001).refusal == .shareForeign)
        #expect(await kit.enrol(others[0], by: 5001).refusal == .throttled)
        let slips = try kit.events().filter { $0.line.hasPrefix("operator.enrol_share: share_m") }
        #expect(slips.count == 5)
    }

    @Test("a share for one person's code is none for another's, nor for an attempt of another name")
    func bound() async throws {
        let (kit, shares) = try await Self.vault()
        _ = try await kit.mustAddOperator("grace", uid: 1001, roles: [.reader], withPresence: false)
        let name = try #require(try await kit.enrol(shares[0], for: "grace", by: 5001).get().progress?.attempt)
        #expect(await kit.enrol(shares[1], attempt: name, by: 5002).refusal == .attemptUnknown)
        #expect(await kit.enrol(shares[1], for: "grace", attempt: "abcdef", by: 5002).refusal == .attemptUnknown)
        #expect(await kit.enrol(shares[1], for: "grace", by: 5002).refusal == .attemptUnknown)
        #expect(await kit.enrol(shares[0], for: "grace", attempt: name, by: 5002).refusal == .shareTwice)
        #expect(kit.vault.state?.operators.values.contains { $0.enrolment != nil } == false)
    }

    @Test("who has no share of this vault does not learn who its operators are")
    func names() async throws {
        let (kit, shares) = try await Self.vault()
        let (_, others) = try await Self.vault()
        #expect(await kit.enrol(others[0], for: "ada", by: 5001).refusal == .shareForeign)
        #expect(await kit.enrol(others[0], for: "nobody", by: 5001).refusal == .shareForeign)
        #expect(await kit.enrol(shares[0], for: "nobody", by: 5001).refusal == .notFound)
        #expect(kit.vault.gathering.progress(at: kit.clock.now()) == nil)
    }

    @Test("shares of a slot that is removed meanwhile make nothing")
    func removed() async throws {
        let (kit, shares) = try await Self.vault()
        let name = try #require(try await kit.enrol(shares[0], by: 5001).get().progress?.attempt)
        let slot = try #require(kit.vault.foundation?.slots.last)
        let other = try kit.vault.prepareShares(threshold: 2, count: 2)
        _ = try await kit.vault.perform(Keys.add(other.prepared, by: kit.admin))
        _ = try await kit.vault.perform(Keys.remove(slot.id, by: kit.admin))
        #expect(await kit.enrol(shares[1], attempt: name, by: 5002).refusal == .shareForeign)
        #expect(kit.vault.state?.operators[kit.ada.uid]?.enrolment == nil)
        // Nor does what is left of them keep another set waiting.
        _ = try await kit.enrol(other.shares[0], by: 5003).get()
    }

    @Test("an attempt from before a new root key has ended, and the same shares make a code in another")
    func newRoot() async throws {
        let (kit, shares) = try await Self.vault()
        let old = try #require(try await kit.enrol(shares[0], by: 5001).get().progress?.attempt)
        let slots = try #require(kit.vault.foundation?.slots)
        let openings = [
            RootRotation.Opening(slot: slots[0].id, .secret(try TestVault.secret(TestVault.passphrase))),
            RootRotation.Opening(slot: slots[1].id, .shares(try shares.prefix(2).map { try $0.text() })),
        ]
        let rotation = try kit.vault.prepareRootRotation(openings, dropping: [])
        _ = try await kit.vault.perform(Keys.rotateRoot(rotation, of: kit.vault, by: kit.admin))
        #expect(await kit.enrol(shares[1], attempt: old, by: 5002).refusal == .attemptUnknown)
        let name = try #require(try await kit.enrol(shares[0], by: 5001).get().progress?.attempt)
        #expect(try await kit.enrol(shares[1], attempt: name, by: 5002).get().made != nil)
    }

    @Test("a share that cannot be written down was not brought, and those that were stay")
    func unwritten() async throws {
        let kit = try await TestVault(profile: .singleUser)
        let made = try kit.vault.prepareShares(threshold: 3, count: 3)
        _ = try await kit.vault.perform(Keys.add(made.prepared, by: kit.admin))
        let name = try #require(try await kit.enrol(made.shares[0], by: 5001).get().progress?.attempt)
        kit.store.fail(.unavailable(code: 13), times: 1)
        #expect(await kit.enrol(made.shares[1], attempt: name, by: 5002).refusal == .auditUnavailable)
        #expect(kit.vault.gathering.progress(at: kit.clock.now())?.indexes == [1])
        _ = try await kit.enrol(made.shares[1], attempt: name, by: 5002).get()
        // The last one neither.
        kit.store.fail(.unavailable(code: 13), times: 1)
        #expect(await kit.enrol(made.shares[2], attempt: name, by: 5003).refusal == .auditUnavailable)
        #expect(kit.vault.gathering.progress(at: kit.clock.now())?.indexes == [1, 2])
        #expect(try await kit.enrol(made.shares[2], attempt: name, by: 5003).get().made != nil)
        #expect(kit.vault.gathering.progress(at: kit.clock.now()) == nil)
    }

    @Test("sealing drops the shares, an admin may, and time does; a sealed vault takes none")
    func ends() async throws {
        let (kit, shares) = try await Self.vault()
        _ = try await kit.enrol(shares[0], by: 5001).get()
        try await kit.seal()
        #expect(kit.vault.gathering.progress(at: kit.clock.now()) == nil)
        #expect(await kit.enrol(shares[0], by: 5001).refusal == .sealed)
        try await kit.unseal().get()
        _ = try await kit.enrol(shares[0], by: 5001).get()
        #expect(await kit.cancel(by: 5001, isOwner: false).refusal == .notAnOperator)
        #expect(await kit.cancel(by: kit.ada.uid, isOwner: false).refusal == nil)
        #expect(try kit.lastEvent().changes?.first == "name=ada")
        _ = try await kit.enrol(shares[0], by: 5001).get()
        kit.clock.advance(seconds: ShareGathering.patienceSeconds)
        _ = try await kit.enrol(shares[1], by: 5001).get()
        let ends = try kit.events().filter { $0.line == "unseal.cancel" }
        #expect(ends.map(\.actor) == ["operator:ada", "vault"])
    }

    /// A vault of one person, with three shares, any two of which open it.
    private static func vault() async throws -> (TestVault, [Share]) {
        let kit = try await TestVault(profile: .singleUser)
        let made = try kit.vault.prepareShares(threshold: 2, count: 3)
        _ = try await kit.vault.perform(Keys.add(made.prepared, by: kit.admin))
        return (kit, made.shares)
    }
}

extension SharedEnrolment.Outcome {
    fileprivate var progress: ShareGathering.Progress? {
        if case .waiting(let progress) = self { progress } else { nil }
    }

    fileprivate var made: Enrolments.Made? {
        if case .made(let made) = self { made } else { nil }
    }
}

extension TestVault {
    fileprivate func enrol(
        _ share: Share,
        for name: String = "ada",
        attempt: String? = nil,
        by uid: UInt32
    ) async -> Result<SharedEnrolment.Outcome, Refusal> {
        guard let text = try? share.text() else { return .failure(.shareMalformed) }
        return await enrol(text, for: name, attempt: attempt, by: uid)
    }

    /// What somebody typed.
    fileprivate func enrol(text: String, by uid: UInt32) async throws -> Result<SharedEnrolment.Outcome, Refusal> {
        await enrol(try Self.secret(text), for: "ada", attempt: nil, by: uid)
    }

    private func enrol(
        _ text: SecretBytes,
        for name: String,
        attempt: String?,
        by uid: UInt32
    ) async -> Result<SharedEnrolment.Outcome, Refusal> {
        guard let name = try? OperatorName(name) else { return .failure(.notFound) }
        return await withCheckedContinuation { continuation in
            vault.enrol(
                name,
                withShare: text,
                attempt: attempt,
                by: caller(.synthetic(uid: uid, pid: 2), .operator)
            ) { continuation.resume(returning: $0) }
        }
    }
}
