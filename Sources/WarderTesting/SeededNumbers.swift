/// Random numbers that a printed seed gives again (SplitMix64).
package struct SeededNumbers: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// What gives the same numbers again.
    package let seed: UInt64

    /// - Parameter seed: From a failed run; a new one where it is left out.
    package init(seed: UInt64 = .random(in: 0...UInt64(UInt32.max))) {
        self.seed = seed
        state = seed
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
