import Foundation
import WarderTesting

/// How often something is damaged in one run: a few hundred times in each, ten thousand by `make damage`.
enum DamageCount {
    /// `WARDER_DAMAGES`: how many in all, of every kind that a test knows.
    static let total = ProcessInfo.processInfo.environment["WARDER_DAMAGES"].flatMap(Int.init) ?? 210

    /// Of each of so many kinds.
    static func each(of kinds: Int) -> Int { max(1, (total + kinds - 1) / kinds) }

    /// New random numbers, or those of `WARDER_DAMAGE_SEED`; the seed is printed.
    static func numbers(_ what: String) -> SeededNumbers {
        let seed = ProcessInfo.processInfo.environment["WARDER_DAMAGE_SEED"].flatMap(UInt64.init)
        let numbers = seed.map { SeededNumbers(seed: $0) } ?? SeededNumbers()
        print("damage to \(what): seed \(numbers.seed)")
        return numbers
    }
}

extension Duration {
    var text: String { String(format: "%.1f s", Double(components.seconds) + Double(components.attoseconds) / 1e18) }
}
