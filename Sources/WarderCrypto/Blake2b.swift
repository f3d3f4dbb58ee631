import CWarderSodium
import SecretMemory

/// Keyed BLAKE2b-256 over a label and a message, the common ground of ``KeyedHash`` and ``KeyDerivation``.
///
/// `BLAKE2b-256(key, personal, n ‖ label ‖ message)`, where `n` is the label's length in one byte: no two different
/// pairs of label and message give the same input. No salt. The personal string (16 bytes, filled up with zeros) keeps
/// the two uses apart even under one key.
enum Blake2b {
    static let byteCount = 32

    /// What a hash is for, as BLAKE2b's personal string.
    enum Use {
        case hash
        case subkey

        fileprivate static let hashPersonal = Array("warder-hash-v1".utf8) + [0, 0]
        fileprivate static let subkeyPersonal = Array("warder-subkey-v1".utf8)

        fileprivate var personal: [UInt8] {
            switch self {
            case .hash: Self.hashPersonal
            case .subkey: Self.subkeyPersonal
            }
        }
    }

    static func hash(
        into output: UnsafeMutableRawBufferPointer,
        key: SecretBytes,
        use: Use,
        label: StaticString,
        message: UnsafeRawBufferPointer
    ) {
        // Labels are written in the source, so a wrong length is a mistake of the programmer.
        precondition((1...255).contains(label.utf8CodeUnitCount), "a label has 1 to 255 bytes")
        let stateByteCount = crypto_generichash_blake2b_statebytes()
        // libsodium's state is aligned to 64 bytes, which Swift does not import; so it is raw stack memory.
        unsafe withUnsafeTemporaryAllocation(byteCount: stateByteCount, alignment: 64) { memory in
            let state = unsafe OpaquePointer(memory.octets)
            // It contains what the key was turned into.
            defer { unsafe sodium_memzero(memory.octets, stateByteCount) }
            unsafe key.withUnsafeBytes { key in
                _ = unsafe crypto_generichash_blake2b_init_salt_personal(
                    state,
                    key.octets,
                    key.count,
                    byteCount,
                    nil,
                    use.personal
                )
            }
            label.withUTF8Buffer { label in
                var count = UInt8(label.count)
                unsafe crypto_generichash_blake2b_update(state, &count, 1)
                _ = unsafe crypto_generichash_blake2b_update(state, label.baseAddress, UInt64(label.count))
            }
            unsafe crypto_generichash_blake2b_update(state, message.octetsIfAny, UInt64(message.count))
            unsafe crypto_generichash_blake2b_final(state, output.octets, byteCount)
        }
    }
}
