import RandomTesting
import SecretMemory
import Testing

@testable import WarderCrypto

/// That fewer points than the threshold say nothing. Counted out, not estimated.
@Suite struct SecrecyTests {
    /// All values of one byte, 64 at a time, so that one splitting tries 64 of them.
    private func bytes(_ value: Int) -> [UInt8] { [UInt8](repeating: UInt8(value), count: 64) }
    private let quarters = (0..<4).map { quarter in (0..<64).map { UInt8(quarter * 64 + $0) } }

    @Test func `with threshold 2, each secret gives each value of a point by exactly one coefficient`() throws {
        for secret in 0...255 {
            var seen = [Set<UInt8>](repeating: [], count: 3)
            for coefficients in quarters {
                let points = try SecretSharing.split(
                    SecretBytes(copying: bytes(secret)),
                    count: 3,
                    coefficients: SecretBytes(copying: coefficients)
                )
                for (place, point) in points.enumerated() { seen[place].formUnion(point.bytes.plain) }
            }
            #expect(seen.allSatisfy { $0.count == 256 }, "secret \(secret)")
        }
    }

    @Test(arguments: [0, 1, 0xa7])
    func `with threshold 3, a secret gives each pair of values of two points by exactly one pair of coefficients`(
        secret: Int
    ) throws {
        var seen = [Set<UInt16>](repeating: [], count: 3)
        for second in 0...255 {
            for first in quarters {
                let points = try SecretSharing.split(
                    SecretBytes(copying: bytes(secret)),
                    count: 3,
                    coefficients: SecretBytes(copying: first + bytes(second))
                ).map(\.bytes.plain)
                for (place, pair) in [(0, 1), (0, 2), (1, 2)].enumerated() {
                    seen[place].formUnion((0..<64).map { UInt16(points[pair.0][$0]) << 8 | UInt16(points[pair.1][$0]) })
                }
            }
        }
        #expect(seen.map(\.count) == [65_536, 65_536, 65_536])
    }

    /// Whoever has k - 1 points can add any secret of their choice as the value at zero: there is a polynomial of
    /// degree less than k through all of them, by which the points are what they are.
    @Test func `k - 1 points are part of a splitting of every other secret as well`() throws {
        var random = SeededGenerator.printed()
        for (threshold, count) in [(2, 3), (3, 5), (5, 8), (9, 9)] {
            let points = try SecretSharing.split(random.secret(32), threshold: threshold, count: count)
            let known = Array(points.shuffled(using: &random).prefix(threshold - 1))
            for guess in 0...255 {
                let other = try SecretBytes(copying: [UInt8](repeating: UInt8(guess), count: 32))
                let splitting = try extended(known, to: other, count: count)
                for point in known {
                    #expect(splitting[Int(point.index) - 1].bytes.isEqual(to: point.bytes))
                }
                // With more points than the threshold, combining checks that all lie on one polynomial.
                #expect(try SecretSharing.combine(splitting, threshold: threshold).isEqual(to: other))
            }
        }
    }

    /// The points 1 to `count` of the polynomials that go through `known` and are `secret` at zero.
    private func extended(
        _ known: [SecretSharing.Point],
        to secret: SecretBytes,
        count: Int
    ) throws -> [SecretSharing.Point] {
        let free = try #require((UInt8(1)...255).first { index in !known.contains { $0.index == index } })
        // What has to stand at a free index for `secret` to come out: the weights of the known points at zero are
        // fixed, so that the rest, divided by the free one's own weight, is what is missing.
        let rest = known.reduce(into: secret.plain) { rest, point in
            let weight = self.weight(point.index, among: known.map(\.index) + [free])
            for (place, byte) in point.bytes.plain.enumerated() { rest[place] ^= GF256.product(weight, byte) }
        }
        let own = GF256.inverse(weight(free, among: known.map(\.index) + [free]))
        let bytes = try SecretBytes(copying: rest.map { GF256.product(own, $0) })
        let enough = known + [try SecretSharing.Point(index: free, bytes: bytes)]
        return try (1...UInt8(count)).map { index in
            try SecretSharing.Point(index: index, bytes: SecretSharing.value(at: index, of: enough[...]))
        }
    }

    private func weight(_ own: UInt8, among indexes: [UInt8]) -> UInt8 {
        indexes.filter { $0 != own }.reduce(1) { weight, other in
            GF256.product(weight, GF256.product(other, GF256.inverse(own ^ other)))
        }
    }

    @Test func `coefficients are drawn anew for each splitting, and every value occurs as the highest`() throws {
        // Of a secret of zeros with threshold 2, the point with index 1 is the coefficient.
        let secret = try SecretBytes(copying: [UInt8](repeating: 0, count: 64))
        var seen: Set<UInt8> = []
        var splittings = 0
        // 256 splittings draw 16,384 bytes; that one value is missing then has a probability below 2^-84.
        while splittings < 256 {
            seen.formUnion(try SecretSharing.split(secret, threshold: 2, count: 2)[0].bytes.plain)
            splittings += 1
        }
        #expect(seen.count == 256)
    }
}
