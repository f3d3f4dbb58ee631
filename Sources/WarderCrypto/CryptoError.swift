package import SecretMemory

/// Why a cryptographic operation was refused. Associated values are sizes; nothing of keys, plaintext or input.
package enum CryptoError: Error, Hashable, Sendable {
    /// The input cannot be what it is taken for: too short, or impossible lengths.
    case malformed
    /// Authentication failed: altered bytes, another key, or other associated data. The three cannot be told apart.
    case tampered
    /// A key, seed, salt or hash of the wrong length, in bytes.
    case wrongKeySize(expected: Int, actual: Int)
    /// Argon2id parameters below the floor or above the ceiling of ``PasswordHash/Cost``.
    case costOutOfRange
    /// A public key that leads to a secret everybody knows (a point of small order).
    case weakPublicKey
    /// Argon2id's working memory could not be had; another try may succeed.
    case outOfMemory(requestedBytes: Int)
    /// No secret memory for the result.
    case secretMemory(SecretMemoryError)
}
