import WarderCrypto

/// Why a backup could not be written or read.
package enum BackupError: Error, Hashable, Sendable {
    /// Does not begin as a backup does.
    case notABackup
    /// Written by a later version of Warder.
    case unknownFormat(UInt8)
    /// A way to open the vault that this version does not know: a later one wrote it.
    case unknownSlotKind
    /// Not what the format says, or more than it allows. Behind the header: the writer was at fault.
    case malformed
    /// The root key is not the one that the backup was made under. A damaged vault id or file key looks alike.
    case wrongKey
    /// The file ends too early.
    case truncated
    /// Not authentic; counted from 0. In chunk 0 the header may be what was altered.
    case altered(chunk: UInt64)
    /// The file goes on behind its end.
    case trailingBytes
    /// The database is not the one that was written, although every chunk of it is authentic.
    case checksum
    /// To the writer was given a database of another length than it was told, in bytes.
    case databaseSize(expected: UInt64, actual: UInt64)
    /// Secret memory ran out.
    case exhausted

    init(_ error: CryptoError) {
        switch error {
        case .outOfMemory, .secretMemory: self = .exhausted
        default: self = .malformed
        }
    }
}

/// Runs cryptography and turns its errors into a backup's, those of authentication into `failure`.
func backingUp<Result: ~Copyable>(
    orElse failure: BackupError = .malformed,
    _ body: () throws(CryptoError) -> Result
) throws(BackupError) -> Result {
    do throws(CryptoError) {
        return try body()
    } catch .tampered {
        throw failure
    } catch { throw BackupError(error) }
}
