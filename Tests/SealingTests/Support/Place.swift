import WarderModel

/// Associated data as docs/formats describes it, written down a second time: tests must not ask the code under test.
struct Place {
    var purpose: String
    var vault: RecordID
    var rest: [UInt8]

    var bytes: [UInt8] { Array("warder/\(purpose)\0".utf8) + vault.bytes + rest }

    static func record(
        _ kind: RecordKind,
        _ id: RecordID,
        revision: UInt64,
        epoch: UInt32,
        vault: RecordID = Fixture.vault,
        format: UInt8 = 1
    ) -> Place {
        let name = Array(kind.rawValue.utf8)
        return Place(
            purpose: "record",
            vault: vault,
            rest: [format, UInt8(name.count)] + name + id.bytes + big(revision) + big(epoch)
        )
    }

    static func value(
        _ secret: RecordID,
        version: UInt32,
        vault: RecordID = Fixture.vault,
        format: UInt8 = 1
    ) -> Place {
        Place(purpose: "value", vault: vault, rest: [format] + secret.bytes + big(version))
    }

    static func dataKey(
        _ secret: RecordID,
        version: UInt32,
        epoch: UInt32,
        vault: RecordID = Fixture.vault,
        format: UInt8 = 1
    ) -> Place {
        Place(purpose: "data-key", vault: vault, rest: [format] + secret.bytes + big(version) + big(epoch))
    }

    static func event(
        _ sequence: UInt64,
        time: Int64,
        epoch: UInt32,
        vault: RecordID = Fixture.vault,
        format: UInt8 = 1
    ) -> Place {
        Place(purpose: "event", vault: vault, rest: [format] + big(sequence) + big(time) + big(epoch))
    }

    static func keyRing(vault: RecordID = Fixture.vault, format: UInt8 = 1, profile: UInt8 = 2) -> Place {
        Place(purpose: "keyring", vault: vault, rest: [format, profile])
    }

    static func passphraseSlot(
        _ id: RecordID,
        salt: [UInt8],
        passes: UInt64,
        memoryBytes: UInt64,
        vault: RecordID = Fixture.vault,
        format: UInt8 = 1
    ) -> Place {
        Place(
            purpose: "key-slot",
            vault: vault,
            rest: [format] + id.bytes + [10] + Array("passphrase".utf8) + salt + big(passes) + big(memoryBytes)
        )
    }

    static func credentialSlot(
        _ id: RecordID,
        salt: [UInt8],
        vault: RecordID = Fixture.vault,
        format: UInt8 = 1
    ) -> Place {
        Place(purpose: "key-slot", vault: vault, rest: [format] + id.bytes + [10] + Array("credential".utf8) + salt)
    }

    private static func big(_ number: some FixedWidthInteger) -> [UInt8] {
        (1...number.bitWidth / 8).reversed().map { UInt8(truncatingIfNeeded: number >> (8 * ($0 - 1))) }
    }
}
