package import SecretMemory

/// What is stored in order to recognise a passphrase. It opens nothing, but whoever has it can guess offline at the
/// speed that the cost allows, so it belongs into a sealed record.
package struct PasswordVerifier: Sendable {
    /// 16 bytes.
    package let salt: [UInt8]
    /// Time and memory of a check.
    package let cost: PasswordHash.Cost
    /// 32 bytes of Argon2id output.
    package let hash: [UInt8]

    /// A verifier read from storage.
    ///
    /// - Throws: ``CryptoError/wrongKeySize(expected:actual:)`` unless the salt has 16 and the hash 32 bytes.
    package init(salt: [UInt8], cost: PasswordHash.Cost, hash: [UInt8]) throws(CryptoError) {
        guard salt.count == PasswordHash.saltByteCount else {
            throw .wrongKeySize(expected: PasswordHash.saltByteCount, actual: salt.count)
        }
        guard hash.count == PasswordHash.byteCount else {
            throw .wrongKeySize(expected: PasswordHash.byteCount, actual: hash.count)
        }
        self.salt = salt
        self.cost = cost
        self.hash = hash
    }

    /// A verifier for a new passphrase, under a random salt.
    ///
    /// - Throws: ``CryptoError/outOfMemory(requestedBytes:)``, ``CryptoError/secretMemory(_:)``.
    package init(passphrase: SecretBytes, cost: PasswordHash.Cost = .standard) throws(CryptoError) {
        let salt = PasswordHash.randomSalt()
        let hash = try PasswordHash.hash(passphrase, salt: salt, cost: cost)
        try self.init(salt: salt, cost: cost, hash: unsafe hash.withUnsafeBytes { unsafe Array($0) })
    }

    /// Whether `passphrase` is the one; compared in constant time.
    ///
    /// - Throws: ``CryptoError/outOfMemory(requestedBytes:)``, ``CryptoError/secretMemory(_:)``: neither means "wrong".
    package func verify(_ passphrase: SecretBytes) throws(CryptoError) -> Bool {
        try PasswordHash.hash(passphrase, salt: salt, cost: cost).isEqual(to: hash)
    }
}
