import ClientConfigurations
import Glibc
import SystemPackage

/// A client's configuration on disk, opened so that what is checked, read and replaced is one file.
///
/// The directory stays open: whoever renames it meanwhile cannot put another one in its place.
final class ClientFile {
    /// As the person named it, made absolute: tells which client it belongs to.
    let path: String
    /// Where it lies when all links are followed.
    let target: FilePath
    let content: [UInt8]
    let status: stat
    let directory: FileDescriptor
    let descriptor: FileDescriptor

    /// Longest file that is read, in bytes.
    static let maximumBytes = 64 << 20

    /// Opens and reads a file.
    ///
    /// - Throws: `.usage` for what is no regular file of the caller's own, what others could exchange, and what has a
    ///   second name, under which it would stay as it is.
    init(_ path: String) throws(CommandFailure) {
        let name = TerminalText.escaped(path)
        self.path = try Self.absolute(path)
        target = try Self.target(of: self.path)
        guard let last = target.lastComponent else { throw .usage("\(name) is no name of a file") }
        do {
            directory = try FileDescriptor.open(
                target.removingLastComponent(),
                .readOnly,
                options: [.directory, .noFollow, .closeOnExec]
            )
        } catch {
            throw .usage("cannot open the directory of \(name): \(SystemReason.text(error))")
        }
        do throws(CommandFailure) {
            try Self.requireOwnDirectory(directory, of: name)
            descriptor = try Self.open(last.string, in: directory, called: name)
        } catch {
            try? directory.close()
            throw error
        }
        do throws(CommandFailure) {
            (status, content) = try Self.readOwnFile(descriptor, called: name)
        } catch {
            try? descriptor.close()
            try? directory.close()
            throw error
        }
    }

    deinit {
        try? descriptor.close()
        try? directory.close()
    }

    /// The file's name in its directory.
    var name: String { target.lastComponent?.string ?? "" }
    /// For messages.
    var shown: String { TerminalText.escaped(path) }
    /// Whether the path that was named leads through a link.
    var isLinked: Bool { target.string != path }

    /// Whether other users of the machine may read it.
    var isReadableByOthers: Bool { status.st_mode & 0o044 != 0 }

    /// Whether the very file that was read lies under its name still, with the same bytes.
    func isUnchanged() -> Bool {
        guard let now = try? Self.open(name, in: directory, called: shown) else { return false }
        defer { try? now.close() }
        guard let found = try? Self.status(of: now, called: shown), Self.isSame(found, status),
            let bytes = try? Self.read(now, called: shown)
        else { return false }
        return bytes == content
    }

    static func changed(_ name: String) -> CommandFailure {
        CommandFailure(
            .conflict,
            "\(name) was changed by somebody else in the meantime, and was left as it is",
            hints: ["Close the client that writes it, and run the command again"]
        )
    }

    private static func absolute(_ path: String) throws(CommandFailure) -> String {
        guard !path.isEmpty, !path.utf8.contains(0) else { throw .usage("an empty text names no file") }
        if path.hasPrefix("/") { return FilePath(path).lexicallyNormalized().string }
        var room = [CChar](repeating: 0, count: Int(PATH_MAX))
        guard let here = unsafe getcwd(&room, room.count) else { throw .usage("the working directory is gone") }
        // Not normalized: behind a link `..` is another directory than in the text.
        return unsafe String(cString: here) + "/" + path
    }

    private static func target(of path: String) throws(CommandFailure) -> FilePath {
        guard let resolved = unsafe realpath(path, nil) else {
            throw .usage("cannot find \(TerminalText.escaped(path)): \(SystemReason.text(Errno(rawValue: errno)))")
        }
        defer { unsafe free(resolved) }
        return FilePath(unsafe String(cString: resolved))
    }

    private static func open(
        _ name: String,
        in directory: FileDescriptor,
        called shown: String
    ) throws(CommandFailure) -> FileDescriptor {
        // Not to wait for somebody at the other end of a pipe.
        let descriptor = unsafe openat(directory.rawValue, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw .usage("cannot read \(shown): \(SystemReason.text(Errno(rawValue: errno)))")
        }
        return FileDescriptor(rawValue: descriptor)
    }

    private static func status(of descriptor: FileDescriptor, called name: String) throws(CommandFailure) -> stat {
        var status = stat()
        guard unsafe fstat(descriptor.rawValue, &status) == 0 else {
            throw .usage("cannot look at \(name): \(SystemReason.text(Errno(rawValue: errno)))")
        }
        return status
    }

    private static func isSame(_ one: stat, _ other: stat) -> Bool {
        one.st_dev == other.st_dev && one.st_ino == other.st_ino && one.st_size == other.st_size
            && one.st_mtim.tv_sec == other.st_mtim.tv_sec && one.st_mtim.tv_nsec == other.st_mtim.tv_nsec
    }

    private static func requireOwnDirectory(
        _ directory: FileDescriptor,
        of name: String
    ) throws(CommandFailure) {
        let status = try status(of: directory, called: "the directory of \(name)")
        guard status.st_uid == geteuid() || status.st_uid == 0 else {
            throw .usage(
                "the directory of \(name) belongs to another user, who could exchange the file",
                hints: ["Run this command as the user whose file it is"]
            )
        }
        // A group of one's own is what many systems give; the sticky bit lets nobody touch what is not theirs.
        let isOpen = status.st_mode & 0o002 != 0 || (status.st_mode & 0o020 != 0 && status.st_gid != getegid())
        guard !isOpen || status.st_mode & S_ISVTX != 0 else {
            throw .usage(
                "other users can exchange \(name): its directory lets them write",
                hints: ["Close it: chmod go-w DIRECTORY"]
            )
        }
    }

    private static func requireOwnFile(
        _ descriptor: FileDescriptor,
        called name: String
    ) throws(CommandFailure) -> stat {
        let status = try status(of: descriptor, called: name)
        guard status.st_mode & S_IFMT == S_IFREG else { throw .usage("\(name) is no regular file") }
        guard status.st_uid == geteuid() else {
            throw .usage(
                "\(name) belongs to user \(status.st_uid), and not to you",
                hints: ["Run this command as the user whose file it is"]
            )
        }
        guard status.st_nlink == 1 else {
            throw .usage(
                "\(name) has another name (a hard link), under which the secrets would stay",
                hints: ["Find it, and take one of the two away: find / -xdev -samefile FILE"]
            )
        }
        guard status.st_size <= maximumBytes else {
            throw .usage("\(name) is longer than \(maximumBytes >> 20) MiB")
        }
        return status
    }

    private static func readOwnFile(
        _ descriptor: FileDescriptor,
        called name: String
    ) throws(CommandFailure) -> (stat, [UInt8]) {
        let status = try requireOwnFile(descriptor, called: name)
        let content = try read(descriptor, called: name)
        // It may be in the middle of being written.
        guard isSame(try Self.status(of: descriptor, called: name), status), content.count == status.st_size else {
            throw changed(name)
        }
        return (status, content)
    }

    private static func read(_ descriptor: FileDescriptor, called name: String) throws(CommandFailure) -> [UInt8] {
        var content: [UInt8] = []
        var room = [UInt8](repeating: 0, count: 1 << 16)
        while content.count <= maximumBytes {
            let count: Int
            do {
                let offset = Int64(content.count)
                count = try unsafe room.withUnsafeMutableBytes {
                    try unsafe descriptor.read(fromAbsoluteOffset: offset, into: $0)
                }
            } catch {
                throw .usage("cannot read \(name): \(SystemReason.text(error))")
            }
            if count == 0 { return content }
            content += room[..<count]
        }
        throw changed(name)
    }
}
