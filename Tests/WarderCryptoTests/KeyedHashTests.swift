import SecretMemory
import Testing

@testable import WarderCrypto

/// Expected values were computed with Python's `hashlib.blake2b(data, digest_size=32, key=key, person=…)`.
@Suite struct KeyedHashTests {
    private let ramp = [UInt8](0...31)
    private let message = Array("message".utf8)

    @Test func `a keyed hash is BLAKE2b over the label with its length, and the message`() throws {
        let key = try KeyedHashKey(SecretBytes(copying: ramp))
        let expected = "979f1492a91b7a3a3c04cec231148acd8a58dd6103deec4dd30b8a2896abe3c3"
        #expect(KeyedHash.hash(message, key: key, label: "token").hex == expected)
        #expect(KeyedHash.hash(try SecretBytes(copying: message), key: key, label: "token").hex == expected)
        #expect(unsafe KeyedHash.hash(message.span.bytes, key: key, label: "token").hex == expected)
        #expect(
            KeyedHash.hash([], key: key, label: "token").hex
                == "b5aa0c4a15a1167ed8ec587f645eb1d2f0070022e3abaed618e369196b8abdd4"
        )
    }

    @Test func `a subkey is BLAKE2b over the label with its length, and the context`() throws {
        let key = try DerivationKey(SecretBytes(copying: ramp))
        let token = try KeyDerivation.subkey(of: key, label: "token", context: message)
        #expect(
            token.isEqual(to: ("a316a74a7571189da1cf2cdeb49b429a4cbe2315b1df1573cbeedfc9cb743477" as Hex).bytes)
        )
        let metadata = try KeyDerivation.subkey(of: key, label: "metadata")
        #expect(
            metadata.isEqual(to: ("81ae6a01d5dab126fa81e712160bd82d435152a544a5a0e53a5489f004068b2d" as Hex).bytes)
        )
    }

    @Test func `labels separate, also where label and message together read the same`() throws {
        let key = try KeyedHashKey.random()
        let hashes = [
            KeyedHash.hash(Array("c".utf8), key: key, label: "ab"),
            KeyedHash.hash(Array("bc".utf8), key: key, label: "a"),
            KeyedHash.hash([], key: key, label: "abc"),
            KeyedHash.hash(Array("abc".utf8), key: key, label: "\u{1}"),
            KeyedHash.hash(Array("c".utf8), key: key, label: "aB"),
        ]
        #expect(Set(hashes).count == hashes.count)
    }

    @Test func `another key gives another hash, the same key the same`() throws {
        let key = try KeyedHashKey.random()
        let hash = KeyedHash.hash(message, key: key, label: "token")
        #expect(KeyedHash.hash(message, key: key, label: "token") == hash)
        #expect(KeyedHash.hash(message, key: try .random(), label: "token") != hash)
        #expect(KeyedHash.hash(message.flippingBit(0), key: key, label: "token") != hash)
        #expect(hash.count == KeyedHash.byteCount)
    }

    @Test func `a hash and a subkey under one key, label and message differ`() throws {
        let bytes = try SecretBytes.random(count: 32)
        let hash = KeyedHash.hash(message, key: try KeyedHashKey(bytes), label: "token")
        #expect(
            !(try KeyDerivation.subkey(of: DerivationKey(bytes), label: "token", context: message)).isEqual(to: hash)
        )
    }

    @Test func `long messages are hashed whole`() throws {
        let key = try KeyedHashKey.random()
        let long = SecureRandom.bytes(count: 10_000)
        let hash = KeyedHash.hash(long, key: key, label: "token")
        #expect(KeyedHash.hash(long.flippingBit(79_999), key: key, label: "token") != hash)
        #expect(KeyedHash.hash(Array(long.dropLast()), key: key, label: "token") != hash)
    }
}
