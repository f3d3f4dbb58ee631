import Dispatch
import HashTreeCollections
import Locking
import Sealing
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// Keys that are changed while the vault is looked through are no damage, at whatever moment that is.
@Suite("A change of keys during a deep check")
struct KeyChangeDuringCheckTests {
    private let kit: TestVault

    init() async throws {
        kit = try await TestVault()
        try await kit.mustSetUpNotes()
    }

    @Test("before its first look at the log: the check says that the keys were changed")
    func before() async throws {
        let start = kit.vault.sequence
        let (keys, foundation) = (try #require(kit.vault.keys), try #require(kit.vault.foundation))
        _ = try await kit.vault.perform(Keys.rotate(by: kit.admin))
        let check = DeepCheck(keys.ring, foundation, store: kit.store, since: start)
        #expect(throws: DeepCheck.Stop.keysChanged) { try check.run() }
    }

    @Test("by the end of a rotation that met a damaged row: the check says that the keys were changed")
    func damagedEnd() async throws {
        _ = try await kit.vault.perform(Keys.rotate(by: kit.admin))
        let later = try kit.damaged(by: "UPDATE version_values SET wrapped_key = zeroblob(73)")
        try await later.unseal().get()
        let start = later.vault.sequence
        let (keys, foundation) = (try #require(later.vault.keys), try #require(later.vault.foundation))
        try await later.finishRewrapping()
        #expect(try later.lastEvent().line == "key.rewrap: value_damaged")
        let check = DeepCheck(keys.ring, foundation, store: later.store, since: start)
        #expect(throws: DeepCheck.Stop.keysChanged) { try check.run() }
    }

    @Test("at any step: the check says that the keys were changed, or was done already, and never that there is damage")
    func during() async throws {
        var steps = 0
        let whole = try kit.vault.checkDeeply(progress: { _ in steps += 1 }, isCancelled: { false })
        #expect(whole.verdict == .sound && steps > 5)
        var noticed = 0
        for step in 1...steps {
            let stand = try await Self()
            var seen = 0
            do {
                let report = try stand.kit.vault.checkDeeply(
                    progress: { _ in
                        seen += 1
                        if seen == step { stand.rotateNow() }
                    },
                    isCancelled: { false }
                )
                #expect(report.findings == [], "at \(step) of \(steps)")
            } catch {
                #expect(error == .keysChanged, "at \(step) of \(steps)")
                noticed += 1
            }
        }
        #expect(noticed > 5)
    }

    /// On the writer's thread; returns when it is on the disk.
    private func rotateNow() {
        let done = DispatchSemaphore(value: 0)
        let outcome = Locked<Result<Int, Refusal>?>(nil)
        kit.vault.submit(Keys.rotate(by: kit.admin)) { result in
            outcome.withLock { $0 = result }
            done.signal()
        }
        done.wait()
        #expect(outcome.withLock { (try? $0?.get()) != nil })
    }
}
