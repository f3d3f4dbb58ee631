import FoundationEssentials
import SecretMemory
import Testing

@testable import WarderCrypto

@Suite struct SignatureTests {
    private struct File: Decodable {
        let numberOfTests: Int
        let testGroups: [Group]
    }

    private struct Group: Decodable {
        let publicKey: PublicKey
        let tests: [Vector]
    }

    private struct PublicKey: Decodable { let pk: Hex }

    private struct Vector: Decodable {
        let tcId: Int
        let msg, sig: Hex
        let result: String
    }

    @Test(.enabled(if: Vectors.areThere, Vectors.missing))
    func `Wycheproof: valid signatures verify, all others do not`() throws {
        let file: File = try Vectors.wycheproof("ed25519")
        var counts = (valid: 0, invalid: 0)
        for group in file.testGroups {
            let key = try VerifyingKey(group.publicKey.pk.bytes)
            for vector in group.tests {
                let isValid = key.isValid(vector.sig.bytes, for: vector.msg.bytes)
                #expect(isValid == (vector.result == "valid"), "test \(vector.tcId)")
                if vector.result == "valid" { counts.valid += 1 } else { counts.invalid += 1 }
            }
        }
        #expect(counts == (88, 63))
        #expect(file.numberOfTests == 151)
    }

    @Test func `RFC 8032 7.1 test 2: key and signature follow from the seed`() throws {
        let seed: Hex = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"
        let key = try SigningKey(seed: SecretBytes(copying: seed.bytes))
        #expect(key.verifyingKey.bytes.hex == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
        #expect(
            key.sign([0x72]).hex
                == "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        )
    }

    /// Made with OpenSSL 3.
    @Test func `a checkpoint is signed as OpenSSL signs it`() throws {
        let key = try SigningKey(seed: SecretBytes(copying: 0...31 as ClosedRange<UInt8>))
        let body = "vault.example.internal/audit\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n"
        let line = "0NMU3EK8DOiVIETPEbkC4sEnvIaF7Tqg60It+D0Fv/Iesj08Ku0ZDu+ytS+nP3Gt5Yg7P41SgJW9vjndlW/Ul6GwkA0="
        let expected = try #require(Data(base64Encoded: line)).dropFirst(4)
        #expect(key.sign(Array(body.utf8)) == Array(expected))
        #expect(key.verifyingKey.isValid(Array(expected), for: Array(body.utf8)))
    }

    @Test func `a flipped bit of the signature, the message or the key is refused`() throws {
        let key = try SigningKey.random()
        let message = Array("size and root".utf8)
        let signature = key.sign(message)
        #expect(signature.count == SigningKey.signatureByteCount)
        #expect(key.verifyingKey.isValid(signature, for: message))
        for bit in 0..<512 { #expect(!key.verifyingKey.isValid(signature.flippingBit(bit), for: message)) }
        for bit in 0..<message.count * 8 {
            #expect(!key.verifyingKey.isValid(signature, for: message.flippingBit(bit)))
        }
        for bit in 0..<256 {
            let other = try VerifyingKey(key.verifyingKey.bytes.flippingBit(bit))
            #expect(!other.isValid(signature, for: message))
        }
    }

    @Test func `a signature of another length is refused`() throws {
        let key = try SigningKey.random()
        let signature = key.sign([1])
        for wrong in [[], Array(signature.dropLast()), signature + [0]] {
            #expect(!key.verifyingKey.isValid(wrong, for: [1]))
        }
    }

    @Test func `the empty message can be signed`() throws {
        let key = try SigningKey.random()
        #expect(key.verifyingKey.isValid(key.sign([]), for: []))
        #expect(!key.verifyingKey.isValid(key.sign([]), for: [0]))
    }

    @Test func `a key of small order verifies nothing`() throws {
        // The neutral element: with it, R = [S]B would verify for any message.
        let neutral = try VerifyingKey([1] + [UInt8](repeating: 0, count: 31))
        let forged = [1] + [UInt8](repeating: 0, count: 63)
        #expect(!neutral.isValid(forged, for: Array("anything".utf8)))
    }

    @Test func `a verifying key of another size is refused`() {
        #expect(throws: CryptoError.wrongKeySize(expected: 32, actual: 33)) {
            try VerifyingKey([UInt8](repeating: 1, count: 33))
        }
    }
}
