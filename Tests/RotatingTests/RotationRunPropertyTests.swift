import Foundation
import Rotating
import Testing
import WarderModel
import WarderTesting

/// Thousands of rotations in which anything can fail, be lost or be asked for at any moment.
@Suite struct RotationRunPropertyTests {
    @Test(arguments: [true, false])
    func `whatever fails, one value is current, it works, and nothing else does without being named`(
        overlaps: Bool
    ) throws {
        var numbers = SeededNumbers()
        print("seed \(numbers.seed)")
        for _ in 0..<5000 {
            var vault = ImaginaryVault(overlaps: overlaps)
            // Troubled at first, then everything answers: it must come to rest.
            for _ in 0..<Int.random(in: 0...60, using: &numbers) {
                try disturb(&vault, &numbers)
                try check(vault, numbers.seed)
            }
            var steps = 0
            while vault.next != .none {
                if vault.next == .waitForPerson { try vault.run.resume() }
                _ = vault.advance()
                try check(vault, numbers.seed)
                steps += 1
                try #require(steps < 100, "seed \(numbers.seed): \(vault.run)")
            }
            let named = Set([vault.run.leftover?.version].compactMap(\.self))
            #expect(!named.contains(vault.current), "seed \(numbers.seed): \(vault.run)")
            #expect(
                vault.upstream.valid.isSubset(of: named.union([vault.current])),
                "seed \(numbers.seed): \(vault.run)"
            )
            // Where the upstream accepts one, that may be what somebody gave up on.
            if overlaps || named.isEmpty {
                #expect(vault.upstream.valid.contains(vault.current), "seed \(numbers.seed): \(vault.run)")
            }
        }
    }

    private func disturb(_ vault: inout ImaginaryVault, _ numbers: inout SeededNumbers) throws {
        let chance = Double.random(in: 0...1, using: &numbers)
        switch Int.random(in: 0..<20, using: &numbers) {
        case 0: try? vault.run.abort(at: vault.now)
        case 1: try? vault.run.rollback(at: vault.now, restorable: !vault.upstream.overlaps)
        case 2: try? vault.run.resume()
        case 3: try? vault.run.hasten()
        case 4: vault.moved = vault.now
        case 5:
            // A crash: what is on disk is all there is.
            vault.run = try JSONDecoder().decode(RotationRun.self, from: JSONEncoder().encode(vault.run))
        case 6:
            // A step is handed out, and the vault ends before, while or after it is done.
            guard case .run(let step) = vault.next else { return }
            vault.run.begin(step)
            if Bool.random(using: &numbers) { _ = vault.upstream.perform(step, of: vault.run) }
        case 7, 8: _ = vault.advance(answering: .lost(nil), chance: chance)
        case 9: fail(&vault, chance)
        default: _ = vault.advance(chance: chance)
        }
    }

    /// A rotator that fails says that it changed nothing, and changes nothing.
    private func fail(_ vault: inout ImaginaryVault, _ chance: Double) {
        guard case .run(let step) = vault.next else { return }
        vault.run.begin(step)
        vault.run.answered(StepAnswer(.failed), at: vault.now, limits: vault.limits, chance: chance)
    }

    private func check(_ vault: ImaginaryVault, _ seed: UInt64) throws {
        #expect(vault.kept.contains(vault.current), "seed \(seed): \(vault.run)")
        // Where the upstream accepts two, the current one works at every moment.
        if vault.upstream.overlaps {
            #expect(vault.upstream.valid.contains(vault.current), "seed \(seed): \(vault.run)")
        }
        // Whatever the upstream accepts, the vault has: no password is lost.
        #expect(vault.upstream.valid.isSubset(of: vault.kept), "seed \(seed): \(vault.run)")
    }
}
