import HashTreeCollections
import Locking
import Rotating
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// More rotations than the worker can work at.
@Suite struct RotationLaneTests {
    /// A worker that takes one step at a time, when it is told to.
    private final class Worker: Sendable {
        private let vault: Vault
        private let job = Locked<Handout?>(nil)
        let steps = Locked<[(secret: SecretName, step: RotationStep)]>([])

        init(_ vault: Vault) { self.vault = vault }

        func ask() {
            _ = vault.jobs.wait(on: JobBoard.Line(name: "worker", hangUp: {})) { assignment in
                guard case .step(let handout) = assignment else { return }
                self.job.withLock { $0 = handout }
                self.steps.withLock { $0.append((handout.secret, handout.step)) }
            }
        }

        /// - Returns: whether it had something to do.
        func work() -> Bool {
            guard let handout = job.withLock({ $0.take() }) else { return false }
            ask()
            return vault.jobs.answer(
                handout.id,
                from: "worker",
                HandoutAnswer(StepAnswer(.done, overlaps: false, maker: .vault))
            )
        }
    }

    @Test(arguments: [1, 2, 7])
    func `one worker is enough for all, and no more have begun at once than there are lanes`(limit: Int) async throws {
        let kit = try await TestVault()
        let names = try (0..<6).map { try SecretName("app/s\($0)") }
        for name in names {
            try await kit.mustPut(name.text)
            let plan = Rotations.Plan(rotator: try Rotator("postgres:main"))
            _ = try await kit.vault.perform(Rotations.set(name, plan, by: kit.admin))
        }
        // What it meets at its first look it would spread over some minutes.
        var keeper = RotationKeeper(kit.vault, limit: limit)
        _ = await keeper.look { _, _ in }
        for name in names {
            _ = try await kit.vault.perform(Rotations.start(name, reason: nil, compromised: false, by: kit.admin))
        }
        let worker = Worker(kit.vault)
        worker.ask()
        repeat {
            var before: UInt64
            repeat {
                before = kit.vault.sequence
                _ = await keeper.look { _, _ in }
                await kit.vault.heartbeat()
            } while kit.vault.sequence != before
        } while worker.work()
        for name in names {
            #expect(kit.vault.state?.secrets[name]?.current?.number == 2)
            #expect(kit.vault.state?.rotations[name]?.run?.hasEnded == true)
        }
        var open: Set<SecretName> = []
        for (secret, step) in worker.steps.withLock({ $0 }) {
            if step == .test { open.remove(secret) } else { open.insert(secret) }
            #expect(open.count <= limit)
        }
        #expect(open.isEmpty)
    }
}
