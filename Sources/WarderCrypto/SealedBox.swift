import CWarderSodium
package import SecretMemory

/// The public half of a ``BoxKeyPair``: whoever has it can seal and cannot open.
package struct BoxPublicKey: Hashable, Sendable {
    /// Length in bytes.
    package static let byteCount = Int(crypto_box_PUBLICKEYBYTES)

    /// 32 bytes, a point of Curve25519.
    package let bytes: [UInt8]

    /// - Throws: ``CryptoError/wrongKeySize(expected:actual:)`` unless there are 32 bytes.
    package init(_ bytes: [UInt8]) throws(CryptoError) {
        guard bytes.count == Self.byteCount else {
            throw .wrongKeySize(expected: Self.byteCount, actual: bytes.count)
        }
        self.bytes = bytes
    }
}

/// A key pair for ``SealedBox``.
package struct BoxKeyPair: Sendable {
    /// Length of the secret key in bytes.
    package static let secretKeyByteCount = Int(crypto_box_SECRETKEYBYTES)

    /// May lie in the clear.
    package let publicKey: BoxPublicKey
    /// 32 bytes; the public key follows from it.
    package let secretKey: SecretBytes

    /// The pair of a stored secret key.
    ///
    /// - Throws: ``CryptoError/wrongKeySize(expected:actual:)`` unless there are 32 bytes.
    package init(secretKey: SecretBytes) throws(CryptoError) {
        self.secretKey = try secretKey.requiring(count: Self.secretKeyByteCount)
        var point = [UInt8](repeating: 0, count: BoxPublicKey.byteCount)
        unsafe secretKey.withUnsafeBytes { secret in
            _ = unsafe crypto_scalarmult_base(&point, secret.octets)
        }
        publicKey = try BoxPublicKey(point)
    }

    /// A new random pair. (Curve25519 takes any 32 bytes as secret key.)
    package static func random() throws(CryptoError) -> BoxKeyPair {
        try BoxKeyPair(secretKey: .randomKey(count: secretKeyByteCount))
    }
}

/// Anonymous public-key encryption (`crypto_box_seal`: X25519, XSalsa20-Poly1305, an ephemeral key for each message).
///
/// Anybody who has the public key can seal, so opening proves nothing about who wrote it.
package enum SealedBox {
    /// What sealing adds to the length: ephemeral public key (32) and tag (16).
    package static let overhead = crypto_box_sealbytes()

    /// Seals `plaintext` to `recipient`.
    ///
    /// - Throws: ``CryptoError/weakPublicKey``.
    package static func seal(_ plaintext: [UInt8], to recipient: BoxPublicKey) throws(CryptoError) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: plaintext.count + overhead)
        // The ephemeral key comes from libsodium's generator, which has to be ready.
        Sodium.start()
        guard unsafe crypto_box_seal(&output, plaintext, UInt64(plaintext.count), recipient.bytes) == 0 else {
            throw .weakPublicKey
        }
        return output
    }

    /// Opens into secret memory.
    ///
    /// - Throws: ``CryptoError/malformed``, ``CryptoError/tampered``, ``CryptoError/secretMemory(_:)``.
    package static func open(_ sealed: [UInt8], with keys: BoxKeyPair) throws(CryptoError) -> SecretBytes {
        guard sealed.count >= overhead else { throw .malformed }
        var isAuthentic = false
        let plaintext = try unsafe SecretBytes.make(count: sealed.count - overhead) { output in
            isAuthentic = unsafe decrypt(sealed, keys, into: output.octetsIfAny)
        }
        guard isAuthentic else { throw .tampered }
        return plaintext
    }

    /// Opens what is confidential but no secret into ordinary memory.
    ///
    /// - Throws: ``CryptoError/malformed``, ``CryptoError/tampered``.
    package static func openPlain(_ sealed: [UInt8], with keys: BoxKeyPair) throws(CryptoError) -> [UInt8] {
        guard sealed.count >= overhead else { throw .malformed }
        var plaintext = [UInt8](repeating: 0, count: sealed.count - overhead)
        guard unsafe decrypt(sealed, keys, into: &plaintext) else { throw .tampered }
        return plaintext
    }

    private static func decrypt(
        _ sealed: [UInt8],
        _ keys: BoxKeyPair,
        into output: UnsafeMutablePointer<UInt8>?
    ) -> Bool {
        unsafe keys.secretKey.withUnsafeBytes { secret in
            unsafe crypto_box_seal_open(output, sealed, UInt64(sealed.count), keys.publicKey.bytes, secret.octets) == 0
        }
    }
}
