import Locking
package import Rotating

/// How often rotators were asked for a step since the daemon began, by what came of it.
package final class StepTally: Sendable {
    package struct Key: Hashable, Sendable {
        /// As it is written in a rotation: `exec:gh`.
        package let rotator: String
        package let outcome: StepOutcome

        package init(rotator: String, outcome: StepOutcome) {
            self.rotator = rotator
            self.outcome = outcome
        }
    }

    private let counts = Locked<[Key: Int64]>([:])

    init() {}

    package var all: [Key: Int64] { counts.withLock { $0 } }

    func add(_ rotator: Rotator, _ outcome: StepOutcome) {
        let key = Key(rotator: rotator.text, outcome: outcome)
        counts.withLock { $0[key, default: 0] += 1 }
    }
}
