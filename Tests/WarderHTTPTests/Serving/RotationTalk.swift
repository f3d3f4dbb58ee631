import HashTreeCollections
import Locking
import Rotating
import Testing
import WarderCore
import WarderModel
import WarderTesting

@testable import WarderHTTP

extension Talk {
    /// Everything that can be asked about rotations, with a rotation in the state for it.
    func rotations(_ kit: TestVault) async throws {
        let name = try SecretName("notes/api")
        var keeper = RotationKeeper(kit.vault, limit: 1)
        for id in ["setRotation", "listRotations", "showRotation", "testRotation", "pauseRotation", "startRotation"] {
            try ask(id)
        }
        _ = await keeper.look { _, _ in }
        try ask("rollbackRotation")
        _ = await keeper.look { _, _ in }

        let plan = Rotations.Plan(rotator: try Rotator("postgres:main"))
        _ = try await kit.vault.perform(Rotations.set(name, plan, by: present()))
        let failing = Locked<Set<RotationStep>>([.preflight])
        Self.work(kit.vault, failing)
        try ask("startRotation")
        await settle(&keeper, kit)
        failing.withLock { $0 = [.test, .discard] }
        try ask("resumeRotation")
        await settle(&keeper, kit)
        try ask("abortRotation")
        let orphan = try #require(kit.vault.state?.rotations[name]?.orphans.first)
        try ask("forgetOrphan", body: #"{"rotation":"\#(orphan.rotation)"}"#)
        try ask("removeRotation")
    }

    private func settle(_ keeper: inout RotationKeeper, _ kit: TestVault) async {
        var before: UInt64
        repeat {
            before = kit.vault.sequence
            _ = await keeper.look { _, _ in }
            await kit.vault.heartbeat()
        } while kit.vault.sequence != before
    }

    /// A worker in this process, whose rotator cannot do some steps.
    private static func work(_ vault: Vault, _ failing: Locked<Set<RotationStep>>) {
        _ = vault.jobs.wait(on: JobBoard.Line(name: "test", hangUp: {})) { assignment in
            guard let assignment else { return }
            work(vault, failing)
            guard case .step(let handout) = assignment else { return }
            let fails = failing.withLock { $0.contains(handout.step) }
            _ = vault.jobs.answer(
                handout.id,
                from: "test",
                HandoutAnswer(StepAnswer(fails ? .failed : .done, mayRetry: !fails))
            )
        }
    }
}
