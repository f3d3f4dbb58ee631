import SecretMemory
import Testing

@testable import WarderCrypto

@Suite struct AEADTests {
    private let key: AEADKey
    private let data: [UInt8] = Array("vault 7, secret 12, version 3".utf8)
    private let plaintext: [UInt8] = Array("a credential".utf8)

    init() throws { key = try .random() }

    @Test(arguments: [0, 1, 63, 64, 65, 4096, 70_000])
    func `what was sealed opens, however it is handed in`(count: Int) throws {
        let plaintext = SecureRandom.bytes(count: count)
        let secret = try SecretBytes(copying: plaintext)
        var appended: [UInt8] = [1, 2, 3]
        AEAD.seal(plaintext, key: key, associatedData: data, appendingTo: &appended)
        #expect(appended.prefix(3) == [1, 2, 3])
        var appendedSpan: [UInt8] = []
        unsafe AEAD.seal(plaintext.span.bytes, key: key, associatedData: data, appendingTo: &appendedSpan)
        let all = [
            AEAD.seal(plaintext, key: key, associatedData: data),
            AEAD.seal(secret, key: key, associatedData: data),
            unsafe AEAD.seal(plaintext.span.bytes, key: key, associatedData: data),
            Array(appended.dropFirst(3)), appendedSpan,
        ]
        for sealed in all {
            #expect(sealed.count == count + AEAD.overhead)
            #expect(try AEAD.open(sealed, key: key, associatedData: data).isEqual(to: secret))
            #expect(try AEAD.open(([0] + sealed)[1...], key: key, associatedData: data).isEqual(to: secret))
            #expect(unsafe try AEAD.open(sealed.span.bytes, key: key, associatedData: data).isEqual(to: secret))
            #expect(try AEAD.openPlain(sealed, key: key, associatedData: data) == plaintext)
            #expect(try AEAD.openPlain(([0] + sealed)[1...], key: key, associatedData: data) == plaintext)
            #expect(unsafe try AEAD.openPlain(sealed.span.bytes, key: key, associatedData: data) == plaintext)
        }
    }

    @Test(arguments: [("nonce", 0..<24), ("ciphertext", 24..<36), ("tag", 36..<52)])
    func `a flipped bit is refused`(field: String, bytes: Range<Int>) throws {
        let sealed = AEAD.seal(plaintext, key: key, associatedData: data)
        #expect(sealed.count == 52)
        for bit in bytes.lowerBound * 8..<bytes.upperBound * 8 {
            #expect(throws: CryptoError.tampered, "\(field), bit \(bit)") {
                try AEAD.open(sealed.flippingBit(bit), key: key, associatedData: data)
            }
            #expect(throws: CryptoError.tampered, "\(field), bit \(bit)") {
                try AEAD.openPlain(sealed.flippingBit(bit), key: key, associatedData: data)
            }
        }
    }

    @Test func `a flipped bit of the associated data is refused`() throws {
        let sealed = AEAD.seal(plaintext, key: key, associatedData: data)
        for bit in 0..<data.count * 8 {
            #expect(throws: CryptoError.tampered) {
                try AEAD.open(sealed, key: key, associatedData: data.flippingBit(bit))
            }
        }
        for other in [[], data + [0], Array(data.dropLast())] {
            #expect(throws: CryptoError.tampered) { try AEAD.open(sealed, key: key, associatedData: other) }
        }
    }

    @Test func `a flipped bit of the key is refused`() throws {
        let sealed = AEAD.seal(plaintext, key: key, associatedData: data)
        let bytes = unsafe key.bytes.withUnsafeBytes { unsafe Array($0) }
        for bit in 0..<256 {
            let other = try AEADKey(SecretBytes(copying: bytes.flippingBit(bit)))
            #expect(throws: CryptoError.tampered) { try AEAD.open(sealed, key: other, associatedData: data) }
        }
    }

    @Test func `every cut is refused, as malformed when it is shorter than the overhead`() throws {
        let sealed = AEAD.seal(plaintext, key: key, associatedData: data)
        for count in 0..<sealed.count {
            let expected: CryptoError = count < AEAD.overhead ? .malformed : .tampered
            #expect(throws: expected) { try AEAD.open(sealed[..<count], key: key, associatedData: data) }
            #expect(throws: expected) { try AEAD.openPlain(sealed[..<count], key: key, associatedData: data) }
        }
        #expect(throws: CryptoError.tampered) { try AEAD.open(sealed + [0], key: key, associatedData: data) }
    }

    @Test func `sealing twice gives different nonces`() {
        let nonces = (0..<1000).map { _ in Array(AEAD.seal(plaintext, key: key, associatedData: data).prefix(24)) }
        #expect(Set(nonces).count == 1000)
    }

    @Test(arguments: [0, 16, 31, 33, 64])
    func `a key of another size is refused`(count: Int) throws {
        let bytes = try SecretBytes.random(count: count)
        let refusal = CryptoError.wrongKeySize(expected: 32, actual: count)
        #expect(throws: refusal) { try AEADKey(bytes) }
        #expect(throws: refusal) { try KeyedHashKey(bytes) }
        #expect(throws: refusal) { try DerivationKey(bytes) }
        #expect(throws: refusal) { try BoxKeyPair(secretKey: bytes) }
        #expect(throws: refusal) { try SigningKey(seed: bytes) }
    }

    @Test func `keys show nothing when printed`() throws {
        var text = ""
        dump(key, to: &text)
        dump(try SigningKey.random().seed, to: &text)
        #expect("\(key)" == "AEADKey(bytes: SecretBytes(redacted))")
        #expect(!text.contains("0x") && !text.contains("32"))
    }
}
