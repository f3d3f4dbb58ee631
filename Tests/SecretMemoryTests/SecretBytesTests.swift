import SecretMemory
import Testing

@Suite struct SecretBytesTests {
    @Test func `what was copied in comes out`() throws {
        let secret = try SecretBytes(copying: [1, 2, 3] as [UInt8])
        #expect(secret.count == 3)
        #expect(octets(of: secret) == [1, 2, 3])
    }

    @Test func `any collection of bytes can be copied in`() throws {
        let array: [UInt8] = [9, 8, 7, 6]
        #expect(octets(of: try SecretBytes(copying: array[1...2])) == [8, 7])
        #expect(octets(of: try SecretBytes(copying: "pin".utf8)) == [0x70, 0x69, 0x6e])
        #expect(octets(of: try unsafe array.withUnsafeBytes { unsafe try SecretBytes(copying: $0) }) == array)
        #expect(octets(of: try SecretBytes(copying: array.lazy.map { $0 + 1 })) == [10, 9, 8, 7])
    }

    @Test func `a secret may be empty`() throws {
        let secret = try SecretBytes(copying: [UInt8]())
        #expect(secret.count == 0)
        #expect(octets(of: secret).isEmpty)
    }

    @Test(arguments: [1, 32, 33, 4096, 65_536, 65_537, 1 << 20])
    func `bytes are zero before they are written`(count: Int) throws {
        // Dirty first, so that memory that is used again would show.
        for _ in 0..<3 {
            _ = unsafe try SecretBytes(
                count: count,
                filling: { unsafe $0.initializeMemory(as: UInt8.self, repeating: 0xff) }
            )
        }
        let secret = unsafe try SecretBytes(count: count, filling: { _ in })
        #expect(octets(of: secret).allSatisfy { $0 == 0 })
    }

    @Test func `an error while writing comes through`() {
        struct Interrupted: Error {}
        #expect(throws: Interrupted.self) {
            _ = unsafe try SecretBytes(count: 10, initializingWith: { _ in throw Interrupted() })
        }
    }

    @Test func `a typed error while reading keeps its type`() throws {
        let secret = try SecretBytes.random(count: 4)
        #expect(throws: SecretMemoryError.outOfBounds) {
            unsafe try secret.withUnsafeBytes { _ throws(SecretMemoryError) in throw .outOfBounds }
        }
    }

    @Test func `a negative count is refused`() {
        #expect(throws: SecretMemoryError.outOfBounds) { try SecretBytes.random(count: -1) }
    }

    @Test func `random secrets differ`() throws {
        let (left, right) = (try SecretBytes.random(count: 32), try SecretBytes.random(count: 32))
        #expect(!left.isEqual(to: right))
    }

    @Test func `a slice is a copy of the range`() throws {
        let secret = try SecretBytes(copying: [10, 11, 12, 13] as [UInt8])
        #expect(octets(of: try secret.slice(1..<3)) == [11, 12])
        #expect(octets(of: try secret.slice(4..<4)).isEmpty)
        #expect(octets(of: try secret.slice(0..<4)) == [10, 11, 12, 13])
    }

    @Test(arguments: [0..<5, -1..<2, 5..<6, Int.max - 1..<Int.max])
    func `a slice that reaches outside is refused`(range: Range<Int>) throws {
        let secret = try SecretBytes.random(count: 4)
        #expect(throws: SecretMemoryError.outOfBounds) { try secret.slice(range) }
    }

    @Test func `many tasks may read and drop one secret`() async throws {
        let secret = try SecretBytes(copying: [UInt8](repeating: 0x5a, count: 1000))
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<100 {
                group.addTask { octets(of: secret).allSatisfy { $0 == 0x5a } }
            }
            for await isIntact in group { #expect(isIntact) }
        }
    }
}

@Suite struct EqualityTests {
    @Test func `equal bytes are equal`() throws {
        let bytes = SecureRandom.bytes(count: 100)
        let (left, right) = (try SecretBytes(copying: bytes), try SecretBytes(copying: bytes))
        #expect(left.isEqual(to: right))
        #expect(left.isEqual(to: bytes))
        #expect(ConstantTime.areEqual(bytes, Array(bytes)))
    }

    @Test func `a flipped bit anywhere makes them different`() throws {
        let bytes = SecureRandom.bytes(count: 40)
        let secret = try SecretBytes(copying: bytes)
        for bit in 0..<320 {
            var other = bytes
            other[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(!secret.isEqual(to: try SecretBytes(copying: other)))
            #expect(!secret.isEqual(to: other))
            #expect(!ConstantTime.areEqual(bytes, other))
        }
    }

    @Test func `a prefix is not equal`() throws {
        let secret = try SecretBytes(copying: [1, 2, 3] as [UInt8])
        #expect(!secret.isEqual(to: try secret.slice(0..<2)))
        #expect(!ConstantTime.areEqual([1, 2, 3], [1, 2]))
        #expect(!ConstantTime.areEqual([], [0]))
    }

    @Test func `nothing equals nothing`() throws {
        #expect(try SecretBytes(copying: [UInt8]()).isEqual(to: []))
        #expect(ConstantTime.areEqual([], []))
    }
}

@Suite struct WipeTests {
    @Test func `a wiped buffer is zero and keeps its count`() {
        var buffer = [UInt8](repeating: 0xff, count: 100)
        zero(&buffer)
        #expect(buffer == [UInt8](repeating: 0, count: 100))
    }

    @Test func `an empty buffer can be wiped`() {
        var buffer: [UInt8] = []
        zero(&buffer)
        #expect(buffer.isEmpty)
    }

    @Test func `random bytes have the asked for count and are not all alike`() {
        #expect(SecureRandom.bytes(count: 0).isEmpty)
        let bytes = SecureRandom.bytes(count: 1000)
        #expect(bytes.count == 1000)
        // 1000 fair bytes leave out about 5 of the 256 values; fewer than 200 different ones do not happen by chance.
        #expect(Set(bytes).count > 200)
    }
}

/// The bytes of a secret, which is what only a test may want.
func octets(of secret: SecretBytes) -> [UInt8] {
    unsafe secret.withUnsafeBytes { unsafe Array($0) }
}
