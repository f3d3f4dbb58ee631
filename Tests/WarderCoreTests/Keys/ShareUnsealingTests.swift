import Sealing
import SecretMemory
import SecretShares
import Testing
import WarderCrypto
import WarderModel
import WarderTesting

@testable import WarderCore

@Suite struct ShareUnsealingTests {
    @Test("three of five shares, brought by three people, open the vault; each is an event")
    func unseal() async throws {
        let (kit, shares) = try await Self.sealed()
        let name = try #require(try await kit.bring(shares[4], by: 5001).get().attempt)
        #expect(kit.vault.gathering.progress(at: kit.clock.now())?.indexes == [5])
        _ = try await kit.bring(shares[0], attempt: name, by: 5002).get()
        #expect(kit.vault.phase == .sealed)
        _ = try await kit.bring(shares[2], attempt: name, by: 5003).get()
        #expect(kit.vault.phase == .unsealed)
        #expect(kit.vault.gathering.progress(at: kit.clock.now()) == nil)
        let events = try kit.events().suffix(3)
        #expect(events.map(\.line) == ["unseal.share", "unseal.share", "vault.unseal"])
        #expect(events.map(\.actor) == ["uid:5001", "uid:5002", "uid:5003"])
    }

    @Test(
        "a share belongs to the attempt that is named: without its name, or with another, it is refused and changes nothing"
    )
    func attempts() async throws {
        let (kit, shares) = try await Self.sealed()
        #expect(await kit.bring(shares[0], attempt: "abcdef", by: 5001).refusal == .attemptUnknown)
        _ = try await kit.bring(shares[0], by: 5001).get()
        #expect(await kit.bring(shares[1], by: 5002).refusal == .attemptUnknown)
        #expect(await kit.bring(shares[1], attempt: "abcdef", by: 5003).refusal == .attemptUnknown)
        #expect(kit.vault.gathering.progress(at: kit.clock.now())?.indexes == [1])
    }

    @Test("the same share twice is one share")
    func twice() async throws {
        let (kit, shares) = try await Self.sealed()
        let name = try #require(try await kit.bring(shares[0], by: 5001).get().attempt)
        #expect(await kit.bring(shares[0], attempt: name, by: 5002).refusal == .shareTwice)
        #expect(kit.vault.gathering.progress(at: kit.clock.now())?.indexes == [1])
    }

    @Test("a share of another vault is refused, and one with a typing mistake is called that")
    func foreign() async throws {
        let (kit, shares) = try await Self.sealed()
        let (_, others) = try await Self.sealed()
        #expect(await kit.bring(others[0], by: 5001).refusal == .shareForeign)
        #expect(await kit.bring(mistyping: shares[0], by: 5002).refusal == .shareMistyped)
        #expect(try await kit.bringText("no share at all", by: 5003).refusal == .shareMalformed)
        #expect(kit.vault.gathering.progress(at: kit.clock.now()) == nil)
    }

    @Test("a forged share makes the attempt fail, which drops all shares, and the next attempt succeeds")
    func forged() async throws {
        let (kit, shares) = try await Self.sealed()
        let name = try #require(try await kit.bring(shares[0], by: 5001).get().attempt)
        _ = try await kit.bring(shares[1], attempt: name, by: 5002).get()
        let forged = try Share(set: shares[2].set, index: 3, bytes: SecretBytes.random(count: 32))
        #expect(await kit.bring(forged, attempt: name, by: 5003).refusal == .wrongKey)
        #expect(kit.vault.gathering.progress(at: kit.clock.now()) == nil)
        try await kit.open(with: Array(shares[1...3]))
        #expect(kit.vault.phase == .unsealed)
    }

    @Test("an attempt ends by itself after a quarter of an hour")
    func patience() async throws {
        let (kit, shares) = try await Self.sealed()
        let name = try #require(try await kit.bring(shares[0], by: 5001).get().attempt)
        kit.clock.advance(seconds: ShareGathering.patienceSeconds)
        #expect(kit.vault.gathering.progress(at: kit.clock.now()) == nil)
        #expect(await kit.bring(shares[1], attempt: name, by: 5002).refusal == .attemptUnknown)
        try await kit.open(with: Array(shares[0...2]))
        let end = try #require(try kit.events().last { $0.line == "unseal.cancel" })
        #expect(end.actor == "vault")
        let changes = end.changes ?? []
        #expect(changes.contains("ended=timeout") && changes.contains("shares=1"), "\(changes)")
    }

    @Test("what nobody looks at ends too: once, and in the log")
    func overdue() async throws {
        let (kit, shares) = try await Self.sealed()
        _ = try await kit.bring(shares[0], by: 5001).get()
        for _ in 0..<2 {
            kit.vault.endOverdueShares(at: kit.clock.now())
            kit.clock.advance(seconds: ShareGathering.patienceSeconds)
        }
        kit.vault.endOverdueShares(at: kit.clock.now())
        kit.vault.endOverdueShares(at: kit.clock.now())
        try await kit.unseal().get()
        #expect(try kit.events().filter { $0.line == "unseal.cancel" }.count == 1)
    }

    @Test(
        "an attempt is cancelled by root, by the daemon's user, and by who was an admin when the vault was sealed; by nobody else"
    )
    func cancel() async throws {
        let (kit, shares) = try await Self.sealed()
        for (uid, isAllowed) in [(UInt32(5001), false), (0, true), (999, true), (1000, true)] {
            _ = try await kit.bring(shares[0], by: 5001).get()
            let outcome = await kit.cancel(by: uid, isOwner: uid == 0 || uid == 999)
            #expect(outcome.refusal == (isAllowed ? nil : .notAnOperator))
            #expect((kit.vault.gathering.progress(at: kit.clock.now()) == nil) == isAllowed)
            if !isAllowed { _ = await kit.cancel(by: 0, isOwner: true) }
        }
        #expect(await kit.cancel(by: 0, isOwner: true).refusal == .nothingToUndo)
        try await kit.unseal().get()
        #expect(try kit.events().filter { $0.line == "unseal.cancel" }.count == 4)
    }

    @Test("a share that cannot be written down was not brought, and those that were stay")
    func unwritten() async throws {
        let (kit, shares) = try await Self.sealed()
        kit.store.fail(.unavailable(code: 13), times: 1)
        #expect(await kit.bring(shares[0], by: 5001).refusal == .auditUnavailable)
        #expect(kit.vault.gathering.progress(at: kit.clock.now()) == nil)
        let name = try #require(try await kit.bring(shares[0], by: 5001).get().attempt)
        kit.store.fail(.unavailable(code: 13), times: 1)
        #expect(await kit.bring(shares[1], attempt: name, by: 5002).refusal == .auditUnavailable)
        #expect(kit.vault.gathering.progress(at: kit.clock.now())?.indexes == [1])
        _ = try await kit.bring(shares[2], attempt: name, by: 5003).get()
        #expect(kit.vault.phase == .sealed)
        // The last one neither.
        kit.store.fail(.unavailable(code: 13), times: 1)
        #expect(await kit.bring(shares[1], attempt: name, by: 5002).refusal == .auditUnavailable)
        #expect(kit.vault.phase == .sealed)
        #expect(kit.vault.gathering.progress(at: kit.clock.now())?.indexes == [1, 3])
        _ = try await kit.bring(shares[1], attempt: name, by: 5002).get()
        #expect(kit.vault.phase == .unsealed)
        #expect(kit.vault.gathering.progress(at: kit.clock.now()) == nil)
        #expect(try kit.events().filter { $0.line == "unseal.share" }.map(\.actor) == ["uid:5001", "uid:5003"])
    }

    @Test("shares that wait again for their last one end when they would have, and are dropped as they would have been")
    func unwrittenLast() async throws {
        let (kit, shares) = try await Self.sealed()
        for isCancelled in [true, false] {
            let name = try #require(try await kit.bring(shares[0], by: 5001).get().attempt)
            kit.clock.advance(seconds: ShareGathering.patienceSeconds - 1)
            _ = try await kit.bring(shares[1], attempt: name, by: 5002).get()
            kit.store.fail(.unavailable(code: 13), times: 1)
            #expect(await kit.bring(shares[2], attempt: name, by: 5003).refusal == .auditUnavailable)
            #expect(kit.vault.gathering.progress(at: kit.clock.now())?.secondsLeft == 1)
            if isCancelled {
                #expect(await kit.cancel(by: 0, isOwner: true).refusal == nil)
            } else {
                kit.clock.advance(seconds: 1)
            }
            #expect(await kit.bring(shares[2], attempt: name, by: 5003).refusal == .attemptUnknown)
        }
    }

    @Test("complete shares are put back only where nobody dropped them meanwhile, or began anew")
    func putBack() async throws {
        let (kit, shares) = try await Self.sealed()
        let slots = try #require(kit.vault.foundation?.slots)
        let now = kit.clock.now()
        let gathering = ShareGathering()
        func complete() throws -> String {
            var name: String?
            for share in shares.prefix(3) {
                switch try gathering.add(share, to: name, for: .unsealing, slots: slots, at: now) {
                case .waiting(let progress): name = progress.attempt
                case .complete(_, _, let attempt): #expect(attempt == name)
                }
            }
            return try #require(name)
        }
        let dropped = try complete()
        gathering.cancel(dropped, at: now)
        gathering.settle(dropped, isWritten: false)
        #expect(gathering.progress(at: now) == nil)
        let removed = try complete()
        gathering.dropUnless(among: [])
        gathering.settle(removed, isWritten: false)
        #expect(gathering.progress(at: now) == nil)
        let overtaken = try complete()
        _ = try gathering.add(shares[4], to: nil, for: .unsealing, slots: slots, at: now)
        gathering.settle(overtaken, isWritten: false)
        #expect(gathering.progress(at: now)?.indexes == [5])
    }

    @Test("shares whose last one cannot be written down do not come back where somebody cancelled meanwhile")
    func cancelledAtTheLast() async throws {
        let (kit, shares) = try await Self.sealed()
        let name = try #require(try await kit.bring(shares[0], by: 5001).get().attempt)
        _ = try await kit.bring(shares[1], attempt: name, by: 5002).get()
        kit.store.fail(.unavailable(code: 13), times: 1)
        var last: Task<Result<Vault.ShareOutcome, Refusal>, Never>?
        await kit.store.hold { last = Task { await kit.bring(shares[2], attempt: name, by: 5003) } }
        #expect(await kit.cancel(by: 0, isOwner: true).refusal == .nothingToUndo)
        kit.store.release()
        #expect(await last?.value.refusal == .auditUnavailable)
        #expect(kit.vault.gathering.progress(at: kit.clock.now()) == nil)
        #expect(kit.vault.phase == .sealed)
    }

    @Test("an end that cannot be written down is none")
    func unwrittenCancel() async throws {
        let (kit, shares) = try await Self.sealed()
        _ = try await kit.bring(shares[0], by: 5001).get()
        kit.store.fail(.unavailable(code: 13), times: 1)
        #expect(await kit.cancel(by: 0, isOwner: true).refusal == .auditUnavailable)
        #expect(kit.vault.gathering.progress(at: kit.clock.now())?.indexes == [1])
        #expect(await kit.cancel(by: 0, isOwner: true).refusal == nil)
        #expect(kit.vault.gathering.progress(at: kit.clock.now()) == nil)
        try await kit.unseal().get()
        #expect(try kit.events().filter { $0.line == "unseal.cancel" }.count == 1)
    }

    @Test("after a restart nobody is known to have been an admin: root cancels, and time does")
    func cancelAfterRestart() async throws {
        let (kit, shares) = try await Self.sealed()
        let later = try TestVault(restarting: kit)
        _ = try await later.bring(shares[0], by: 5001).get()
        #expect(await later.cancel(by: 1000, isOwner: false).refusal == .notAnOperator)
        #expect(await later.cancel(by: 0, isOwner: true).refusal == nil)
    }

    @Test("whoever brings shares of another vault has to wait, and others do not")
    func throttled() async throws {
        let (kit, shares) = try await Self.sealed()
        let (_, others) = try await Self.sealed()
        for _ in 0..<5 { #expect(await kit.bring(others[0], by: 5001).refusal == .shareForeign) }
        #expect(await kit.bring(shares[0], by: 5001).refusal == .throttled)
        _ = try await kit.bring(shares[0], by: 5002).get()
    }

    @Test("a text that is no share is no try, however often it comes, and fills no disk")
    func slips() async throws {
        let (kit, shares) = try await Self.sealed()
        for _ in 0..<4 { #expect(try await kit.unseal(with: "a guess").refusal == .wrongKey) }
        for _ in 0..<20 {
            #expect(await kit.bring(mistyping: shares[0], by: kit.ada.uid).refusal == .shareMistyped)
            #expect(try await kit.bringText("no share at all", by: kit.ada.uid).refusal == .shareMalformed)
        }
        _ = try await kit.bring(shares[0], by: kit.ada.uid).get()
        // Four tries were used up before, and nothing was given back.
        #expect(try await kit.unseal(with: "a guess").refusal == .wrongKey)
        #expect(try await kit.unseal(with: "a guess").refusal == .throttled)
        kit.clock.advance(seconds: 900)
        try await kit.unseal().get()
        let slips = try kit.events().filter { $0.line.hasPrefix("unseal.share: share_m") }
        #expect(slips.count == 5)
    }

    @Test("a slot of shares that was removed opens nothing")
    func removed() async throws {
        let (kit, shares) = try await Self.sealed()
        try await kit.unseal().get()
        let slot = try #require(kit.vault.foundation?.slots.last)
        _ = try await kit.vault.perform(Keys.remove(slot.id, by: kit.admin))
        try await kit.seal()
        #expect(await kit.bring(shares[0], by: 5001).refusal == .shareForeign)
    }

    @Test("shares that nobody checked give nobody more tries at the passphrase")
    func throttle() async throws {
        let (kit, shares) = try await Self.sealed()
        let set = try #require(shares.first?.set)
        let forged = try Share(set: set, index: 1, bytes: SecretBytes.random(count: 32))
        for _ in 0..<4 { #expect(try await kit.unseal(with: "a guess").refusal == .wrongKey) }
        _ = try await kit.bring(forged, by: kit.ada.uid).get()
        #expect(try await kit.unseal(with: "a guess").refusal == .wrongKey)
        #expect(try await kit.unseal(with: "a guess").refusal == .throttled)
        #expect(await kit.bring(forged, by: kit.ada.uid).refusal == .throttled)
    }

    @Test("shares that were brought do not outlive another way to open the vault")
    func openedOtherwise() async throws {
        let (kit, shares) = try await Self.sealed()
        _ = try await kit.bring(shares[0], by: 5001).get()
        try await kit.unseal().get()
        #expect(kit.vault.gathering.progress(at: kit.clock.now()) == nil)
    }

    /// A sealed vault with a passphrase and five shares, any three of which open it.
    private static func sealed() async throws -> (TestVault, [Share]) {
        let kit = try await TestVault()
        let made = try kit.vault.prepareShares(threshold: 3, count: 5)
        _ = try await kit.vault.perform(Keys.add(made.prepared, by: kit.admin))
        try await kit.seal()
        return (kit, made.shares)
    }
}

extension Vault.ShareOutcome {
    fileprivate var attempt: String? {
        if case .waiting(let progress) = self { progress.attempt } else { nil }
    }
}

extension TestVault {
    func bring(_ share: Share, attempt: String? = nil, by uid: UInt32) async -> Result<Vault.ShareOutcome, Refusal> {
        guard let text = try? share.text() else { return .failure(.memoryNotLocked) }
        return await bring(text, attempt: attempt, by: uid)
    }

    func bringText(_ text: String, by uid: UInt32) async throws -> Result<Vault.ShareOutcome, Refusal> {
        await bring(try Self.secret(text), attempt: nil, by: uid)
    }

    /// With its last character exchanged.
    func bring(mistyping share: Share, by uid: UInt32) async -> Result<Vault.ShareOutcome, Refusal> {
        guard let text = try? share.text() else { return .failure(.memoryNotLocked) }
        var characters = unsafe text.withUnsafeBytes { unsafe Array($0) }
        characters[characters.count - 2] = characters[characters.count - 2] == 0x37 ? 0x38 : 0x37
        guard let wrong = try? SecretBytes(copying: characters) else { return .failure(.memoryNotLocked) }
        return await bring(wrong, attempt: nil, by: uid)
    }

    /// Brings shares one after the other until the vault opens.
    func open(with shares: [Share]) async throws {
        var attempt: String?
        for share in shares { attempt = try await bring(share, attempt: attempt, by: 5100).get().attempt }
    }

    func cancel(by uid: UInt32, isOwner: Bool) async -> Result<Void, Refusal> {
        await withCheckedContinuation { continuation in
            var caller = caller(.synthetic(uid: uid, pid: 3), .operator)
            caller.isOwner = isOwner
            vault.cancelUnsealing(by: caller) {
                continuation.resume(returning: $0)
            }
        }
    }

    private func bring(
        _ text: SecretBytes,
        attempt: String?,
        by uid: UInt32
    ) async -> Result<Vault.ShareOutcome, Refusal> {
        await withCheckedContinuation { continuation in
            vault.unseal(withShare: text, attempt: attempt, by: caller(.synthetic(uid: uid, pid: 2), .operator)) {
                continuation.resume(returning: $0)
            }
        }
    }
}
