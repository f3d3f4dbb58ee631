import CWarderSodium
package import SecretMemory

extension AEAD {
    /// Opens a sealed value into secret memory.
    ///
    /// - Throws: ``CryptoError/malformed`` when it is shorter than the overhead; ``CryptoError/tampered`` when the
    ///   bytes, the
    ///   key or the associated data are not those of the sealing; ``CryptoError/secretMemory(_:)``.
    package static func open(
        _ sealed: [UInt8],
        key: AEADKey,
        associatedData: [UInt8]
    ) throws(CryptoError) -> SecretBytes {
        try unsafe openSecret(sealed.span.bytes, key, associatedData)
    }

    /// Opens part of an array into secret memory; as ``open(_:key:associatedData:)-([UInt8],_,_)``.
    package static func open(
        _ sealed: ArraySlice<UInt8>,
        key: AEADKey,
        associatedData: [UInt8]
    ) throws(CryptoError) -> SecretBytes {
        try unsafe openSecret(sealed.span.bytes, key, associatedData)
    }

    /// Opens contiguous bytes into secret memory; as ``open(_:key:associatedData:)-([UInt8],_,_)``.
    package static func open(
        _ sealed: RawSpan,
        key: AEADKey,
        associatedData: [UInt8]
    ) throws(CryptoError) -> SecretBytes {
        try openSecret(sealed, key, associatedData)
    }

    /// Opens a sealed value that is confidential but no secret (names, events) into ordinary memory.
    ///
    /// - Throws: ``CryptoError/malformed``, ``CryptoError/tampered``.
    package static func openPlain(
        _ sealed: [UInt8],
        key: AEADKey,
        associatedData: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        try unsafe openArray(sealed.span.bytes, key, associatedData)
    }

    /// Opens part of an array into ordinary memory; as ``openPlain(_:key:associatedData:)-([UInt8],_,_)``.
    package static func openPlain(
        _ sealed: ArraySlice<UInt8>,
        key: AEADKey,
        associatedData: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        try unsafe openArray(sealed.span.bytes, key, associatedData)
    }

    /// Opens contiguous bytes into ordinary memory; as ``openPlain(_:key:associatedData:)-([UInt8],_,_)``.
    package static func openPlain(
        _ sealed: RawSpan,
        key: AEADKey,
        associatedData: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        try openArray(sealed, key, associatedData)
    }

    private static func openSecret(
        _ sealed: RawSpan,
        _ key: AEADKey,
        _ associatedData: [UInt8]
    ) throws(CryptoError) -> SecretBytes {
        let count = sealed.byteCount - overhead
        guard count >= 0 else { throw .malformed }
        var isAuthentic = false
        let plaintext = try unsafe SecretBytes.make(count: count) { output in
            isAuthentic = unsafe decrypt(sealed, key, associatedData, into: output)
        }
        guard isAuthentic else { throw .tampered }
        return plaintext
    }

    private static func openArray(
        _ sealed: RawSpan,
        _ key: AEADKey,
        _ associatedData: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        let count = sealed.byteCount - overhead
        guard count >= 0 else { throw .malformed }
        var isAuthentic = false
        let plaintext = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            let output = unsafe UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: count)
            isAuthentic = unsafe decrypt(sealed, key, associatedData, into: output)
            initialized = isAuthentic ? count : 0
        }
        guard isAuthentic else { throw .tampered }
        return plaintext
    }

    /// Whether the tag was right; libsodium writes nothing of the plaintext before it knows.
    private static func decrypt(
        _ sealed: RawSpan,
        _ key: AEADKey,
        _ associatedData: [UInt8],
        into output: UnsafeMutableRawBufferPointer
    ) -> Bool {
        unsafe sealed.withUnsafeBytes { sealed in
            unsafe key.bytes.withUnsafeBytes { key in
                unsafe crypto_aead_xchacha20poly1305_ietf_decrypt(
                    output.octetsIfAny,
                    nil,
                    nil,
                    sealed.octets + nonceByteCount,
                    UInt64(sealed.count - nonceByteCount),
                    associatedData,
                    UInt64(associatedData.count),
                    sealed.octets,
                    key.octets
                ) == 0
            }
        }
    }
}
