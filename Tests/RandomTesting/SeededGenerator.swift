import FoundationEssentials

/// Random numbers (SplitMix64) that a printed seed gives again: `WARDER_TEST_SEED=… swift test --filter …`.
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    package let seed: UInt64
    private var state: UInt64

    package init(seed: UInt64) {
        self.seed = seed
        state = seed
    }

    /// A new seed, printed, or the one that the environment asks for.
    package static func printed(_ test: StaticString = #function) -> SeededGenerator {
        let wanted = ProcessInfo.processInfo.environment["WARDER_TEST_SEED"].flatMap { UInt64($0) }
        let seed = wanted ?? .random(in: .min ... .max)
        print("\(test): seed \(seed)")
        return SeededGenerator(seed: seed)
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    package mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in .random(in: .min ... .max, using: &self) }
    }
}
