import CWarderSodium

/// Random bytes from the kernel (`getrandom`, through libsodium): the only source of randomness for keys, tokens and
/// nonces.
public enum SecureRandom {
    /// Fills `buffer`; one system call for every 256 bytes.
    public static func fill(_ buffer: UnsafeMutableRawBufferPointer) {
        Sodium.start()
        guard let base = buffer.baseAddress else { return }
        unsafe randombytes_buf(base, buffer.count)
    }

    /// `count` random bytes for things that are not secret, or that become secret only later; `count` must not be
    /// negative.
    public static func bytes(count: Int) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            unsafe fill(UnsafeMutableRawBufferPointer(buffer))
            initialized = count
        }
    }

    /// A number at least 0 and below `bound`, each as likely as the other; 0 for a bound of 0 or 1.
    ///
    /// libsodium draws again where a remainder would favour the smaller numbers.
    package static func uniform(below bound: UInt32) -> UInt32 {
        Sodium.start()
        return randombytes_uniform(bound)
    }
}
