import SecretMemory
import Testing

@testable import WarderCrypto

@Suite struct SealedBoxTests {
    private let message = Array("an event while sealed".utf8)

    @Test func `what was sealed to a key opens with its pair alone`() throws {
        let (pair, other) = (try BoxKeyPair.random(), try BoxKeyPair.random())
        let sealed = try SealedBox.seal(message, to: pair.publicKey)
        #expect(sealed.count == message.count + SealedBox.overhead)
        #expect(try SealedBox.open(sealed, with: pair).isEqual(to: message))
        #expect(try SealedBox.openPlain(sealed, with: pair) == message)
        #expect(throws: CryptoError.tampered) { try SealedBox.open(sealed, with: other) }
        #expect(throws: CryptoError.tampered) { try SealedBox.openPlain(sealed, with: other) }
    }

    /// Made by an independent implementation of X25519, XSalsa20-Poly1305 and the box's nonce (BLAKE2b-192 of both
    /// public keys).
    @Test func `a box made elsewhere opens`() throws {
        let pair = try BoxKeyPair(secretKey: SecretBytes(copying: 0...31 as ClosedRange<UInt8>))
        #expect(pair.publicKey.bytes.hex == "8f40c5adb68f25624ae5b214ea767a6ec94d829d3d7b5e1ad1ba6f3e2138285f")
        let sealed: Hex = """
            358072d6365880d1aeea329adf9121383851ed21a28e3b75e965d0d2cd16625403ea14e02579953539fe091be96b7185e431f0fba6bf421af53da119ae6414705bf8f85b22
            """
        #expect(try SealedBox.openPlain(sealed.bytes, with: pair) == message)
    }

    @Test func `an empty message can be sealed`() throws {
        let pair = try BoxKeyPair.random()
        let sealed = try SealedBox.seal([], to: pair.publicKey)
        #expect(try SealedBox.openPlain(sealed, with: pair).isEmpty)
        #expect(try SealedBox.open(sealed, with: pair).count == 0)
    }

    @Test func `every flipped bit is refused`() throws {
        let pair = try BoxKeyPair.random()
        let sealed = try SealedBox.seal(message, to: pair.publicKey)
        // The last bit of the ephemeral key is ignored by X25519, but not by the nonce, which is a hash of the key.
        for bit in 0..<sealed.count * 8 {
            #expect(throws: CryptoError.tampered, "bit \(bit)") {
                try SealedBox.openPlain(sealed.flippingBit(bit), with: pair)
            }
        }
    }

    @Test func `a box shorter than its overhead is malformed`() throws {
        let pair = try BoxKeyPair.random()
        for count in 0..<SealedBox.overhead {
            let short = [UInt8](repeating: 1, count: count)
            #expect(throws: CryptoError.malformed) { try SealedBox.open(short, with: pair) }
            #expect(throws: CryptoError.malformed) { try SealedBox.openPlain(short, with: pair) }
        }
    }

    @Test func `a public key of small order is refused`() throws {
        for first in 0...1 as ClosedRange<UInt8> {
            let key = try BoxPublicKey([first] + [UInt8](repeating: 0, count: 31))
            #expect(throws: CryptoError.weakPublicKey) { try SealedBox.seal(message, to: key) }
        }
    }

    @Test func `a public key of another size is refused`() {
        #expect(throws: CryptoError.wrongKeySize(expected: 32, actual: 31)) {
            try BoxPublicKey([UInt8](repeating: 9, count: 31))
        }
    }

    @Test func `a stored secret key gives the pair back`() throws {
        let pair = try BoxKeyPair.random()
        let again = try BoxKeyPair(secretKey: pair.secretKey)
        #expect(again.publicKey == pair.publicKey)
    }
}
