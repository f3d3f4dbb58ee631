import WarderCrypto
import WarderLinux

/// SHA-256 for the attestor, which has no cryptography of its own.
struct FileDigest: StreamingDigest {
    private var digest = SHA256Digest()

    mutating func update(_ bytes: RawSpan) { digest.update(bytes) }
    mutating func finish() -> [UInt8] { digest.digest() }
}
