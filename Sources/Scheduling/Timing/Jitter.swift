import WarderModel

/// A delay that is the same whenever it is asked for, so that a restart neither shortens nor repeats it.
enum Jitter {
    /// Milliseconds, at least 0 and less than `limit`, that the secret and the slot decide on. Nothing about it is
    /// secret; it only keeps rotations of one slot apart.
    static func milliseconds(of secret: RecordID, slot: Timestamp, below limit: Int64) -> Int64 {
        guard limit > 0 else { return 0 }
        let mixed = mix(mix(mix(secret.high) ^ secret.low) ^ UInt64(bitPattern: slot.milliseconds))
        return Int64(mixed.multipliedFullWidth(by: UInt64(limit)).high)
    }

    /// The finaliser of MurmurHash3: each bit of the input moves half of the output's.
    private static func mix(_ value: UInt64) -> UInt64 {
        var value = value
        value = (value ^ (value >> 33)) &* 0xff51_afd7_ed55_8ccd
        value = (value ^ (value >> 33)) &* 0xc4ce_b9fe_1a85_ec53
        return value ^ (value >> 33)
    }
}
