package import SecretMemory

/// A 32-byte key for ``KeyedHash`` and for nothing else.
package struct KeyedHashKey: Sendable {
    /// Length in bytes.
    package static let byteCount = 32

    /// The key itself, for wrapping it with another key.
    package let bytes: SecretBytes

    /// - Throws: ``CryptoError/wrongKeySize(expected:actual:)`` unless there are 32 bytes.
    package init(_ bytes: SecretBytes) throws(CryptoError) {
        self.bytes = try bytes.requiring(count: Self.byteCount)
    }

    /// A new random key.
    package static func random() throws(CryptoError) -> KeyedHashKey {
        try KeyedHashKey(.randomKey(count: byteCount))
    }
}

/// Keyed BLAKE2b-256: the same input gives the same 32 bytes to whoever has the key, and nothing to anybody else.
///
/// For lookups, fingerprints and token hashes, whose inputs can be guessed: a plain hash would let a thief of the
/// database try them all.
package enum KeyedHash {
    /// Length of a hash in bytes.
    package static let byteCount = Blake2b.byteCount

    /// Hash of `message` for the purpose that `label` names (1 to 255 bytes of UTF-8, written in the source).
    ///
    /// Different labels give unrelated hashes under one key; the label's length is part of the input, so that no label
    /// and message can be read as another pair.
    package static func hash(_ message: [UInt8], key: KeyedHashKey, label: StaticString) -> [UInt8] {
        unsafe message.withUnsafeBytes { unsafe hash($0, key, label) }
    }

    /// Hash of a secret; as ``hash(_:key:label:)-([UInt8],_,_)``.
    package static func hash(_ message: SecretBytes, key: KeyedHashKey, label: StaticString) -> [UInt8] {
        unsafe message.withUnsafeBytes { unsafe hash($0, key, label) }
    }

    /// Hash of contiguous bytes; as ``hash(_:key:label:)-([UInt8],_,_)``.
    package static func hash(_ message: RawSpan, key: KeyedHashKey, label: StaticString) -> [UInt8] {
        unsafe message.withUnsafeBytes { unsafe hash($0, key, label) }
    }

    private static func hash(_ message: UnsafeRawBufferPointer, _ key: KeyedHashKey, _ label: StaticString) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, initialized in
            let output = unsafe UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: byteCount)
            unsafe Blake2b.hash(
                into: output,
                key: key.bytes,
                use: .hash,
                label: label,
                message: message
            )
            initialized = byteCount
        }
    }
}
