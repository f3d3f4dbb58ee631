import Sealing
import WarderModel

/// What is wrong with keys and slots.
enum KeyDiagnosis {
    /// How long keys are used to seal with, in days: NIST SP 800-57 part 1, table 1. A year for a master key, two for
    /// keys that seal and wrap, and for a private key that signs at most three.
    static func cryptoperiodDays(_ purpose: KeyRing.Purpose) -> Int64 { purpose == .signing ? 1095 : 730 }
    static let rootCryptoperiodDays: Int64 = 365

    static func collect(
        _ foundation: Foundation,
        _ ring: KeyRing,
        _ state: VaultState,
        at now: Timestamp
    ) -> [Diagnosis] {
        slots(foundation) + rotation(state) + root(foundation, at: now) + ages(ring, at: now) + log(ring, at: now)
    }

    private static func slots(_ foundation: Foundation) -> [Diagnosis] {
        // Of shares, some may be lost.
        guard foundation.slots.count == 1, let only = foundation.slots.first, only.opener != .shares else { return [] }
        return [
            Diagnosis(
                .note,
                "one_key_slot",
                "One \(only.kindName) is all that opens the vault: whoever loses it loses everything.",
                remedy: "warder key add-slot"
            )
        ]
    }

    private static func rotation(_ state: VaultState) -> [Diagnosis] {
        guard state.rotationStandsStill else { return [] }
        let rows = state.rowsUnderOldKeys
        return [
            Diagnosis(
                .warning,
                "key_rotation_stands_still",
                "The rotation of the keys stands still: \(rows == 1 ? "1 row" : "\(rows) rows") under old keys "
                    + "\(rows == 1 ? "does" : "do") not open, and the old keys stay for it.",
                remedy: "See which: warder doctor --deep"
            )
        ]
    }

    private static func root(_ foundation: Foundation, at now: Timestamp) -> [Diagnosis] {
        let days = age(foundation.rootCreated, at: now)
        guard days > rootCryptoperiodDays else { return [] }
        return [
            Diagnosis(
                .warning,
                "root_key_old",
                "The root key is \(days) days old; NIST SP 800-57 replaces a master key after about a year.",
                remedy: "warder key rotate --root"
            )
        ]
    }

    /// Keys that only still open old things do not count: nothing new is sealed under them.
    private static func ages(_ ring: KeyRing, at now: Timestamp) -> [Diagnosis] {
        let old = KeyRing.Purpose.allCases.filter { purpose in
            guard Keys.rotated.contains(purpose), let entry = try? ring.current(purpose) else { return false }
            return age(entry.created, at: now) > cryptoperiodDays(purpose)
        }
        guard !old.isEmpty else { return [] }
        return [
            Diagnosis(
                .warning,
                "keys_old",
                "Keys have been in use for more than two years, as long as NIST SP 800-57 allows: "
                    + old.map(\.name).joined(separator: ", ") + ".",
                remedy: "warder key rotate"
            )
        ]
    }

    private static func log(_ ring: KeyRing, at now: Timestamp) -> [Diagnosis] {
        guard let entry = try? ring.current(.signing) else { return [] }
        let days = age(entry.created, at: now)
        guard days > cryptoperiodDays(.signing) else { return [] }
        return [
            Diagnosis(
                .warning,
                "log_key_old",
                "The key that signs the log is \(days) days old; NIST SP 800-57 gives such a key three years at most.",
                remedy: "warder key rotate --log"
            )
        ]
    }

    private static func age(_ created: Timestamp, at now: Timestamp) -> Int64 {
        (now.milliseconds - created.milliseconds) / 86_400_000
    }
}
