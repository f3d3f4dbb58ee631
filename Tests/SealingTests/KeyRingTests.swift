import SecretMemory
import Testing
import WarderCrypto
import WarderModel

@testable import Sealing

/// docs/formats/keyring.md.
@Suite struct KeyRingTests {
    private func root(_ name: String = "root") throws -> AEADKey { try AEADKey(Fixture.key(name)) }

    /// A stored ring with this content, sealed by the right key for the right place.
    private func sealed(_ plain: [UInt8]) throws -> [UInt8] {
        [1] + AEAD.seal(plain, key: try root(), associatedData: Place.keyRing().bytes)
    }

    private func entry(_ purpose: UInt8, epoch: UInt32 = 1) -> [UInt8] {
        [purpose] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: epoch >> $0) } + [UInt8](repeating: 0, count: 8)
            + [UInt8](repeating: purpose, count: 32)
    }

    @Test func `a random ring has one key of each purpose, all different`() throws {
        let ring = try KeyRing.random(vault: Fixture.vault, at: Fixture.time)
        #expect(ring.entries.map(\.purpose) == KeyRing.Purpose.allCases)
        #expect(ring.entries.allSatisfy { $0.epoch == 1 && $0.created == Fixture.time && $0.key.count == 32 })
        #expect(Set(ring.entries.map(\.key.plain)).count == 6)
        let other = try KeyRing.random(vault: Fixture.vault, at: Fixture.time)
        #expect(Set((ring.entries + other.entries).map(\.key.plain)).count == 12)
    }

    @Test func `purposes keep their numbers`() {
        #expect(KeyRing.Purpose.allCases == [.keyEncryption, .metadata, .fingerprint, .log, .signing, .inbox])
        #expect(KeyRing.Purpose.allCases.map(\.rawValue) == [1, 2, 3, 4, 5, 6])
    }

    @Test func `what was sealed opens, epochs and times included`() throws {
        var entries = try Fixture.ring(epochs: [.max, 1, 2]).entries
        for (epoch, milliseconds) in zip(UInt32(7)..., [Int64.min, -1, 0, .max]) {
            entries.append(
                KeyRing.Entry(
                    purpose: .log,
                    epoch: epoch,
                    created: Timestamp(milliseconds: milliseconds),
                    key: try Fixture.key("\(epoch)")
                )
            )
        }
        let ring = try KeyRing(vault: Fixture.vault, entries: entries)
        let opened = try KeyRing.open(
            ring.sealed(under: root(), profile: .team),
            under: root(),
            vault: Fixture.vault,
            profile: .team
        )
        #expect(opened.vault == ring.vault)
        #expect(opened.entries.count == 22)
        for (left, right) in zip(opened.entries, ring.entries) {
            #expect(left.purpose == right.purpose)
            #expect(left.epoch == right.epoch)
            #expect(left.created == right.created)
            #expect(left.key.isEqual(to: right.key))
        }
    }

    @Test func `the bytes are those of the document`() throws {
        let ring = try Fixture.ring()
        let sealed = try ring.sealed(under: root(), profile: .team)
        #expect(sealed.count == 1 + 24 + 6 * 45 + 16)
        #expect(sealed[0] == 1)
        let plain = try AEAD.openPlain(Array(sealed.dropFirst()), key: root(), associatedData: Place.keyRing().bytes)
        var expected: [UInt8] = []
        for entry in ring.entries {
            // 1,795,253,400,000 ms
            expected +=
                [entry.purpose.rawValue, 0, 0, 0, 1] + [0, 0, 0x01, 0xA1, 0xFD, 0x70, 0xF1, 0xC0] + entry.key.plain
        }
        #expect(plain == expected)
    }

    @Test func `the wrong root key and another vault do not open it`() throws {
        let sealed = try Fixture.ring().sealed(under: root(), profile: .team)
        #expect(throws: SealingError.tampered) {
            try KeyRing.open(sealed, under: root("other"), vault: Fixture.vault, profile: .team)
        }
        #expect(throws: SealingError.tampered) {
            try KeyRing.open(sealed, under: root(), vault: Fixture.otherVault, profile: .team)
        }
    }

    @Test func `with another profile it does not open`() throws {
        for (sealedFor, opened) in [(Profile.team, Profile.singleUser), (.singleUser, .team)] {
            let sealed = try Fixture.ring().sealed(under: root(), profile: sealedFor)
            #expect(throws: SealingError.tampered) {
                try KeyRing.open(sealed, under: root(), vault: Fixture.vault, profile: opened)
            }
            _ = try KeyRing.open(sealed, under: root(), vault: Fixture.vault, profile: sealedFor)
        }
    }

    @Test func `every flipped bit and every missing byte is refused`() throws {
        let sealed = try Fixture.ring().sealed(under: root(), profile: .team)
        let key = try root()
        for bit in 0..<sealed.count * 8 {
            let other = sealed.flippingBit(bit)
            let expected = bit < 8 ? SealingError.unknownFormat(other[0]) : .tampered
            #expect(throws: expected, "bit \(bit)") {
                try KeyRing.open(other, under: key, vault: Fixture.vault, profile: .team)
            }
        }
        for count in 0..<sealed.count {
            let expected = count < 1 + AEAD.overhead ? SealingError.malformed : .tampered
            #expect(throws: expected, "\(count) bytes") {
                try KeyRing.open(Array(sealed.prefix(count)), under: key, vault: Fixture.vault, profile: .team)
            }
        }
    }

    @Test func `the format number is bound`() throws {
        let plain = (UInt8(1)...6).flatMap { entry($0) }
        let sealed = [1] + AEAD.seal(plain, key: try root(), associatedData: Place.keyRing(format: 2).bytes)
        #expect(throws: SealingError.tampered) {
            try KeyRing.open(sealed, under: root(), vault: Fixture.vault, profile: .team)
        }
    }

    @Test func `a ring that its root key sealed but that makes no sense is malformed`() throws {
        let whole = (UInt8(1)...6).flatMap { entry($0) }
        _ = try KeyRing.open(sealed(whole), under: root(), vault: Fixture.vault, profile: .team)
        let cases: [(String, [UInt8])] = [
            ("nothing", []), ("a byte", [1]), ("a byte less", whole.dropLast()), ("a byte more", whole + [0]),
            ("purpose 0", whole + entry(0)), ("purpose 7", whole + entry(7)), ("purpose 255", whole + entry(255)),
            ("a purpose missing", Array(whole.dropLast(45))), ("a key twice", whole + entry(3)),
            ("another key of the same purpose and epoch", whole + entry(3).dropLast() + [0]),
        ]
        for (name, plain) in cases {
            #expect(throws: SealingError.malformed, "\(name)") {
                try KeyRing.open(sealed(plain), under: root(), vault: Fixture.vault, profile: .team)
            }
        }
    }

    @Test(arguments: [0, 31, 33])
    func `a key has 32 bytes`(count: Int) throws {
        for purpose in KeyRing.Purpose.allCases {
            let key = try SecretBytes(copying: [UInt8](repeating: 7, count: count))
            let odd = KeyRing.Entry(purpose: purpose, epoch: 2, created: Fixture.time, key: key)
            let entries = try Fixture.ring().entries
            #expect(throws: SealingError.malformed) { try KeyRing(vault: Fixture.vault, entries: entries + [odd]) }
        }
    }

    @Test func `a ring must have every purpose, and no two keys of one purpose and epoch`() throws {
        let entries = try Fixture.ring().entries
        for index in entries.indices {
            var fewer = entries
            fewer.remove(at: index)
            #expect(throws: SealingError.malformed) { try KeyRing(vault: Fixture.vault, entries: fewer) }
            #expect(throws: SealingError.malformed) {
                try KeyRing(vault: Fixture.vault, entries: entries + [entries[index]])
            }
        }
        #expect(throws: SealingError.malformed) { try KeyRing(vault: Fixture.vault, entries: []) }
    }
}
