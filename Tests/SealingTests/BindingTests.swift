import Testing
import WarderModel

@testable import Sealing

/// docs/formats/README.md: associated data.
@Suite struct BindingTests {
    @Test func `the bytes of every part follow the document`() {
        let binding = Binding("record", vault: Fixture.vault).adding(fixed: [1]).adding("tool").adding(Fixture.id)
            .adding(UInt64(7)).adding(UInt32(2))
        #expect(
            Hex.encode(binding.bytes)
                == "7761726465722f7265636f726400" + "101112131415161718191a1b1c1d1e1f" + "01" + "04746f6f6c"
                + "000102030405060708090a0b0c0d0e0f" + "0000000000000007" + "00000002"
        )
    }

    @Test func `numbers are big-endian`() {
        #expect(bigEndianBytes(UInt32(0x0102_0304)) == [1, 2, 3, 4])
        #expect(bigEndianBytes(UInt64(0x0102_0304_0506_0708)) == [1, 2, 3, 4, 5, 6, 7, 8])
        #expect(bigEndianBytes(Int64(-2)) == [255, 255, 255, 255, 255, 255, 255, 254])
    }

    @Test func `a text of 255 bytes fits behind its length, a longer one is never cut`() async {
        let longest = String(repeating: "a", count: 255)
        #expect(
            Binding("record", vault: Fixture.vault).adding(longest).bytes.suffix(256) == [255] + Array(longest.utf8)
        )
        await #expect(processExitsWith: .failure) {
            _ = Binding("record", vault: RecordID(high: 0, low: 0)).adding(String(repeating: "a", count: 256))
        }
    }

    @Test func `no two places have the same associated data`() {
        var places: [[UInt8]] = []
        for vault in [Fixture.vault, Fixture.otherVault] {
            places.append(Place.keyRing(vault: vault).bytes)
            for id in [Fixture.id, Fixture.otherID] {
                places.append(Place.credentialSlot(id, salt: [UInt8](repeating: 0, count: 16), vault: vault).bytes)
                for number in [UInt32(1), 2, 256] {
                    places.append(Place.value(id, version: number, vault: vault).bytes)
                    places.append(Place.event(UInt64(number), time: 0, epoch: 1, vault: vault).bytes)
                    for epoch in [UInt32(1), 2] {
                        places.append(Place.dataKey(id, version: number, epoch: epoch, vault: vault).bytes)
                        for kind in RecordKind.allCases {
                            places.append(
                                Place.record(kind, id, revision: UInt64(number), epoch: epoch, vault: vault).bytes
                            )
                        }
                    }
                }
            }
        }
        // The events are the same for both ids.
        #expect(Set(places).count == places.count - 2 * 3)
        // None begins another: what is sealed for one place can never be read as another's beginning.
        let unique = Set(places)
        for place in unique { #expect(!unique.contains { $0 != place && $0.starts(with: place) }) }
    }
}
