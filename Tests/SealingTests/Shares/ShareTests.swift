import RandomTesting
import Sealing
import SecretMemory
import SecretShares
import Testing
import WarderCrypto
import WarderModel

/// docs/formats/share.md, "Splitting" and "Combining".
@Suite struct ShareTests {
    private func split(_ secret: SecretBytes, _ threshold: Int, of count: Int) throws -> [Share] {
        try Share.split(secret, threshold: threshold, count: count)
    }

    private func split(_ threshold: Int, of count: Int) throws -> [Share] {
        try split(.random(count: 32), threshold, of: count)
    }

    private func changed(
        _ share: Share,
        set: ShareSet? = nil,
        index: Int? = nil,
        bytes: [UInt8]? = nil
    ) throws -> Share {
        try Share(
            set: set ?? share.set,
            index: index ?? share.index,
            bytes: bytes.map { try SecretBytes(copying: $0) } ?? share.bytes
        )
    }

    @Test func `shares that were written and read again give the secret back`() throws {
        var random = SeededGenerator.printed()
        for _ in 0..<40 {
            let count = Int.random(in: 2...12, using: &random)
            let threshold = Int.random(in: 2...count, using: &random)
            let secret = try SecretBytes(copying: random.bytes(.random(in: 16...64, using: &random)))
            let chosen = try split(secret, threshold, of: count).shuffled(using: &random)
                .prefix(.random(in: threshold...count, using: &random))
            let read = try Share.parse(chosen.map { try $0.text() })
            #expect(read.map(\.index) == chosen.map(\.index))
            #expect(read.map(\.set) == chosen.map(\.set))
            #expect(try Share.combine(read).isEqual(to: secret), "\(threshold) of \(count)")
            #expect(try Share.combine(read, of: read[0].set).isEqual(to: secret))
        }
    }

    @Test func `every splitting is a set of its own`() throws {
        let secret = try SecretBytes.random(count: 32)
        let first = try split(secret, 2, of: 3)
        let second = try split(secret, 2, of: 3)
        #expect(Set(first.map(\.set)).count == 1)
        #expect(first.map(\.index) == [1, 2, 3])
        #expect(first[0].set.threshold == 2)
        #expect(first[0].set.count == 3)
        #expect(first[0].set.id != second[0].set.id)
        #expect(throws: ShareError.foreign(share: 2)) { try Share.combine([first[0], second[1], first[2]]) }
    }

    @Test func `numbers that a set cannot have are refused`() throws {
        let secret = try SecretBytes.random(count: 32)
        for (threshold, count) in [(1, 1), (1, 3), (0, 3), (-1, 3), (4, 3), (2, 256), (256, 256)] {
            #expect(throws: ShareError.outOfRange) { try split(secret, threshold, of: count) }
            #expect(throws: ShareError.outOfRange) {
                try ShareSet(id: Fixture.id, threshold: threshold, count: count)
            }
        }
        for length in [0, 15, 65] {
            let other = try SecretBytes.random(count: length)
            #expect(throws: ShareError.outOfRange) { try split(other, 2, of: 3) }
        }
        let share = try split(secret, 2, of: 3)[0]
        for index in [-1, 0, 4, 255, 256] {
            #expect(throws: ShareError.outOfRange) { try changed(share, index: index) }
        }
        for length in [0, 15, 65] {
            #expect(throws: ShareError.outOfRange) {
                try changed(share, bytes: [UInt8](repeating: 0, count: length))
            }
        }
    }

    @Test func `too few shares say how many there are and how many it takes`() throws {
        let shares = try split(3, of: 5)
        for count in 1...2 {
            #expect(throws: ShareError.tooFew(have: count, need: 3)) {
                try Share.combine(Array(shares.prefix(count)))
            }
        }
        #expect(throws: ShareError.tooFew(have: 0, need: 3)) { try Share.combine([], of: shares[0].set) }
        #expect(throws: ShareError.tooFew(have: 0, need: 2)) { try Share.combine([]) }
    }

    @Test func `a share of another set than the wanted one is named`() throws {
        let wanted = try split(2, of: 3)
        let others = try split(2, of: 3)
        #expect(throws: ShareError.foreign(share: 1)) { try Share.combine(others, of: wanted[0].set) }
        #expect(throws: ShareError.foreign(share: 3)) { try Share.combine(wanted.prefix(2) + [others[2]]) }
    }

    @Test func `a share that says other things of its set than the others is named`() throws {
        let shares = try split(2, of: 3)
        let id = shares[0].set.id
        for other in [
            try changed(shares[1], set: ShareSet(id: id, threshold: 3, count: 3)),
            try changed(shares[1], set: ShareSet(id: id, threshold: 2, count: 4)),
            try changed(shares[1], bytes: Array(shares[1].bytes.plain.dropLast())),
        ] {
            #expect(throws: ShareError.inconsistent(share: 2)) { try Share.combine([shares[0], other, shares[2]]) }
        }
        let wanted = try ShareSet(id: id, threshold: 3, count: 3)
        #expect(throws: ShareError.inconsistent(share: 1)) { try Share.combine(shares, of: wanted) }
    }

    @Test func `a share that was entered twice is named`() throws {
        let shares = try split(3, of: 5)
        #expect(throws: ShareError.duplicate(share: 3)) { try Share.combine([shares[0], shares[4], shares[0]]) }
        #expect(throws: ShareError.duplicate(share: 2)) { try Share.combine([shares[1], shares[1]]) }
        let twin = try changed(shares[2], index: 2)
        #expect(throws: ShareError.duplicate(share: 4)) { try Share.combine(Array(shares.prefix(3)) + [twin]) }
    }

    @Test func `a forged share among more than enough is refused, and named when two are over`() throws {
        let shares = try split(3, of: 5)
        let forged = try changed(shares[3], bytes: shares[3].bytes.plain.flippingBit(77))
        #expect(throws: ShareError.disagreement(share: nil)) {
            try Share.combine([shares[0], forged, shares[1], shares[2]])
        }
        #expect(throws: ShareError.disagreement(share: 2)) {
            try Share.combine([shares[0], forged, shares[1], shares[2], shares[4]])
        }
    }

    @Test func `a forged share among exactly enough gives a secret that opens nothing`() throws {
        let secret = try SecretBytes.random(count: 32)
        let root = try Fixture.key("root")
        let kind = KeySlot.Kind.credential(salt: [UInt8](repeating: 1, count: 16))
        let slot = try KeySlot.wrap(
            root: .init(root),
            with: secret,
            kind: kind,
            id: Fixture.id,
            vault: Fixture.vault,
            at: Fixture.time
        )
        var shares = try split(secret, 2, of: 2)
        let opened = try slot.open(with: Share.combine(shares), vault: Fixture.vault)
        #expect(opened.bytes.isEqual(to: root))
        shares[1] = try changed(shares[1], bytes: shares[1].bytes.plain.flippingBit(0))
        let wrong = try Share.combine(shares)
        #expect(throws: SealingError.tampered) { try slot.open(with: wrong, vault: Fixture.vault) }
    }
}
