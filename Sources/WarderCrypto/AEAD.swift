import CWarderSodium
package import SecretMemory

/// Authenticated encryption with XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha, libsodium's IETF variant).
///
/// A sealed value is `nonce (24) ‖ ciphertext (as long as the plaintext) ‖ tag (16)`. The associated data is
/// authenticated and not stored; whoever opens has to know it, which ties a value to the place it belongs to.
///
/// The construction does not commit to its key: a ciphertext can be made that opens under two chosen keys. Nothing here
/// may learn from *which* key opened a value; a value names its key.
package enum AEAD {
    /// Bytes of the nonce, which comes first.
    package static let nonceByteCount = 24
    /// Bytes of the tag, which comes last.
    package static let tagByteCount = 16
    /// What sealing adds to the length.
    package static let overhead = nonceByteCount + tagByteCount

    // MARK: Sealing

    /// Seals `plaintext` under a fresh random nonce.
    package static func seal(_ plaintext: [UInt8], key: AEADKey, associatedData: [UInt8]) -> [UInt8] {
        unsafe plaintext.withUnsafeBytes { unsafe sealed($0, key, associatedData) }
    }

    /// Seals a secret under a fresh random nonce.
    package static func seal(_ plaintext: SecretBytes, key: AEADKey, associatedData: [UInt8]) -> [UInt8] {
        unsafe plaintext.withUnsafeBytes { unsafe sealed($0, key, associatedData) }
    }

    /// Seals `plaintext` under a fresh random nonce.
    package static func seal(_ plaintext: RawSpan, key: AEADKey, associatedData: [UInt8]) -> [UInt8] {
        unsafe plaintext.withUnsafeBytes { unsafe sealed($0, key, associatedData) }
    }

    /// Seals `plaintext` and appends the sealed value to `output`, without an array in between.
    package static func seal(
        _ plaintext: [UInt8],
        key: AEADKey,
        associatedData: [UInt8],
        appendingTo output: inout [UInt8]
    ) {
        unsafe plaintext.withUnsafeBytes { unsafe append(sealing: $0, key, associatedData, to: &output) }
    }

    /// Seals `plaintext` and appends the sealed value to `output`, without an array in between.
    package static func seal(
        _ plaintext: RawSpan,
        key: AEADKey,
        associatedData: [UInt8],
        appendingTo output: inout [UInt8]
    ) {
        unsafe plaintext.withUnsafeBytes { unsafe append(sealing: $0, key, associatedData, to: &output) }
    }

    /// Seals under a nonce that the caller chose: for published vectors only. A nonce used twice under one key gives
    /// the plaintexts' difference away and lets anybody forge.
    static func seal(
        _ plaintext: [UInt8],
        key: AEADKey,
        associatedData: [UInt8],
        fixedNonce: [UInt8]
    ) -> [UInt8]? {
        guard fixedNonce.count == nonceByteCount else { return nil }
        return unsafe plaintext.withUnsafeBytes { plaintext in
            unsafe [UInt8](unsafeUninitializedCapacity: plaintext.count + overhead) { buffer, initialized in
                let output = unsafe UnsafeMutableRawBufferPointer(
                    start: buffer.baseAddress,
                    count: plaintext.count + overhead
                )
                unsafe output.copyBytes(from: fixedNonce)
                unsafe encrypt(plaintext, key, associatedData, into: output)
                initialized = output.count
            }
        }
    }

    private static func sealed(
        _ plaintext: UnsafeRawBufferPointer,
        _ key: AEADKey,
        _ associatedData: [UInt8]
    ) -> [UInt8] {
        let count = plaintext.count + overhead
        return unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            let output = unsafe UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: count)
            unsafe encryptWithRandomNonce(plaintext, key, associatedData, into: output)
            initialized = count
        }
    }

    private static func append(
        sealing plaintext: UnsafeRawBufferPointer,
        _ key: AEADKey,
        _ associatedData: [UInt8],
        to output: inout [UInt8]
    ) {
        let start = output.count
        output.append(contentsOf: repeatElement(0, count: plaintext.count + overhead))
        unsafe output.withUnsafeMutableBytes { bytes in
            let part = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[start...])
            unsafe encryptWithRandomNonce(plaintext, key, associatedData, into: part)
        }
    }

    /// 192 random bits: with 2^64 messages under one key two nonces are the same with a probability of 2^-65, so that
    /// neither a counter nor a memory of earlier nonces is needed, and a restored backup cannot repeat one. Each nonce
    /// is drawn when it is used: a stock of them would save a third of a microsecond and would be used twice by two
    /// copies of a virtual machine.
    private static func encryptWithRandomNonce(
        _ plaintext: UnsafeRawBufferPointer,
        _ key: AEADKey,
        _ associatedData: [UInt8],
        into output: UnsafeMutableRawBufferPointer
    ) {
        unsafe SecureRandom.fill(UnsafeMutableRawBufferPointer(rebasing: output[..<nonceByteCount]))
        unsafe encrypt(plaintext, key, associatedData, into: output)
    }

    /// Encrypts behind the nonce that `output` begins with.
    private static func encrypt(
        _ plaintext: UnsafeRawBufferPointer,
        _ key: AEADKey,
        _ associatedData: [UInt8],
        into output: UnsafeMutableRawBufferPointer
    ) {
        let nonce = unsafe output.octets
        unsafe key.bytes.withUnsafeBytes { key in
            // Fails only for a message longer than an Int can count, so that there is no error to hand on.
            _ = unsafe crypto_aead_xchacha20poly1305_ietf_encrypt(
                nonce + nonceByteCount,
                nil,
                plaintext.octetsIfAny,
                UInt64(plaintext.count),
                associatedData,
                UInt64(associatedData.count),
                nil,
                nonce,
                key.octets
            )
        }
    }
}
