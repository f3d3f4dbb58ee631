package import SecretMemory

/// A 32-byte key for ``AEAD`` and for nothing else.
package struct AEADKey: Sendable {
    /// Length in bytes.
    package static let byteCount = 32

    /// The key itself, for wrapping it with another key.
    package let bytes: SecretBytes

    /// - Throws: ``CryptoError/wrongKeySize(expected:actual:)`` unless there are 32 bytes.
    package init(_ bytes: SecretBytes) throws(CryptoError) {
        self.bytes = try bytes.requiring(count: Self.byteCount)
    }

    /// A new random key.
    package static func random() throws(CryptoError) -> AEADKey {
        try AEADKey(.randomKey(count: byteCount))
    }
}
