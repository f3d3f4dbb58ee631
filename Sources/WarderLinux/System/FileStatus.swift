import Glibc
import SystemPackage

/// What the kernel says about a file, in types that do not change between architectures.
struct FileStatus: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        case regular, directory, link, socket, other
    }

    /// Seconds and nanoseconds since 1970.
    struct Time: Hashable, Sendable {
        var seconds: Int64
        var nanoseconds: Int64
    }

    var device: UInt64
    var inode: UInt64
    var links: UInt64
    var kind: Kind
    /// Permission bits with set-id and sticky bits, `0o7777` at most.
    var mode: UInt32
    var owner: UInt32
    var group: UInt32
    var size: Int64
    var modified: Time
    var changed: Time

    /// The file behind an open descriptor.
    init(of descriptor: Int32) throws(Errno) {
        var found = stat()
        try retrying { unsafe fstat(descriptor, &found) }
        self.init(found)
    }

    /// The file at `path`, relative to `directory`.
    init(at path: String, in directory: Descriptor? = nil, followingLinks: Bool) throws(Errno) {
        var found = stat()
        let start = directory?.number ?? AT_FDCWD
        let flags = followingLinks ? 0 : AT_SYMLINK_NOFOLLOW
        try retrying { unsafe fstatat(start, path, &found, flags) }
        self.init(found)
    }

    private init(_ found: stat) {
        device = UInt64(found.st_dev)
        inode = UInt64(found.st_ino)
        links = UInt64(found.st_nlink)
        kind =
            switch found.st_mode & S_IFMT {
            case S_IFREG: .regular
            case S_IFDIR: .directory
            case S_IFLNK: .link
            case S_IFSOCK: .socket
            default: .other
            }
        mode = UInt32(found.st_mode & 0o7777)
        owner = found.st_uid
        group = found.st_gid
        size = Int64(found.st_size)
        modified = Time(seconds: Int64(found.st_mtim.tv_sec), nanoseconds: Int64(found.st_mtim.tv_nsec))
        changed = Time(seconds: Int64(found.st_ctim.tv_sec), nanoseconds: Int64(found.st_ctim.tv_nsec))
    }

    /// Whether both are the same file, whatever its contents are now.
    func isSameFile(as other: FileStatus) -> Bool { device == other.device && inode == other.inode }
}

/// The text of a symbolic link; `nil` when it is no UTF-8 or longer than a path can be.
func linkTarget(_ path: String, in directory: Descriptor? = nil) throws(Errno) -> String? {
    let limit = Int(PATH_MAX)
    let start = directory?.number ?? AT_FDCWD
    let text = try [CChar](capacity: limit) { output throws(Errno) in
        try unsafe output.withUnsafeMutableBufferPointer { buffer, count throws(Errno) in
            guard let room = buffer.baseAddress else { return }
            let length = unsafe readlinkat(start, path, room, limit)
            if length < 0 { throw Errno(rawValue: errno) }
            count = length
        }
    }
    return text.count < limit ? String(validating: text, as: UTF8.self) : nil
}
