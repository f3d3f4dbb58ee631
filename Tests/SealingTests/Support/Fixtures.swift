import SecretMemory
import WarderCrypto
import WarderModel

@testable import Sealing

/// Keys and places that tests seal with: fixed, so that a failure shows the same bytes again.
enum Fixture {
    static let vault = RecordID(high: 0x1011_1213_1415_1617, low: 0x1819_1a1b_1c1d_1e1f)
    static let otherVault = RecordID(high: 0x1011_1213_1415_1617, low: 0x1819_1a1b_1c1d_1e1e)
    static let id = RecordID(high: 0x0001_0203_0405_0607, low: 0x0809_0a0b_0c0d_0e0f)
    static let otherID = RecordID(high: 0x0001_0203_0405_0607, low: 0x0809_0a0b_0c0d_0e0e)
    static let time = Timestamp(milliseconds: 1_795_253_400_000)

    /// A key that `name` alone decides.
    static func key(_ name: String) throws -> SecretBytes {
        try SecretBytes(copying: SHA256Digest.hash(Array("warder test key: \(name)".utf8)))
    }

    static func entry(_ purpose: KeyRing.Purpose, epoch: UInt32, _ name: String) throws -> KeyRing.Entry {
        KeyRing.Entry(purpose: purpose, epoch: epoch, created: time, key: try key(name))
    }

    /// A ring with these epochs of every key. Rings of different names share no key.
    ///
    /// With `sharesKeys` every epoch and purpose has the same key: nothing but the associated data tells places apart.
    static func ring(
        _ name: String = "main",
        vault: RecordID = vault,
        epochs: [UInt32] = [1],
        sharesKeys: Bool = false
    ) throws -> KeyRing {
        var entries: [KeyRing.Entry] = []
        for epoch in epochs {
            for purpose in KeyRing.Purpose.allCases {
                let key = sharesKeys ? name : "\(name) \(purpose.rawValue) \(epoch)"
                entries.append(try entry(purpose, epoch: epoch, key))
            }
        }
        return try KeyRing(vault: vault, entries: entries)
    }

    static func fields(_ values: [String: [UInt8]]) throws -> SecretFields {
        var fields: [FieldName: SecretBytes] = [:]
        for (name, value) in values { fields[try FieldName(name)] = try SecretBytes(copying: value) }
        return try SecretFields(fields)
    }
}

extension SecretFields {
    /// The values as ordinary bytes, to compare them.
    var plain: [String: [UInt8]] {
        var plain: [String: [UInt8]] = [:]
        for (name, value) in values { plain[name.text] = value.plain }
        return plain
    }
}

extension SecretBytes {
    var plain: [UInt8] { unsafe withUnsafeBytes { unsafe Array($0) } }
}

extension AEADKey {
    init(plain: [UInt8]) throws { try self.init(SecretBytes(copying: plain)) }
}

extension [UInt8] {
    func flippingBit(_ bit: Int) -> [UInt8] {
        var copy = self
        copy[bit / 8] ^= 1 << UInt8(bit % 8)
        return copy
    }

    /// With the padding of docs/formats/README.md.
    var padded: [UInt8] {
        self + [0x80] + [UInt8](repeating: 0, count: 63 - count % 64)
    }
}
