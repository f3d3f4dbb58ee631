import SecretMemory
import Testing

@testable import WarderCrypto

/// Project Wycheproof's XChaCha20-Poly1305 vectors, in both directions.
@Suite struct AEADVectorTests {
    private struct File: Decodable {
        let numberOfTests: Int
        let testGroups: [Group]
    }

    private struct Group: Decodable { let tests: [Vector] }

    private struct Vector: Decodable {
        let tcId: Int
        let key, iv, aad, msg, ct, tag: Hex
        let result: String
    }

    private func vectors() throws -> [Vector] {
        let file: File = try Vectors.wycheproof("xchacha20_poly1305")
        let vectors = file.testGroups.flatMap(\.tests)
        #expect(vectors.count == 315)
        #expect(vectors.count == file.numberOfTests)
        return vectors
    }

    @Test(.enabled(if: Vectors.areThere, Vectors.missing))
    func `Wycheproof with 24-byte nonces: valid ones seal and open, invalid ones do neither`() throws {
        var counts = (valid: 0, invalid: 0)
        for vector in try vectors() where vector.iv.bytes.count == AEAD.nonceByteCount {
            let key = try AEADKey(SecretBytes(copying: vector.key.bytes))
            let sealed = vector.iv.bytes + vector.ct.bytes + vector.tag.bytes
            let ours = AEAD.seal(
                vector.msg.bytes,
                key: key,
                associatedData: vector.aad.bytes,
                fixedNonce: vector.iv.bytes
            )
            switch vector.result {
            case "valid":
                counts.valid += 1
                #expect(ours == sealed, "seal \(vector.tcId)")
                let plain = try AEAD.openPlain(sealed, key: key, associatedData: vector.aad.bytes)
                #expect(plain == vector.msg.bytes, "open \(vector.tcId)")
                let secret = try AEAD.open(sealed, key: key, associatedData: vector.aad.bytes)
                #expect(secret.isEqual(to: vector.msg.bytes), "open secret \(vector.tcId)")
            case "invalid":
                counts.invalid += 1
                #expect(ours != sealed, "seal \(vector.tcId)")
                #expect(throws: CryptoError.tampered, "open \(vector.tcId)") {
                    try AEAD.openPlain(sealed, key: key, associatedData: vector.aad.bytes)
                }
                #expect(throws: CryptoError.tampered, "open secret \(vector.tcId)") {
                    try AEAD.open(sealed, key: key, associatedData: vector.aad.bytes)
                }
            default:
                Issue.record("unknown result in \(vector.tcId)")
            }
        }
        #expect(counts.valid + counts.invalid == 306)
        #expect(counts.valid == 246)
    }

    @Test(.enabled(if: Vectors.areThere, Vectors.missing))
    func `Wycheproof with nonces of another size are all invalid, and such a nonce is refused`() throws {
        let others = try vectors().filter { $0.iv.bytes.count != AEAD.nonceByteCount }
        #expect(others.count == 9)
        for vector in others {
            #expect(vector.result == "invalid")
            let key = try AEADKey(SecretBytes(copying: vector.key.bytes))
            let sealed = AEAD.seal(
                vector.msg.bytes,
                key: key,
                associatedData: vector.aad.bytes,
                fixedNonce: vector.iv.bytes
            )
            #expect(sealed == nil)
        }
    }

    @Test func `draft-irtf-cfrg-xchacha A.3.1 gives the draft's tag`() throws {
        let key = try AEADKey(SecretBytes(copying: 0x80...0x9f as ClosedRange<UInt8>))
        let text = """
            Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.
            """
        let data: Hex = "50515253c0c1c2c3c4c5c6c7"
        let sealed = try #require(
            AEAD.seal(Array(text.utf8), key: key, associatedData: data.bytes, fixedNonce: Array(0x40...0x57))
        )
        #expect(Array(sealed.suffix(16)).hex == "c0875924c1c7987947deafd8780acf49")
        #expect(Array(sealed[24..<40]).hex == "bd6d179d3e83d43b9576579493c0e939")
    }
}
