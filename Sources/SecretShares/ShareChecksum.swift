import SecretMemory
import WarderCrypto

/// The last eight bytes of a share, over all bytes before. docs/formats/share.md, "Checksum".
///
/// It finds typing mistakes, all but one in 2^64. It tells nothing that the share beside it does not: it is computed
/// from the share alone, which whoever can read it has. It stops nobody from forging a share.
enum ShareChecksum {
    static let byteCount = 8

    /// Public, and as long as a key of the keyed hash must be: 32 bytes.
    private static let fixedKey = "warder share checksum, version 1"

    /// The bytes before the checksum; `nil` when it is wrong.
    ///
    /// - Throws: `exhausted`.
    static func body(of encoded: SecretBytes) throws(ShareError) -> SecretBytes? {
        let end = encoded.count - byteCount
        do {
            let body = try encoded.slice(0..<end)
            return try encoded.slice(end..<encoded.count).isEqual(to: checksum(of: body)) ? body : nil
        } catch { throw .exhausted }
    }

    /// `body` with its checksum.
    ///
    /// - Throws: `exhausted`.
    static func appended(to body: SecretBytes) throws(ShareError) -> SecretBytes {
        do {
            let checksum = try checksum(of: body)
            return try unsafe SecretBytes(count: body.count + byteCount) { output in
                unsafe body.withUnsafeBytes { unsafe output.copyMemory(from: $0) }
                unsafe checksum.withUnsafeBytes { checksum in
                    unsafe UnsafeMutableRawBufferPointer(rebasing: output[body.count...]).copyMemory(from: checksum)
                }
            }
        } catch { throw .exhausted }
    }

    private static func checksum(of body: SecretBytes) throws -> SecretBytes {
        let key = try KeyedHashKey(SecretBytes(copying: fixedKey.utf8))
        var digest = KeyedHash.hash(body, key: key, label: "share")
        defer { zero(&digest) }
        return try SecretBytes(copying: digest[..<byteCount])
    }
}
