import Glibc
package import SystemPackage

/// Why the database could not be locked.
package enum DatabaseLockError: Error, Hashable, Sendable {
    /// Another process has it; its number where it has written one.
    case held(byPid: Int32?)
    /// Others have it together, who only read and write no number.
    case shared
    /// The path is empty, relative, or has a NUL in it.
    case unusablePath
    /// The kernel refused.
    case kernel(Errno)
}

/// The right to open the database, which one process at a time has.
///
/// The kernel takes the lock back when the process ends, however it ends: the file that remains means nothing. It is
/// never removed, because a lock on a removed file keeps nobody out.
package final class DatabaseLock: Sendable {
    private let file: Descriptor

    private init(file: Descriptor) {
        self.file = file
    }

    deinit {
        // Closing is not enough: a child between fork(2) and execve(2) has the file open as well.
        flock(file.number, LOCK_UN)
    }

    /// Takes the lock or fails at once; the lock lasts until the result is released.
    ///
    /// - Parameter path: A file beside the database, created with mode 0600 where it is missing.
    /// - Returns: The lock.
    /// - Throws: `.held` when another process, or another part of this one, has it; `.shared` when somebody reads.
    package static func acquire(path: String) throws(DatabaseLockError) -> DatabaseLock {
        guard path.hasPrefix("/"), !path.utf8.contains(0) else { throw .unusablePath }
        do throws(Errno) {
            let file = try Descriptor.create(path, mode: 0o600)
            try retrying { flock(file.number, LOCK_EX | LOCK_NB) }
            // Somebody may have removed the file and locked a new one between the two calls.
            let named = try FileStatus(at: path, followingLinks: false)
            guard try named.isSameFile(as: FileStatus(of: file.number)) else { throw Errno.wouldBlock }
            try writeOwnNumber(to: file)
            return DatabaseLock(file: file)
        } catch {
            if error == .wouldBlock { throw isShared(path) ? .shared : .held(byPid: holder(of: path)) }
            throw .kernel(error)
        }
    }

    /// The same right, shared, for whoever only reads: nothing is written, neither a file nor a number, so that it can be had
    /// on a disk that takes nothing any more.
    ///
    /// - Returns: `nil` where there is no such file: nobody has locked it.
    /// - Throws: `.held` when somebody has the right for themselves.
    package static func acquireForReading(path: String) throws(DatabaseLockError) -> DatabaseLock? {
        guard path.hasPrefix("/"), !path.utf8.contains(0) else { throw .unusablePath }
        do throws(Errno) {
            let file = try Descriptor.open(path, flags: O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
            try retrying { flock(file.number, LOCK_SH | LOCK_NB) }
            return DatabaseLock(file: file)
        } catch {
            switch error {
            case .noSuchFileOrDirectory: return nil
            case .wouldBlock: throw .held(byPid: holder(of: path))
            default: throw .kernel(error)
            }
        }
    }

    private static func writeOwnNumber(to file: Descriptor) throws(Errno) {
        let text = Array("\(getpid())\n".utf8)
        try retrying { ftruncate(file.number, 0) }
        let count = try retrying { Int32(truncatingIfNeeded: unsafe pwrite(file.number, text, text.count, 0)) }
        guard Int(count) == text.count else { throw .noSpace }
    }

    /// Whether those who have the lock let another reader in. The number in the file is not theirs then: it is that of who had
    /// it last for themselves.
    private static func isShared(_ path: String) -> Bool {
        guard let file = try? Descriptor.open(path, flags: O_RDONLY | O_NOFOLLOW | O_NONBLOCK),
            flock(file.number, LOCK_SH | LOCK_NB) == 0
        else { return false }
        flock(file.number, LOCK_UN)
        return true
    }

    private static func holder(of path: String) -> Int32? {
        guard let file = try? Descriptor.open(path, flags: O_RDONLY | O_NOFOLLOW | O_NONBLOCK) else { return nil }
        guard let text = try? file.contents(limit: 32), text.last == UInt8(ascii: "\n") else { return nil }
        return decimal(text.dropLast())
    }
}
