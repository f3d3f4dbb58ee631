package import SecretMemory

/// A 32-byte key of full entropy from which other keys are derived, and that is used for nothing else.
package struct DerivationKey: Sendable {
    /// Length in bytes.
    package static let byteCount = 32

    /// The key itself, for wrapping it with another key.
    package let bytes: SecretBytes

    /// - Throws: ``CryptoError/wrongKeySize(expected:actual:)`` unless there are 32 bytes.
    package init(_ bytes: SecretBytes) throws(CryptoError) {
        self.bytes = try bytes.requiring(count: Self.byteCount)
    }

    /// A new random key.
    package static func random() throws(CryptoError) -> DerivationKey {
        try DerivationKey(.randomKey(count: byteCount))
    }
}

/// Subkeys by keyed BLAKE2b-256. Never for passphrases, which need the slowness of ``PasswordHash``.
///
/// One block of output is enough for a 32-byte subkey, and BLAKE2b is a keyed pseudo-random function by itself; HKDF's
/// extract step would add nothing to a key that is uniformly random already (and libsodium 1.0.18 has no HKDF).
package enum KeyDerivation {
    /// The 32-byte subkey of `key` for a purpose (`label`, 1 to 255 bytes, written in the source) and an instance of it
    /// (`context`, such as a vault's id).
    ///
    /// - Throws: ``CryptoError/secretMemory(_:)``.
    package static func subkey(
        of key: DerivationKey,
        label: StaticString,
        context: [UInt8] = []
    ) throws(CryptoError) -> SecretBytes {
        try unsafe SecretBytes.make(count: Blake2b.byteCount) { output in
            unsafe context.withUnsafeBytes { context in
                unsafe Blake2b.hash(into: output, key: key.bytes, use: .subkey, label: label, message: context)
            }
        }
    }
}
