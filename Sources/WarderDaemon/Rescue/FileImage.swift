import Glibc
import SystemPackage

/// A copy of a file as far as the disk gives it: what it does not give is zeroes.
struct FileImage {
    /// Bytes from a place on, fewer at the end of the file only.
    typealias Reading = (_ descriptor: Int32, _ offset: Int, _ count: Int) throws -> [UInt8]

    private static let pieceBytes = 1 << 20
    /// What is given up where something cannot be read: a page of the database, and of most file systems.
    private static let blockBytes = 4096

    /// Length of the file.
    let byteCount: Int
    /// Bytes that are zeroes in place of what could not be read.
    let unreadable: Int

    /// - Parameters:
    ///   - source: The file; a link is not followed.
    ///   - path: A free name, in a directory of this user's alone.
    ///   - reading: Another than the kernel in tests.
    ///   - progress: Told how far it is, in bytes.
    /// - Returns: `nil` where there is no such file.
    /// - Throws: `failed`.
    static func copy(
        _ source: String,
        to path: String,
        reading: Reading = read,
        progress: (UInt64, UInt64) -> Void = { _, _ in }
    ) throws(BackupStop) -> FileImage? {
        let input = unsafe open(source, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard input >= 0 else {
            if errno == ENOENT { return nil }
            throw unreadable(source, errno)
        }
        defer { close(input) }
        var status = stat()
        guard unsafe fstat(input, &status) == 0 else { throw unreadable(source, errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw unreadable(source, EINVAL) }
        let output = unsafe open(path, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard output >= 0 else { throw unwritable(errno) }
        defer { close(output) }
        let total = max(0, Int(status.st_size))
        var (offset, lost) = (0, 0)
        while offset < total {
            let wanted = min(pieceBytes, total - offset)
            let piece = self.piece(input, offset, wanted, reading)
            try write(piece.bytes, to: output)
            lost += piece.lost
            guard piece.bytes.count == wanted else { break }
            offset += wanted
            progress(UInt64(offset), UInt64(total))
        }
        return FileImage(byteCount: total, unreadable: lost)
    }

    /// In one go, or where that fails a block at a time.
    private static func piece(
        _ input: Int32,
        _ offset: Int,
        _ count: Int,
        _ reading: Reading
    ) -> (bytes: [UInt8], lost: Int) {
        if let bytes = try? reading(input, offset, count) { return (bytes, 0) }
        var bytes: [UInt8] = []
        var lost = 0
        while bytes.count < count {
            let wanted = min(blockBytes, count - bytes.count)
            guard let block = try? reading(input, offset + bytes.count, wanted) else {
                bytes += [UInt8](repeating: 0, count: wanted)
                lost += wanted
                continue
            }
            bytes += block
            guard block.count == wanted else { break }
        }
        return (bytes, lost)
    }

    /// What the kernel gives.
    static func read(_ descriptor: Int32, _ offset: Int, _ count: Int) throws(Errno) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let got = unsafe bytes.withUnsafeMutableBytes { room in
                unsafe pread(descriptor, room.baseAddress?.advanced(by: filled), count - filled, offset + filled)
            }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw Errno(rawValue: errno) }
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

    private static func unreadable(_ path: String, _ code: Int32) -> BackupStop {
        BackupStop(
            .failed,
            "\(path) cannot be read: \(Errno(rawValue: code))",
            remedy: "Run it as the user that the daemon runs as, and look at the disk: journalctl -k"
        )
    }

    /// Of a file in the workspace.
    static func unwritable(_ code: Int32) -> BackupStop {
        BackupStop(
            .failed,
            "the copy that is looked at cannot be written: \(Errno(rawValue: code))",
            remedy: "Name a directory that has room for the whole database: --workspace PATH"
        )
    }
}
