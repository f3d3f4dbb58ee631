import Foundation
import Glibc
import SecretMemory
import Testing

@testable import WarderCrypto

/// Expected values were computed with the reference implementation (`argon2id_hash_raw` of libargon2), one lane, 32
/// bytes.
@Suite struct PasswordHashTests {
    private static let passphrase = "correct horse battery staple"

    @Test(arguments: [
        (passphrase, 2, 19 << 20, "818259b6310026a8e0dbac5d2e6927abcfdb07b32258fac4f61b18b80f929085"),
        (passphrase, 3, 256 << 20, "aad608b5866cef907f47d5cae529ed01a91301c92c5d5fef46e1a65e394e5742"),
        ("", 2, 19 << 20, "31548c3f7ac123313b17ce8558728d7a646713a864818d8ed9bb99771b7b1a4c"),
    ])
    func `agrees with the reference implementation`(
        passphrase: String,
        passes: Int,
        memoryBytes: Int,
        expected: String
    ) throws {
        let key = try PasswordHash.deriveKey(
            passphrase: SecretBytes(copying: passphrase.utf8),
            salt: Array(0...15),
            cost: .init(passes: passes, memoryBytes: memoryBytes)
        )
        #expect(key.bytes.isEqual(to: try Hex(expected).bytes))
    }

    @Test func `a passphrase is bytes, with a zero in the middle and beyond ASCII`() throws {
        let key = try PasswordHash.deriveKey(
            passphrase: SecretBytes(copying: "pässwörd\0tail".utf8),
            salt: [UInt8](repeating: 0xff, count: 16),
            cost: .init(passes: 4, memoryBytes: 32 << 20)
        )
        #expect(
            key.bytes.isEqual(to: ("8a4ec7bc619befbb1e122836ee9eb56399251e2076081ca2d4d1cc7a75884867" as Hex).bytes)
        )
    }

    @Test(arguments: [
        (1, 256 << 20), (2, (19 << 20) - 1024), (0, 0), (-3, -1), (65, 19 << 20), (3, (4 << 30) + 1024),
        (3, (256 << 20) + 1), (Int.max, Int.max),
    ])
    func `a cost out of range is refused`(passes: Int, memoryBytes: Int) {
        #expect(throws: CryptoError.costOutOfRange) {
            try PasswordHash.Cost(passes: passes, memoryBytes: memoryBytes)
        }
    }

    @Test func `the named costs are within range`() throws {
        for cost in [PasswordHash.Cost.minimum, .standard, .maximum] {
            #expect(try PasswordHash.Cost(passes: cost.passes, memoryBytes: cost.memoryBytes) == cost)
        }
        #expect(PasswordHash.Cost.standard.passes == 3)
        #expect(PasswordHash.Cost.standard.memoryBytes == 268_435_456)
    }

    @Test(arguments: [0, 15, 17])
    func `a salt of another size is refused`(count: Int) throws {
        let salt = [UInt8](repeating: 0, count: count)
        let passphrase = try SecretBytes(copying: Self.passphrase.utf8)
        let refusal = CryptoError.wrongKeySize(expected: 16, actual: count)
        #expect(throws: refusal) {
            try PasswordHash.deriveKey(passphrase: passphrase, salt: salt, cost: .minimum)
        }
        #expect(throws: refusal) {
            try PasswordVerifier(salt: salt, cost: .minimum, hash: [UInt8](repeating: 0, count: 32))
        }
    }

    @Test func `missing memory is an error of its own`() async {
        await #expect(processExitsWith: .success) {
            let passphrase = try SecretBytes(copying: "x".utf8)
            // 1 GiB beyond what the process has mapped now, which is less than Argon2's 4 GiB.
            let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ").first
            let mapped = try #require(pages.flatMap { rlim_t($0) }) * rlim_t(sysconf(Int32(_SC_PAGESIZE)))
            var limit = rlimit(rlim_cur: mapped + (1 << 30), rlim_max: mapped + (1 << 30))
            let status = unsafe setrlimit(Int32(bitPattern: RLIMIT_AS.rawValue), &limit)
            try #require(status == 0)
            #expect(throws: CryptoError.outOfMemory(requestedBytes: 4 << 30)) {
                try PasswordHash.deriveKey(passphrase: passphrase, salt: Array(0...15), cost: .maximum)
            }
        }
    }
}

@Suite struct PasswordVerifierTests {
    @Test func `the right passphrase is recognised, others are not`() throws {
        let right = try SecretBytes(copying: "open sesame".utf8)
        let verifier = try PasswordVerifier(passphrase: right, cost: .minimum)
        #expect(try verifier.verify(right))
        for wrong in ["", "open sesam", "open sesame ", "Open sesame"] {
            #expect(!(try verifier.verify(SecretBytes(copying: wrong.utf8))))
        }
    }

    @Test func `a stored verifier still recognises`() throws {
        let right = try SecretBytes(copying: "open sesame".utf8)
        let new = try PasswordVerifier(passphrase: right, cost: .minimum)
        let stored = try PasswordVerifier(salt: new.salt, cost: new.cost, hash: new.hash)
        #expect(try stored.verify(right))
        let altered = try PasswordVerifier(salt: new.salt, cost: new.cost, hash: new.hash.flippingBit(255))
        #expect(!(try altered.verify(right)))
    }

    @Test func `one passphrase gives unrelated verifiers`() throws {
        let passphrase = try SecretBytes(copying: "open sesame".utf8)
        let left = try PasswordVerifier(passphrase: passphrase, cost: .minimum)
        let right = try PasswordVerifier(passphrase: passphrase, cost: .minimum)
        #expect(left.salt != right.salt)
        #expect(left.hash != right.hash)
    }

    @Test func `a hash of another size is refused`() {
        #expect(throws: CryptoError.wrongKeySize(expected: 32, actual: 31)) {
            try PasswordVerifier(
                salt: Array(0...15),
                cost: .minimum,
                hash: [UInt8](repeating: 0, count: 31)
            )
        }
    }
}
