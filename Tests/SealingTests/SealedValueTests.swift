import SecretMemory
import Testing
import WarderCrypto
import WarderModel

@testable import Sealing

/// docs/formats/sealed-value.md.
@Suite struct SealedValueTests {
    private let values: [String: [UInt8]] = ["value": Array("hunter2".utf8), "user": [], "key.pem": [0, 0x80, 0, 255]]

    private func sealed(by ring: KeyRing) throws -> SealedValue {
        try ring.seal(Fixture.fields(values), secret: Fixture.id, version: 7)
    }

    private func open(_ value: SealedValue, with ring: KeyRing) throws -> SecretFields {
        try ring.open(value, secret: Fixture.id, version: 7)
    }

    @Test func `what was sealed opens`() throws {
        let ring = try Fixture.ring()
        let value = try sealed(by: ring)
        #expect(value.epoch == 1)
        #expect(value.wrappedKey.count == 73)
        #expect(value.wrappedKey.first == 1)
        #expect(value.sealed.first == 1)
        #expect(try open(value, with: ring).plain == values)
    }

    @Test func `each version has a data key of its own`() throws {
        let ring = try Fixture.ring()
        let left = try sealed(by: ring)
        let right = try sealed(by: ring)
        let mixed = SealedValue(epoch: 1, wrappedKey: left.wrappedKey, sealed: right.sealed)
        #expect(throws: SealingError.tampered) { try open(mixed, with: ring) }
    }

    @Test func `the bytes are those of the document`() throws {
        let ring = try Fixture.ring()
        let value = try sealed(by: ring)
        let dataKey = try AEADKey(
            AEAD.open(
                value.wrappedKey.dropFirst(),
                key: AEADKey(ring.current(.keyEncryption).key),
                associatedData: Place.dataKey(Fixture.id, version: 7, epoch: 1).bytes
            )
        )
        let plain = try AEAD.openPlain(
            Array(value.sealed.dropFirst()),
            key: dataKey,
            associatedData: Place.value(Fixture.id, version: 7).bytes
        )
        let expected: [UInt8] =
            [3, 7] + Array("key.pem".utf8) + [0, 0, 0, 4, 0, 0x80, 0, 255] + [4] + Array("user".utf8) + [0, 0, 0, 0, 5]
            + Array("value".utf8) + [0, 0, 0, 7] + Array("hunter2".utf8)
        #expect(plain == expected.padded)
    }

    @Test func `a value does not open in another place`() throws {
        let ring = try Fixture.ring(epochs: [1, 2], sharesKeys: true)
        let value = try sealed(by: ring)
        #expect(throws: SealingError.tampered) { try ring.open(value, secret: Fixture.otherID, version: 7) }
        for version in [UInt32(0), 6, 8, 7 << 8, .max] {
            #expect(throws: SealingError.tampered) { try ring.open(value, secret: Fixture.id, version: version) }
        }
        let earlier = SealedValue(epoch: 1, wrappedKey: value.wrappedKey, sealed: value.sealed)
        #expect(throws: SealingError.tampered) { try open(earlier, with: ring) }
        let elsewhere = try Fixture.ring(vault: Fixture.otherVault, epochs: [1, 2], sharesKeys: true)
        #expect(throws: SealingError.tampered) { try open(value, with: elsewhere) }
        #expect(try open(value, with: ring).plain == values)
    }

    @Test func `the value is bound to its place apart from its key`() throws {
        // A data key that opens: the sealed part alone lies in another place.
        let ring = try Fixture.ring()
        let dataKey = try AEADKey(Fixture.key("data"))
        let wrapped =
            [1]
            + AEAD.seal(
                dataKey.bytes,
                key: try AEADKey(ring.current(.keyEncryption).key),
                associatedData: Place.dataKey(Fixture.id, version: 7, epoch: 1).bytes
            )
        let plain = ([1, 5] + Array("value".utf8) + [0, 0, 0, 1, 65]).padded
        func value(_ place: Place) -> SealedValue {
            SealedValue(
                epoch: 1,
                wrappedKey: wrapped,
                sealed: [1] + AEAD.seal(plain, key: dataKey, associatedData: place.bytes)
            )
        }
        #expect(try open(value(.value(Fixture.id, version: 7)), with: ring).plain == ["value": [65]])
        for place in [
            Place.value(Fixture.otherID, version: 7), .value(Fixture.id, version: 8),
            .value(Fixture.id, version: 7, vault: Fixture.otherVault), .value(Fixture.id, version: 7, format: 2),
            .dataKey(Fixture.id, version: 7, epoch: 1),
        ] {
            #expect(throws: SealingError.tampered) { try open(value(place), with: ring) }
        }
    }

    @Test func `another format number is said to be unknown`() throws {
        let ring = try Fixture.ring()
        let value = try sealed(by: ring)
        for format in UInt8.min ... .max where format != 1 {
            let other = SealedValue(
                epoch: 1,
                wrappedKey: value.wrappedKey,
                sealed: [format] + value.sealed.dropFirst()
            )
            #expect(throws: SealingError.unknownFormat(format)) { try open(other, with: ring) }
            let otherKey = SealedValue(
                epoch: 1,
                wrappedKey: [format] + value.wrappedKey.dropFirst(),
                sealed: value.sealed
            )
            #expect(throws: SealingError.unknownFormat(format)) { try open(otherKey, with: ring) }
        }
    }

    @Test func `the format number of the data key is bound`() throws {
        let ring = try Fixture.ring()
        let value = try sealed(by: ring)
        let key = try AEADKey(ring.current(.keyEncryption).key)
        let plain = try AEAD.openPlain(
            value.wrappedKey.dropFirst(),
            key: key,
            associatedData: Place.dataKey(Fixture.id, version: 7, epoch: 1).bytes
        )
        let place = Place.dataKey(Fixture.id, version: 7, epoch: 1, format: 2)
        let wrapped = [1] + AEAD.seal(plain, key: key, associatedData: place.bytes)
        let other = SealedValue(epoch: 1, wrappedKey: wrapped, sealed: value.sealed)
        #expect(throws: SealingError.tampered) { try open(other, with: ring) }
    }

    @Test func `an epoch without a key is said to be unknown`() throws {
        let ring = try Fixture.ring()
        let value = try sealed(by: ring)
        for epoch in [UInt32(0), 2, .max] {
            let other = SealedValue(epoch: epoch, wrappedKey: value.wrappedKey, sealed: value.sealed)
            #expect(throws: SealingError.unknownEpoch(epoch)) { try open(other, with: ring) }
        }
    }

    @Test func `the key of another ring does not open it`() throws {
        let value = try sealed(by: Fixture.ring())
        #expect(throws: SealingError.tampered) { try open(value, with: Fixture.ring("other")) }
    }

    @Test func `every flipped bit of key and value is refused`() throws {
        let ring = try Fixture.ring()
        let value = try sealed(by: ring)
        for bit in 8..<value.wrappedKey.count * 8 {
            let other = SealedValue(epoch: 1, wrappedKey: value.wrappedKey.flippingBit(bit), sealed: value.sealed)
            #expect(throws: SealingError.tampered, "bit \(bit) of the key") { try open(other, with: ring) }
        }
        for bit in 8..<value.sealed.count * 8 {
            let other = SealedValue(epoch: 1, wrappedKey: value.wrappedKey, sealed: value.sealed.flippingBit(bit))
            #expect(throws: SealingError.tampered, "bit \(bit) of the value") { try open(other, with: ring) }
        }
    }

    @Test func `parts that are too short are malformed`() throws {
        let ring = try Fixture.ring()
        let value = try sealed(by: ring)
        for count in 0...AEAD.overhead {
            let key = SealedValue(epoch: 1, wrappedKey: Array(value.wrappedKey.prefix(count)), sealed: value.sealed)
            #expect(throws: SealingError.malformed) { try open(key, with: ring) }
            let short = SealedValue(epoch: 1, wrappedKey: value.wrappedKey, sealed: Array(value.sealed.prefix(count)))
            #expect(throws: SealingError.malformed) { try open(short, with: ring) }
        }
    }

    @Test func `a data key of another length is malformed, though it was wrapped by the right key`() throws {
        let ring = try Fixture.ring()
        for count in [0, 31, 33] {
            let wrapped =
                [1]
                + AEAD.seal(
                    [UInt8](repeating: 7, count: count),
                    key: try AEADKey(ring.current(.keyEncryption).key),
                    associatedData: Place.dataKey(Fixture.id, version: 7, epoch: 1).bytes
                )
            let value = SealedValue(epoch: 1, wrappedKey: wrapped, sealed: try sealed(by: ring).sealed)
            #expect(throws: SealingError.malformed) { try open(value, with: ring) }
        }
    }
}
