import Glibc
import SecretMemory
import Sealing
import SystemPackage
import WarderCrypto
import WarderModel
import WarderWire

/// A backup on disk: its header, and the way from there to the database in it.
final class BackupFile {
    private static let pieceBytes = 1 << 20

    let header: BackupHeader
    private let descriptor: Int32

    /// Reads the header, and holds the file's length against it: both take no key.
    init(_ path: String) throws(BackupStop) {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.unreadable(errno) }
        do {
            var bytes = try Self.bytes(BackupHeader.prefixByteCount, of: descriptor)
            let count = try BackupHeader.byteCount(ofPrefix: bytes)
            bytes += try Self.bytes(count - bytes.count, of: descriptor)
            header = try BackupHeader(bytes)
            var status = stat()
            guard unsafe fstat(descriptor, &status) == 0 else { throw Self.unreadable(errno) }
            let length = UInt64(max(0, status.st_size))
            if length < header.fileByteCount { throw BackupError.truncated }
            if length > header.fileByteCount { throw BackupError.trailingBytes }
        } catch {
            close(descriptor)
            switch error {
            case let error as BackupError: throw BackupStop(error)
            case let stop as BackupStop: throw stop
            default: throw Self.unreadable(EIO)
            }
        }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    var summary: BackupSummary {
        BackupSummary(
            vault: header.vault.description,
            created: header.created.description,
            bytes: header.fileByteCount,
            slots: header.slots.map { BackupSummary.Slot($0) }
        )
    }

    /// SHA-256 of the header, in hexadecimal: names this backup among others.
    var headerDigest: String { Hex.encode(SHA256Digest.hash(header.bytes)) }

    /// The root key, and the slot that gave it.
    func openRoot(with secret: SecretBytes, opener: KeySlot.Opener) throws(BackupStop) -> (AEADKey, KeySlot) {
        guard let found = try header.slots.root(of: header.vault, with: secret, opener: opener) else {
            throw BackupStop(.wrongKey)
        }
        return found
    }

    /// Opens all of it into a new file, which is whole and on disk when this returns.
    func extract(
        to path: String,
        root: AEADKey,
        progress: (UInt64, UInt64) -> Void
    ) throws(BackupStop) -> BackupManifest {
        let output = unsafe open(path, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard output >= 0 else { throw Self.unwritable(errno) }
        defer { close(output) }
        do {
            var reader = try BackupReader(header, root: root)
            var read = UInt64(header.bytes.count)
            while true {
                let piece = try Self.bytes(Self.pieceBytes, of: descriptor)
                if piece.isEmpty { break }
                read += UInt64(piece.count)
                try Self.write(reader.open(piece), to: output)
                progress(read, header.fileByteCount)
            }
            let manifest = reader.manifest
            _ = try reader.finish()
            guard let manifest else { throw BackupError.truncated }
            guard fsync(output) == 0 else { throw Self.unwritable(errno) }
            return manifest
        } catch let error as BackupError { throw BackupStop(error) } catch let stop as BackupStop { throw stop } catch {
            throw Self.unwritable(EIO)
        }
    }

    private static func unreadable(_ code: Int32) -> BackupStop {
        BackupStop(
            .failed,
            "the backup cannot be read: \(Errno(rawValue: code))",
            remedy: "Name a file that warder backup create made, and that this user may read"
        )
    }

    private static func unwritable(_ code: Int32) -> BackupStop {
        BackupStop(
            .failed,
            "the database cannot be written: \(Errno(rawValue: code))",
            remedy: "Look whether the disk has room for it and can be written to, and who owns the directory"
        )
    }

    /// Fewer at the end of the file only.
    private static func bytes(_ count: Int, of descriptor: Int32) throws(BackupStop) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let got = unsafe bytes.withUnsafeMutableBytes { room in
                unsafe read(descriptor, room.baseAddress?.advanced(by: filled), count - filled)
            }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw unreadable(errno) }
            if got == 0 { break }
            filled += got
        }
        bytes.removeSubrange(filled...)
        return bytes
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) throws(BackupStop) {
        do { try FileDescriptor(rawValue: descriptor).writeAll(bytes) } catch {
            throw unwritable((error as? Errno)?.rawValue ?? EIO)
        }
    }
}
