import RandomTesting
import SecretMemory
import Testing

@testable import WarderCrypto

@Suite struct SHA256DigestTests {
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func `FIPS 180 examples`(message: String, expected: String) {
        #expect(SHA256Digest.hash(Array(message.utf8)).hex == expected)
    }

    @Test func `RFC 6962: the known root of eight leaves`() {
        let leaves: [Hex] = [
            "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
        ]
        var level = leaves.map { SHA256Digest.hash(prefix: 0, $0.bytes) }
        while level.count > 1 {
            level = stride(from: 0, to: level.count, by: 2).map {
                SHA256Digest.hash(prefix: 1, level[$0], level[$0 + 1])
            }
        }
        #expect(level[0].hex == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")
    }

    @Test func `a prefix is hashed like a first byte`() {
        let message = SecureRandom.bytes(count: 500)
        #expect(SHA256Digest.hash(prefix: 7, message) == SHA256Digest.hash([7] + message))
        #expect(SHA256Digest.hash(prefix: 7, message, [1, 2]) == SHA256Digest.hash([7] + message + [1, 2]))
        #expect(SHA256Digest.hash(prefix: 7, []) == SHA256Digest.hash([7]))
    }

    @Test func `parts give the digest of the whole, wherever the cuts are`() {
        let seed = UInt64.random(in: .min ... .max)
        print("digest property test, seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let message = SecureRandom.bytes(count: Int.random(in: 0...1000, using: &generator))
            var digest = SHA256Digest()
            var rest = message[...]
            while !rest.isEmpty {
                let part = Array(rest.prefix(Int.random(in: 0...200, using: &generator)))
                if Bool.random(using: &generator) { digest.update(part) } else { unsafe digest.update(part.span.bytes) }
                rest = rest.dropFirst(part.count)
            }
            #expect(digest.digest() == SHA256Digest.hash(message), "seed \(seed)")
            #expect(unsafe digest.digest() == SHA256Digest.hash(message.span.bytes), "seed \(seed)")
        }
    }

    @Test func `a digest may go on after it was asked for, and copies part ways`() {
        var digest = SHA256Digest()
        digest.update([1])
        #expect(digest.digest() == SHA256Digest.hash([1]))
        var other = digest
        digest.update([2])
        other.update([3])
        #expect(digest.digest() == SHA256Digest.hash([1, 2]))
        #expect(other.digest() == SHA256Digest.hash([1, 3]))
    }
}
