import CWarderSodium
package import SecretMemory

/// An Ed25519 key that signs (RFC 8032, deterministic, so that signing needs no randomness).
package struct SigningKey: Sendable {
    /// Length of a seed in bytes.
    package static let seedByteCount = Int(crypto_sign_SEEDBYTES)
    /// Length of a signature in bytes.
    package static let signatureByteCount = Int(crypto_sign_BYTES)

    /// The 32 bytes that the key is made from: what is stored (sealed).
    package let seed: SecretBytes
    /// Checks what this key signs.
    package let verifyingKey: VerifyingKey

    /// libsodium's form, seed ‖ public key. It is never taken from outside: a signature made with another public key in
    /// it would give the secret scalar away.
    private let expanded: SecretBytes

    /// - Throws: ``CryptoError/wrongKeySize(expected:actual:)`` unless there are 32 bytes;
    ///   ``CryptoError/secretMemory(_:)``.
    package init(seed: SecretBytes) throws(CryptoError) {
        self.seed = try seed.requiring(count: Self.seedByteCount)
        var point = [UInt8](repeating: 0, count: VerifyingKey.byteCount)
        expanded = try unsafe SecretBytes.make(count: Int(crypto_sign_SECRETKEYBYTES)) { output in
            unsafe seed.withUnsafeBytes { seed in
                _ = unsafe crypto_sign_seed_keypair(&point, output.octets, seed.octets)
            }
        }
        verifyingKey = try VerifyingKey(point)
    }

    /// A new random key.
    package static func random() throws(CryptoError) -> SigningKey {
        try SigningKey(seed: .randomKey(count: seedByteCount))
    }

    /// A detached signature of `message`, 64 bytes.
    package func sign(_ message: [UInt8]) -> [UInt8] {
        var signature = [UInt8](repeating: 0, count: Self.signatureByteCount)
        unsafe expanded.withUnsafeBytes { secret in
            _ = unsafe crypto_sign_detached(&signature, nil, message, UInt64(message.count), secret.octets)
        }
        return signature
    }
}

/// The public half of a ``SigningKey``.
package struct VerifyingKey: Hashable, Sendable {
    /// Length in bytes.
    package static let byteCount = Int(crypto_sign_PUBLICKEYBYTES)

    /// 32 bytes, as RFC 8032 encodes a point.
    package let bytes: [UInt8]

    /// - Throws: ``CryptoError/wrongKeySize(expected:actual:)`` unless there are 32 bytes.
    package init(_ bytes: [UInt8]) throws(CryptoError) {
        guard bytes.count == Self.byteCount else {
            throw .wrongKeySize(expected: Self.byteCount, actual: bytes.count)
        }
        self.bytes = bytes
    }

    /// Whether `signature` is this key's signature of `message`. A signature of another length is not; neither is one
    /// with a non-canonical scalar, or by a key of small order.
    package func isValid(_ signature: [UInt8], for message: [UInt8]) -> Bool {
        guard signature.count == SigningKey.signatureByteCount else { return false }
        return unsafe crypto_sign_verify_detached(signature, message, UInt64(message.count), bytes) == 0
    }
}
