import CWarderSodium
package import SecretMemory

/// Argon2id (version 1.3, one lane, through `crypto_pwhash`): keys and verifiers from passphrases.
///
/// A call takes as long and as much memory as its cost says, on the calling thread; run it off event loops. Argon2's
/// working memory is neither locked nor bounded by ``LockedMemory``: it holds blocks derived from the passphrase for
/// that time.
package enum PasswordHash {
    /// Length of a salt in bytes.
    package static let saltByteCount = Int(crypto_pwhash_SALTBYTES)
    /// Length of a result in bytes.
    package static let byteCount = 32

    /// Time and memory of one computation. A cost is stored beside its salt, so that the standard can rise later.
    package struct Cost: Hashable, Sendable {
        /// Passes over the memory.
        package let passes: Int
        /// Working memory in bytes, a multiple of 1024 because Argon2 counts in KiB.
        package let memoryBytes: Int

        /// For new slots: 3 passes over 256 MiB, about a second on a small machine.
        package static let standard = Cost(uncheckedPasses: 3, memoryBytes: 256 << 20)
        /// The floor: OWASP's Password Storage sheet, Argon2id with 19 MiB and 2 passes.
        package static let minimum = Cost(uncheckedPasses: 2, memoryBytes: 19 << 20)
        /// The ceiling. Stored costs are read before they can be authenticated, and must not be able to stop the
        /// daemon.
        package static let maximum = Cost(uncheckedPasses: 64, memoryBytes: 4 << 30)

        /// - Throws: ``CryptoError/costOutOfRange`` outside of ``minimum`` and ``maximum``, or if `memoryBytes` is no
        ///   multiple of
        ///   1024.
        package init(passes: Int, memoryBytes: Int) throws(CryptoError) {
            guard (Self.minimum.passes...Self.maximum.passes).contains(passes),
                (Self.minimum.memoryBytes...Self.maximum.memoryBytes).contains(memoryBytes),
                memoryBytes.isMultiple(of: 1024)
            else { throw .costOutOfRange }
            self.init(uncheckedPasses: passes, memoryBytes: memoryBytes)
        }

        private init(uncheckedPasses passes: Int, memoryBytes: Int) {
            self.passes = passes
            self.memoryBytes = memoryBytes
        }
    }

    /// A random salt; a passphrase used twice gives unrelated keys.
    package static func randomSalt() -> [UInt8] { SecureRandom.bytes(count: saltByteCount) }

    /// The key that `passphrase` opens.
    ///
    /// - Throws: ``CryptoError/wrongKeySize(expected:actual:)`` for a salt that has not 16 bytes;
    ///   ``CryptoError/outOfMemory(requestedBytes:)`` when the working memory cannot be had;
    /// ``CryptoError/secretMemory(_:)``.
    package static func deriveKey(
        passphrase: SecretBytes,
        salt: [UInt8],
        cost: Cost
    ) throws(CryptoError) -> AEADKey {
        try AEADKey(hash(passphrase, salt: salt, cost: cost))
    }

    static func hash(_ passphrase: SecretBytes, salt: [UInt8], cost: Cost) throws(CryptoError) -> SecretBytes {
        guard salt.count == saltByteCount else { throw .wrongKeySize(expected: saltByteCount, actual: salt.count) }
        var status: Int32 = -1
        let output = try unsafe SecretBytes.make(count: byteCount) { output in
            status = unsafe passphrase.withUnsafeBytes { passphrase in
                unsafe passphrase.withMemoryRebound(to: CChar.self) { characters in
                    guard let start = characters.baseAddress else { return -1 }
                    return unsafe crypto_pwhash(
                        output.octets,
                        UInt64(byteCount),
                        start,
                        UInt64(characters.count),
                        salt,
                        UInt64(cost.passes),
                        cost.memoryBytes,
                        crypto_pwhash_ALG_ARGON2ID13
                    )
                }
            }
        }
        // Lengths and cost were checked above, so that memory is the only thing that can be missing.
        guard status == 0 else { throw .outOfMemory(requestedBytes: cost.memoryBytes) }
        return output
    }
}
