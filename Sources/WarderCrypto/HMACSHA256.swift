import CWarderSodium
package import SecretMemory

/// A key for ``HMACSHA256`` and for nothing else. It has any length but none.
package struct HMACSHA256Key: Sendable {
    let bytes: SecretBytes

    /// - Throws: ``CryptoError/wrongKeySize(expected:actual:)`` for no bytes at all.
    package init(_ bytes: SecretBytes) throws(CryptoError) {
        guard bytes.count > 0 else { throw .wrongKeySize(expected: HMACSHA256.byteCount, actual: 0) }
        self.bytes = bytes
    }
}

/// HMAC-SHA-256 (RFC 2104), for receivers outside that know nothing else: webhooks are signed with it.
///
/// What only the vault itself compares goes through ``KeyedHash``.
package enum HMACSHA256 {
    /// Length of a code in bytes.
    package static let byteCount = Int(crypto_auth_hmacsha256_BYTES)

    /// The code of `message`, 32 bytes.
    package static func code(of message: [UInt8], key: HMACSHA256Key) -> [UInt8] {
        var state = crypto_auth_hmacsha256_state()
        // With what stands in it, codes can be made without the key.
        defer { unsafe sodium_memzero(&state, MemoryLayout<crypto_auth_hmacsha256_state>.size) }
        unsafe key.bytes.withUnsafeBytes { key in
            _ = unsafe crypto_auth_hmacsha256_init(&state, key.octets, key.count)
        }
        unsafe crypto_auth_hmacsha256_update(&state, message, UInt64(message.count))
        return unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, initialized in
            unsafe crypto_auth_hmacsha256_final(&state, UnsafeMutableRawBufferPointer(buffer).octets)
            initialized = byteCount
        }
    }
}
