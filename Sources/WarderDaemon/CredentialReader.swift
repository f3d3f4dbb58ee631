import Glibc
import SecretMemory
import Sealing
import WarderConfiguration
import WarderLinux

/// Reads the file that opens the vault, straight into secret memory.
enum CredentialReader {
    /// Longest credential in bytes: systemd's own limit is 1 MiB, and nobody needs that for a key.
    private static let maximumBytes = 4096

    static func read(_ credential: DaemonConfiguration.CredentialFile) throws -> SecretBytes {
        let file: Int32
        do throws(FileTrustError) {
            file = try FileTrust.open(file: credential.path, maximumMode: credential.maximumMode)
        } catch { throw StartError("\(error)", remedy: error.remedy) }
        defer { close(file) }
        var count = 0
        let room = try unsafe SecretBytes(count: maximumBytes) { buffer in
            while count < buffer.count {
                let got = unsafe Glibc.read(file, buffer.baseAddress?.advanced(by: count), buffer.count - count)
                if got <= 0 { break }
                count += got
            }
        }
        guard count >= KeySlot.minimumCredentialBytes, count < maximumBytes else {
            throw StartError(
                "the credential file has \(count) bytes",
                remedy: "It must have \(KeySlot.minimumCredentialBytes) to \(maximumBytes - 1) random bytes"
            )
        }
        return try room.slice(0..<count)
    }
}
