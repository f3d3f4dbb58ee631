import Sealing
import Testing
import WarderCrypto
import WarderModel

/// docs/formats/event.md.
@Suite struct SealedEventTests {
    private let canonical = Array(#"{"action":"start","seq":7,"type":"vault.start"}"#.utf8)

    private func sealed(by ring: KeyRing) throws -> SealedEvent {
        try EventSealer(ring).seal(canonical, sequence: 7, time: Fixture.time)
    }

    private func changed(
        _ event: SealedEvent,
        sequence: UInt64? = nil,
        time: Timestamp? = nil,
        leaf: [UInt8]? = nil,
        epoch: UInt32? = nil,
        sealed: [UInt8]? = nil
    ) -> SealedEvent {
        SealedEvent(
            sequence: sequence ?? event.sequence,
            time: time ?? event.time,
            leaf: leaf ?? event.leaf,
            epoch: epoch ?? event.epoch,
            sealed: sealed ?? event.sealed
        )
    }

    @Test(arguments: [0, 1, 63, 64, 768, 100_000])
    func `what was sealed opens`(count: Int) throws {
        let sealer = try EventSealer(Fixture.ring())
        let canonical = [UInt8](repeating: 0, count: count)
        let event = sealer.seal(canonical, sequence: 1, time: Timestamp(milliseconds: -1))
        #expect(try sealer.open(event) == canonical)
    }

    @Test func `the leaf is the RFC 6962 hash of the canonical bytes`() throws {
        let event = try sealed(by: Fixture.ring())
        #expect(event.leaf == SHA256Digest.hash([0] + canonical))
        #expect(EventSealer.leaf(of: canonical) == event.leaf)
        // RFC 6962's hash of an empty leaf.
        #expect(
            Hex.encode(EventSealer.leaf(of: [])) == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
        )
    }

    @Test func `the bytes are those of the document`() throws {
        let ring = try Fixture.ring()
        let event = try sealed(by: ring)
        let place = Place.event(7, time: Fixture.time.milliseconds, epoch: 1)
        #expect(event.sealed.first == 1)
        let plain = try AEAD.openPlain(
            event.sealed.dropFirst(),
            key: AEADKey(ring.current(.log).key),
            associatedData: place.bytes
        )
        #expect(plain == canonical.padded)
    }

    @Test func `an event does not open in another place`() throws {
        let ring = try Fixture.ring(epochs: [1, 2], sharesKeys: true)
        let sealer = try EventSealer(ring)
        let event = try sealed(by: ring)
        for sequence in [UInt64(0), 6, 8, 7 << 8, .max] {
            #expect(throws: SealingError.tampered) { try sealer.open(changed(event, sequence: sequence)) }
        }
        for milliseconds in [Int64(0), -1_795_253_400_000, 1_795_253_400_001, .max] {
            let time = Timestamp(milliseconds: milliseconds)
            #expect(throws: SealingError.tampered) { try sealer.open(changed(event, time: time)) }
        }
        #expect(throws: SealingError.tampered) { try sealer.open(changed(event, epoch: 1)) }
        let elsewhere = try EventSealer(Fixture.ring(vault: Fixture.otherVault, epochs: [1, 2], sharesKeys: true))
        #expect(throws: SealingError.tampered) { try elsewhere.open(event) }
        #expect(try sealer.open(event) == canonical)
    }

    @Test func `an event whose leaf is another one's is refused`() throws {
        let sealer = try EventSealer(Fixture.ring())
        let event = try sealed(by: Fixture.ring())
        for bit in 0..<256 {
            #expect(throws: SealingError.tampered) {
                try sealer.open(changed(event, leaf: event.leaf.flippingBit(bit)))
            }
        }
        #expect(throws: SealingError.tampered) { try sealer.open(changed(event, leaf: [])) }
    }

    @Test func `another format number is said to be unknown, and the number is bound`() throws {
        let ring = try Fixture.ring()
        let sealer = try EventSealer(ring)
        let event = try sealed(by: ring)
        for format in UInt8.min ... .max where format != 1 {
            let other = changed(event, sealed: [format] + event.sealed.dropFirst())
            #expect(throws: SealingError.unknownFormat(format)) { try sealer.open(other) }
        }
        let place = Place.event(7, time: Fixture.time.milliseconds, epoch: 1, format: 2)
        let key = try AEADKey(ring.current(.log).key)
        let bound = [1] + AEAD.seal(canonical.padded, key: key, associatedData: place.bytes)
        #expect(throws: SealingError.tampered) { try sealer.open(changed(event, sealed: bound)) }
    }

    @Test func `an epoch without a key is said to be unknown`() throws {
        let sealer = try EventSealer(Fixture.ring())
        for epoch in [UInt32(0), 2, .max] {
            let event = changed(try sealed(by: Fixture.ring()), epoch: epoch)
            #expect(throws: SealingError.unknownEpoch(epoch)) { try sealer.open(event) }
        }
    }

    @Test func `the key of another ring does not open it`() throws {
        let event = try sealed(by: Fixture.ring())
        #expect(throws: SealingError.tampered) { try EventSealer(Fixture.ring("other")).open(event) }
    }

    @Test func `every flipped bit and every missing byte is refused`() throws {
        let sealer = try EventSealer(Fixture.ring())
        let event = try sealed(by: Fixture.ring())
        for bit in 0..<event.sealed.count * 8 {
            let other = event.sealed.flippingBit(bit)
            let expected = bit < 8 ? SealingError.unknownFormat(other[0]) : .tampered
            #expect(throws: expected, "bit \(bit)") { try sealer.open(changed(event, sealed: other)) }
        }
        for count in 0..<event.sealed.count {
            let expected = count < 1 + AEAD.overhead ? SealingError.malformed : .tampered
            #expect(throws: expected, "\(count) bytes") {
                try sealer.open(changed(event, sealed: Array(event.sealed.prefix(count))))
            }
        }
    }
}
