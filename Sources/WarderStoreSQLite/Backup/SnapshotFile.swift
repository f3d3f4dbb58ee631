import Glibc

/// A file of its owner's alone, which goes when this goes, unless it is kept under another name.
struct SnapshotFile: ~Copyable, Sendable {
    /// What names of these files begin with, so that those which a killed process left are recognised.
    static let prefix = ".warder-snapshot-"

    let path: String
    /// Told how far the copy has come.
    let reached: @Sendable (CopyStep) -> Void
    private let descriptor: Int32

    /// Makes an empty file under a random name.
    init(in directory: String, reached: @escaping @Sendable (CopyStep) -> Void) throws(SnapshotError) {
        try Self.check(directory)
        let name = Self.prefix + String(UInt64.random(in: .min ... .max), radix: 16)
        let path = directory + "/" + name
        let descriptor = unsafe open(path, O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .kernel(code: errno) }
        self.path = path
        self.descriptor = descriptor
        self.reached = reached
        reached(.begun)
    }

    deinit {
        // The engine's journal of the file goes with it, should the engine have been stopped half-way.
        for suffix in ["", "-journal"] { _ = unsafe unlink(path + suffix) }
        _ = Glibc.close(descriptor)
        reached(.gone)
    }

    /// Length in bytes.
    func byteCount() throws(SnapshotError) -> UInt64 {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw .kernel(code: errno) }
        return UInt64(status.st_size)
    }

    /// Up to `count` bytes from `offset` on; fewer at the end of the file only.
    func bytes(at offset: UInt64, count: Int) throws(SnapshotError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let got = unsafe bytes.withUnsafeMutableBytes { room in
                unsafe pread(descriptor, room.baseAddress?.advanced(by: filled), count - filled, off_t(offset) + filled)
            }
            if got > 0 {
                filled += got
            } else if got == 0 {
                break
            } else if errno != EINTR {
                throw .kernel(code: errno)
            }
        }
        bytes.removeSubrange(filled...)
        return bytes
    }

    /// Gives the file a name that stays when this goes, and brings both to the disk. The name is a path in the same
    /// directory, which nothing has: what lies there is never written over.
    func keep(as name: String) throws(SnapshotError) {
        guard fsync(descriptor) == 0, unsafe link(path, name) == 0 else { throw .kernel(code: errno) }
        reached(.named)
        try Self.sync(CopiesBeforeMigrations.directory(of: name))
        reached(.kept)
    }

    /// Brings a file, or the names in a directory, to the disk. Nobody may have it open as a database: to close a
    /// descriptor of one would release its locks.
    static func sync(_ path: String) throws(SnapshotError) {
        let descriptor = unsafe open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw .kernel(code: errno) }
        defer { _ = Glibc.close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .kernel(code: errno) }
    }

    static func check(_ directory: String) throws(SnapshotError) {
        guard directory.hasPrefix("/"), !directory.utf8.contains(0) else { throw .unusablePath }
        var status = stat()
        guard unsafe stat(directory, &status) == 0 else {
            throw errno == ENOENT || errno == ENOTDIR ? .noDirectory : .kernel(code: errno)
        }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw .noDirectory }
        guard status.st_mode & 0o077 == 0 else { throw .openDirectory(mode: status.st_mode & 0o7777) }
    }
}
