import RandomTesting
import Testing

@testable import WarderCrypto

/// The field against a definition of its own: the product of polynomials, then the remainder by long division.
@Suite struct GF256Tests {
    private func product(_ left: Int, _ right: Int) -> Int {
        var long = 0
        for power in 0..<8 where right >> power & 1 == 1 { long ^= left << power }
        for power in (8...14).reversed() where long >> power & 1 == 1 { long ^= 0x11b << (power - 8) }
        return long
    }

    @Test func `every product is the remainder of the product of polynomials`() {
        var differences = 0
        for left in 0...255 {
            for right in 0...255 where Int(GF256.product(UInt8(left), UInt8(right))) != product(left, right) {
                differences += 1
            }
        }
        #expect(differences == 0)
    }

    @Test func `products that others have published`() {
        // FIPS 197 §4.2 and §4.2.1, and the tests of OpenBao's sharing.
        #expect(GF256.product(0x57, 0x83) == 0xc1)
        #expect(GF256.product(0x57, 0x13) == 0xfe)
        #expect(GF256.product(0x57, 0x02) == 0xae)
        #expect(GF256.product(3, 7) == 9)
        #expect(GF256.product(6, GF256.inverse(3)) == 2)
    }

    @Test func `every element but zero times its inverse is one, and no two have the same inverse`() {
        for element in UInt8(1)...255 {
            #expect(GF256.product(element, GF256.inverse(element)) == 1)
            #expect(GF256.inverse(GF256.inverse(element)) == element)
        }
        #expect(Set((UInt8(1)...255).map(GF256.inverse)).count == 255)
        #expect(GF256.inverse(0) == 0)
    }

    @Test func `one changes nothing, zero makes zero, and the order of factors does not matter`() {
        for left in UInt8.min...255 {
            #expect(GF256.product(left, 1) == left)
            #expect(GF256.product(left, 0) == 0)
            let commutes = (UInt8.min...255).allSatisfy { GF256.product(left, $0) == GF256.product($0, left) }
            #expect(commutes)
        }
    }

    @Test func `no product of two elements other than zero is zero`() {
        for left in UInt8(1)...255 {
            #expect(Set((UInt8(1)...255).map { GF256.product(left, $0) }) == Set(1...255))
        }
    }

    @Test func `products are associative and distribute over sums`() {
        var random = SeededGenerator.printed()
        for _ in 0..<20_000 {
            let elements = random.bytes(3)
            let (a, b, c) = (elements[0], elements[1], elements[2])
            #expect(GF256.product(GF256.product(a, b), c) == GF256.product(a, GF256.product(b, c)))
            #expect(GF256.product(a, b ^ c) == GF256.product(a, b) ^ GF256.product(a, c))
        }
    }
}
