import Glibc
import SecretMemory
import WarderCrypto
import WarderLinux
import WarderWire

/// The key that notices are signed with: a line of `whsec_` and base64, as receivers of Standard Webhooks take it.
enum WebhookKey {
    private static let prefix = Array("whsec_".utf8)
    /// Bytes of a key, by the same standard.
    private static let sizes = 24...64
    /// Bytes of a file that holds one.
    private static let maximumFile = 256

    /// Reads it anew from a file that nobody else can read: another key counts from the next notice on.
    ///
    /// - Throws: `StepFault`, which says what to do.
    static func read(_ path: String) throws(StepFault) -> HMACSHA256Key {
        let file: Int32
        do throws(FileTrustError) {
            file = try FileTrust.open(file: path, maximumMode: 0o600)
        } catch {
            throw StepFault(.failed, "the webhook is not called: \(error) (\(error.remedy))", retry: false)
        }
        defer { close(file) }
        return try key(from: file)
    }

    /// Reads it from an open file, which stays open.
    static func key(from file: Int32) throws(StepFault) -> HMACSHA256Key {
        do {
            let key = try Self.key(in: Self.text(of: file))
            guard sizes.contains(key.count) else { throw SecretMemoryError.outOfBounds }
            return try HMACSHA256Key(key)
        } catch SecretMemoryError.outOfBounds {
            throw StepFault(
                .failed,
                "the webhook is not called: its key is not whsec_ and the base64 of \(sizes.lowerBound) to "
                    + "\(sizes.upperBound) bytes",
                retry: false
            )
        } catch {
            throw StepFault(.failed, "there is no locked memory left for the webhook's key", retry: true)
        }
    }

    private static func text(of file: Int32) throws(SecretMemoryError) -> SecretBytes {
        var count = 0
        let room = try unsafe SecretBytes(
            count: maximumFile,
            filling: { buffer in
                while count < buffer.count {
                    let got = unsafe Glibc.read(file, buffer.baseAddress?.advanced(by: count), buffer.count - count)
                    if got < 0, errno == EINTR { continue }
                    if got <= 0 { break }
                    count += got
                }
            }
        )
        guard count < maximumFile else { throw .outOfBounds }
        let endsLine = unsafe room.withUnsafeBytes { unsafe count > 0 && $0[count - 1] == UInt8(ascii: "\n") }
        return try room.slice(0..<(endsLine ? count - 1 : count))
    }

    private static func key(in text: SecretBytes) throws(SecretMemoryError) -> SecretBytes {
        guard text.count > prefix.count, try text.slice(0..<prefix.count).isEqual(to: prefix) else {
            throw .outOfBounds
        }
        return try SecretBytes(base64: text.slice(prefix.count..<text.count))
    }
}
