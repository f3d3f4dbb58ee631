import SecretMemory
import Testing
import WarderCrypto
import WarderModel

@testable import Sealing

@Suite struct PaddingTests {
    private static let malformed: [(name: String, bytes: [UInt8])] = [
        ("nothing", []),
        ("64 zeros", [UInt8](repeating: 0, count: 64)),
        ("no end mark", [UInt8](repeating: 0x41, count: 64)),
        ("another end mark", [UInt8](repeating: 0x41, count: 62) + [0x81, 0]),
        ("an end mark of one bit less", [UInt8](repeating: 0x41, count: 62) + [0x40, 0]),
        ("63 bytes", [UInt8](repeating: 0x41, count: 62) + [0x80]),
        ("65 bytes", [UInt8](repeating: 0x41, count: 64) + [0x80]),
        ("one byte", [0x80]),
        ("a block more than there must be", [0x41, 0x80] + [UInt8](repeating: 0, count: 126)),
        (
            "an end mark that fills no block",
            [UInt8](repeating: 0x41, count: 62) + [0x80] + [UInt8](repeating: 0, count: 65)
        ),
    ]

    @Test func `all lengths of a bucket seal to one size, for records, values and events`() throws {
        let ring = try Fixture.ring()
        let sealer = try EventSealer(ring)
        var sizes: (records: Set<Int>, values: Set<Int>, events: Set<Int>) = ([], [], [])
        for count in 0...63 {
            let content = [UInt8](repeating: 0, count: count)
            sizes.records.insert(try ring.seal(content, kind: .secret, id: Fixture.id, revision: 1).sealed.count)
            sizes.events.insert(sealer.seal(content, sequence: 1, time: Fixture.time).sealed.count)
            // Count, name length, name and value length take 11 bytes of the first bucket.
            let value = [UInt8](repeating: 0, count: count % 53)
            let fields = try Fixture.fields(["value": value])
            sizes.values.insert(try ring.seal(fields, secret: Fixture.id, version: 1).sealed.count)
        }
        #expect(sizes.records == [1 + 24 + 64 + 16])
        #expect(sizes.values == [1 + 24 + 64 + 16])
        #expect(sizes.events == [1 + 24 + 64 + 16])
    }

    @Test func `a length of 64 begins the next bucket`() throws {
        let ring = try Fixture.ring()
        let record = try ring.seal([UInt8](repeating: 0, count: 64), kind: .secret, id: Fixture.id, revision: 1)
        #expect(record.sealed.count == 1 + 24 + 128 + 16)
        let fields = try Fixture.fields(["value": [UInt8](repeating: 0, count: 53)])
        #expect(try ring.seal(fields, secret: Fixture.id, version: 1).sealed.count == 1 + 24 + 128 + 16)
    }

    @Test func `padding and its removal are inverse, whatever the content ends with`() {
        for count in 0...200 {
            for last in [UInt8(0), 0x80, 0xff] {
                let content = [UInt8](repeating: last, count: count)
                var padded = content
                Padding.add(to: &padded)
                #expect(padded == content.padded)
                #expect(padded.count == Padding.paddedCount(count))
                #expect(unsafe padded.withUnsafeBytes { unsafe Padding.contentCount($0) } == count)
            }
        }
    }

    @Test func `a record with malformed padding is malformed, though its key sealed it`() throws {
        let ring = try Fixture.ring()
        let key = try AEADKey(ring.current(.metadata).key)
        let place = Place.record(.tool, Fixture.id, revision: 1, epoch: 1)
        for (name, plain) in Self.malformed {
            let record = SealedRecord(
                kind: .tool,
                id: Fixture.id,
                revision: 1,
                epoch: 1,
                sealed: [1] + AEAD.seal(plain, key: key, associatedData: place.bytes)
            )
            #expect(throws: SealingError.malformed, "\(name)") { try ring.open(record) }
        }
    }

    @Test func `so is a value`() throws {
        let ring = try Fixture.ring()
        let dataKey = try AEADKey(Fixture.key("data"))
        let wrapped =
            [1]
            + AEAD.seal(
                dataKey.bytes,
                key: try AEADKey(ring.current(.keyEncryption).key),
                associatedData: Place.dataKey(Fixture.id, version: 1, epoch: 1).bytes
            )
        for (name, plain) in Self.malformed {
            let sealed = AEAD.seal(plain, key: dataKey, associatedData: Place.value(Fixture.id, version: 1).bytes)
            let value = SealedValue(epoch: 1, wrappedKey: wrapped, sealed: [1] + sealed)
            #expect(throws: SealingError.malformed, "\(name)") { try ring.open(value, secret: Fixture.id, version: 1) }
        }
    }

    @Test func `so is an event`() throws {
        let ring = try Fixture.ring()
        let sealer = try EventSealer(ring)
        let key = try AEADKey(ring.current(.log).key)
        let place = Place.event(1, time: Fixture.time.milliseconds, epoch: 1)
        for (name, plain) in Self.malformed {
            let event = SealedEvent(
                sequence: 1,
                time: Fixture.time,
                leaf: EventSealer.leaf(of: plain),
                epoch: 1,
                sealed: [1] + AEAD.seal(plain, key: key, associatedData: place.bytes)
            )
            #expect(throws: SealingError.malformed, "\(name)") { try sealer.open(event) }
        }
    }
}
