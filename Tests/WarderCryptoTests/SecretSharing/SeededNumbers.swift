import FoundationEssentials
import SecretMemory

/// Random numbers (SplitMix64) that a printed seed gives again: `WARDER_TEST_SEED=… swift test --filter …`.
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    /// A new seed, printed, or the one that the environment asks for.
    static func printed(_ test: StaticString = #function) -> SeededNumbers {
        let wanted = ProcessInfo.processInfo.environment["WARDER_TEST_SEED"].flatMap { UInt64($0) }
        let seed = wanted ?? .random(in: .min ... .max)
        print("\(test): seed \(seed)")
        return SeededNumbers(state: seed)
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in .random(in: .min ... .max, using: &self) } }

    mutating func secret(_ count: Int) throws -> SecretBytes { try SecretBytes(copying: bytes(count)) }
}

extension SecretBytes {
    var plain: [UInt8] { unsafe withUnsafeBytes { unsafe Array($0) } }
}
