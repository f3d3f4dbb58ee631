import Sealing
import Testing
import WarderCrypto
import WarderModel

/// docs/formats/sealed-record.md.
@Suite struct SealedRecordTests {
    private let content = Array(#"{"name":"github/pat"}"#.utf8)

    private func sealed(by ring: KeyRing) throws -> SealedRecord {
        try ring.seal(content, kind: .secret, id: Fixture.id, revision: 7)
    }

    private func changed(
        _ record: SealedRecord,
        kind: RecordKind? = nil,
        id: RecordID? = nil,
        revision: UInt64? = nil,
        epoch: UInt32? = nil,
        sealed: [UInt8]? = nil
    ) -> SealedRecord {
        SealedRecord(
            kind: kind ?? record.kind,
            id: id ?? record.id,
            revision: revision ?? record.revision,
            epoch: epoch ?? record.epoch,
            sealed: sealed ?? record.sealed
        )
    }

    @Test(arguments: [0, 1, 62, 63, 64, 65, 127, 128, 5_000])
    func `what was sealed opens`(count: Int) throws {
        let ring = try Fixture.ring()
        let content = [UInt8](repeating: 0x80, count: count)
        for kind in RecordKind.allCases {
            let record = try ring.seal(content, kind: kind, id: Fixture.id, revision: 3)
            #expect(record.kind == kind)
            #expect(record.id == Fixture.id)
            #expect(record.revision == 3)
            #expect(record.epoch == 1)
            #expect(record.sealed.first == 1)
            #expect(try ring.open(record) == content)
        }
    }

    @Test func `sealing twice gives different bytes`() throws {
        let ring = try Fixture.ring()
        #expect(try sealed(by: ring).sealed != sealed(by: ring).sealed)
    }

    @Test func `the bytes are those of the document`() throws {
        let ring = try Fixture.ring()
        let record = try sealed(by: ring)
        let place = Place.record(.secret, Fixture.id, revision: 7, epoch: 1)
        let plain = try AEAD.openPlain(
            Array(record.sealed.dropFirst()),
            key: AEADKey(ring.current(.metadata).key),
            associatedData: place.bytes
        )
        #expect(plain == content.padded)
    }

    @Test func `a record does not open in another place`() throws {
        let ring = try Fixture.ring(epochs: [1, 2], sharesKeys: true)
        let record = try sealed(by: ring)
        for other in RecordKind.allCases where other != .secret {
            #expect(throws: SealingError.tampered) { try ring.open(changed(record, kind: other)) }
        }
        #expect(throws: SealingError.tampered) { try ring.open(changed(record, id: Fixture.otherID)) }
        for revision in [UInt64(0), 6, 8, 7 << 8, 7 << 56, .max] {
            #expect(throws: SealingError.tampered) { try ring.open(changed(record, revision: revision)) }
        }
        // The same key under another epoch: only the associated data tells them apart.
        #expect(throws: SealingError.tampered) { try ring.open(changed(record, epoch: 1)) }
        let elsewhere = try Fixture.ring(vault: Fixture.otherVault, epochs: [1, 2], sharesKeys: true)
        #expect(throws: SealingError.tampered) { try elsewhere.open(record) }
        #expect(try ring.open(record) == content)
    }

    @Test func `another format number is said to be unknown, not tried`() throws {
        let ring = try Fixture.ring()
        let record = try sealed(by: ring)
        for format in UInt8.min ... .max where format != 1 {
            let other = changed(record, sealed: [format] + record.sealed.dropFirst())
            #expect(throws: SealingError.unknownFormat(format)) { try ring.open(other) }
        }
    }

    @Test func `the format number is bound as well`() throws {
        let ring = try Fixture.ring()
        let place = Place.record(.secret, Fixture.id, revision: 7, epoch: 1, format: 2)
        let sealed =
            [1]
            + AEAD.seal(content.padded, key: try AEADKey(ring.current(.metadata).key), associatedData: place.bytes)
        #expect(throws: SealingError.tampered) { try ring.open(changed(self.sealed(by: ring), sealed: sealed)) }
    }

    @Test func `an epoch without a key is said to be unknown`() throws {
        let ring = try Fixture.ring(epochs: [1, 2])
        let record = try sealed(by: ring)
        for epoch in [UInt32(0), 3, .max] {
            #expect(throws: SealingError.unknownEpoch(epoch)) { try ring.open(changed(record, epoch: epoch)) }
        }
    }

    @Test func `the key of another ring does not open it`() throws {
        let record = try sealed(by: Fixture.ring())
        #expect(throws: SealingError.tampered) { try Fixture.ring("other").open(record) }
    }

    @Test func `every flipped bit is refused`() throws {
        let ring = try Fixture.ring()
        let record = try sealed(by: ring)
        #expect(record.sealed.count == 1 + 24 + 64 + 16)
        for bit in 0..<record.sealed.count * 8 {
            let other = record.sealed.flippingBit(bit)
            let expected = bit < 8 ? SealingError.unknownFormat(other[0]) : .tampered
            #expect(throws: expected, "bit \(bit)") { try ring.open(changed(record, sealed: other)) }
        }
    }

    @Test func `a record that is too short is malformed, one that lacks or has a byte more is tampered`() throws {
        let ring = try Fixture.ring()
        let record = try sealed(by: ring)
        for count in 0..<record.sealed.count {
            let expected = count < 1 + AEAD.overhead ? SealingError.malformed : .tampered
            #expect(throws: expected, "\(count) bytes") {
                try ring.open(changed(record, sealed: Array(record.sealed.prefix(count))))
            }
        }
        #expect(throws: SealingError.tampered) { try ring.open(changed(record, sealed: record.sealed + [0])) }
    }
}
