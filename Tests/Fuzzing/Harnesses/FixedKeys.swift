import SecretMemory
import WarderCrypto
import WarderModel

@testable import Sealing

/// Keys and places that are always the same, so that a finding is one the next time as well.
enum FixedKeys {
    static let vault = RecordID(high: 0x1011_1213_1415_1617, low: 0x1819_1a1b_1c1d_1e1f)
    static let id = RecordID(high: 0x0001_0203_0405_0607, low: 0x0809_0a0b_0c0d_0e0f)
    static let time = Timestamp(milliseconds: 1_795_253_400_000)
    /// What opens the credential slots of Tests/Vectors/backup-v1.
    static let credential = Result { try SecretBytes(copying: [UInt8](repeating: 0xc4, count: 48)) }
    static let root = Result { try AEADKey(key("root")) }
    /// Two epochs of every key.
    static let ring = Result {
        var entries: [KeyRing.Entry] = []
        for purpose in KeyRing.Purpose.allCases {
            for epoch in UInt32(1)...2 {
                let key = try key("\(purpose.rawValue) \(epoch)")
                entries.append(KeyRing.Entry(purpose: purpose, epoch: epoch, created: time, key: key))
            }
        }
        return try KeyRing(vault: vault, entries: entries)
    }

    /// Makes them all: afterwards no run takes secret memory that it does not give back.
    static func make() {
        _ = credential
        _ = root
        _ = ring
    }

    private static func key(_ name: String) throws -> SecretBytes {
        try SecretBytes(copying: SHA256Digest.hash(Array("warder fuzzing: \(name)".utf8)))
    }
}
