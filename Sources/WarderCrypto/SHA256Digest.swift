import CWarderSodium

/// SHA-256, in one call or bit by bit.
///
/// For public data alone: a low-entropy secret can be guessed from its plain hash, which is what ``KeyedHash`` is for.
package struct SHA256Digest: Sendable {
    /// Length of a digest in bytes.
    package static let byteCount = Int(crypto_hash_sha256_BYTES)

    private var state = crypto_hash_sha256_state()

    /// Starts with nothing hashed.
    package init() {
        unsafe crypto_hash_sha256_init(&state)
    }

    /// Takes in the next part of the message.
    package mutating func update(_ part: [UInt8]) {
        unsafe crypto_hash_sha256_update(&state, part, UInt64(part.count))
    }

    /// Takes in the next part of the message.
    package mutating func update(_ part: RawSpan) {
        unsafe part.withUnsafeBytes { part in
            _ = unsafe crypto_hash_sha256_update(&state, part.octetsIfAny, UInt64(part.count))
        }
    }

    /// The digest of everything taken in so far, 32 bytes. More parts may follow.
    package func digest() -> [UInt8] {
        // Finishing spoils the state, so it happens on a copy.
        var copy = state
        return unsafe [UInt8](unsafeUninitializedCapacity: Self.byteCount) { buffer, initialized in
            unsafe crypto_hash_sha256_final(&copy, UnsafeMutableRawBufferPointer(buffer).octets)
            initialized = Self.byteCount
        }
    }

    /// SHA-256 of `message`.
    package static func hash(_ message: [UInt8]) -> [UInt8] {
        var digest = SHA256Digest()
        digest.update(message)
        return digest.digest()
    }

    /// SHA-256 of `message`.
    package static func hash(_ message: RawSpan) -> [UInt8] {
        var digest = SHA256Digest()
        digest.update(message)
        return digest.digest()
    }

    /// SHA-256 of `prefix ‖ first ‖ second` without joining them: RFC 6962 hashes a leaf with prefix 0 and a pair of
    /// nodes with prefix 1.
    package static func hash(prefix: UInt8, _ first: [UInt8], _ second: [UInt8] = []) -> [UInt8] {
        var digest = SHA256Digest()
        var prefix = prefix
        unsafe crypto_hash_sha256_update(&digest.state, &prefix, 1)
        digest.update(first)
        digest.update(second)
        return digest.digest()
    }

    /// Writes SHA-256 of `prefix ‖ first ‖ second` to `output`, without joining them and without allocating: a tree's
    /// hashes are computed on the way of every commit.
    ///
    /// - Precondition: `output` has 32 bytes.
    package static func hash(
        prefix: UInt8,
        _ first: RawSpan,
        _ second: RawSpan = RawSpan(),
        into output: inout MutableRawSpan
    ) {
        precondition(output.byteCount == byteCount, "a digest has 32 bytes")
        var digest = SHA256Digest()
        var prefix = prefix
        unsafe crypto_hash_sha256_update(&digest.state, &prefix, 1)
        digest.update(first)
        digest.update(second)
        unsafe output.withUnsafeMutableBytes { output in
            _ = unsafe crypto_hash_sha256_final(&digest.state, output.octets)
        }
    }
}
