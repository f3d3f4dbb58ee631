import CWarderLinux
import Glibc
package import SystemPackage

/// Why a socket was not created.
package enum SocketFileError: Error, Hashable, Sendable {
    /// What the kernel refused.
    package enum Step: String, Hashable, Sendable {
        case inspect, remove, create, bind, listen, changeGroup, changeMode
    }

    /// The path is relative, empty, or has a NUL in it.
    case pathNotAbsolute
    /// The kernel has no room for the path; both in bytes.
    case pathTooLong(bytes: Int, limit: Int)
    /// Others could replace the socket.
    case untrustedDirectory(FileTrustError)
    /// Something lies there that is no socket.
    case notASocket
    /// A socket of another user lies there.
    case foreignSocket(owner: UInt32)
    /// Another process listens there.
    case inUse
    /// The kernel refused.
    case kernel(Step, Errno)
}

/// Listening Unix sockets in the file system.
package enum SocketFile {
    /// Creates a listening stream socket, close-on-exec; the caller owns the descriptor.
    ///
    /// The file appears with mode 0600 and gets `mode` when it already listens, so that nobody ever meets it half made.
    /// Two daemons must not do this for the same path at once: hold the database lock.
    ///
    /// - Parameters:
    ///   - path: Absolute, at most 107 bytes.
    ///   - mode: Permission bits. Connecting needs the right to write.
    ///   - group: Group of the file; the process's own unless given.
    /// - Returns: The listening descriptor.
    /// - Throws: `SocketFileError`; nothing is left behind then.
    package static func bind(path: String, mode: UInt32, group: UInt32? = nil) throws(SocketFileError) -> Int32 {
        try checkPath(path)
        try removeStale(path)
        let socket = try bound(to: path)
        do throws(SocketFileError) {
            try perform(.listen) { () throws(Errno) in try checked(warder_unix_listen(socket.number)) }
            if let group {
                try perform(.changeGroup) { () throws(Errno) in
                    try retrying { unsafe lchown(path, uid_t.max, group) }
                }
            }
            try perform(.changeMode) { () throws(Errno) in try retrying { unsafe chmod(path, mode) } }
            return try perform(.create) { () throws(Errno) in try socket.duplicate() }
        } catch {
            unsafe unlink(path)
            throw error
        }
    }

    /// Removes a socket file of this process's user; anything else stays. For an orderly stop.
    package static func remove(path: String) {
        guard let status = try? FileStatus(at: path, followingLinks: false) else { return }
        if status.kind == .socket, status.owner == geteuid() { unsafe unlink(path) }
    }

    /// A socket with a file of mode 0600 from the first moment on, that does not listen yet.
    static func bound(to path: String) throws(SocketFileError) -> Descriptor {
        let socket = try unbound()
        try perform(.bind) { () throws(Errno) in
            try checked(unsafe warder_unix_bind(socket.number, path, path.utf8.count, 0o600))
        }
        return socket
    }

    private static func unbound() throws(SocketFileError) -> Descriptor {
        Descriptor(adopting: try perform(.create) { () throws(Errno) in try checked(warder_unix_socket(0)) })
    }

    private static func checkPath(_ path: String) throws(SocketFileError) {
        guard path.hasPrefix("/"), !path.utf8.contains(0) else { throw .pathNotAbsolute }
        let limit = warder_unix_path_limit()
        guard path.utf8.count <= limit else { throw .pathTooLong(bytes: path.utf8.count, limit: limit) }
        do throws(FileTrustError) {
            try FileTrust.check(directory: FilePath(path).removingLastComponent().string)
        } catch {
            throw .untrustedDirectory(error)
        }
    }

    /// Makes room where an earlier daemon ended without tidying up.
    private static func removeStale(_ path: String) throws(SocketFileError) {
        let status: FileStatus
        do throws(Errno) {
            status = try FileStatus(at: path, followingLinks: false)
        } catch {
            if error == .noSuchFileOrDirectory { return }
            throw .kernel(.inspect, error)
        }
        guard status.kind == .socket else { throw .notASocket }
        guard status.owner == geteuid() else { throw .foreignSocket(owner: status.owner) }
        let probe = try unbound()
        do throws(Errno) {
            try checked(unsafe warder_unix_connect(probe.number, path, path.utf8.count))
            throw Errno.addressInUse
        } catch {
            switch error {
            case .connectionRefused: break
            case .noSuchFileOrDirectory: return
            // Answered, has a full backlog, or listens for another type of connection: somebody is there.
            case .addressInUse, .resourceTemporarilyUnavailable, .protocolWrongTypeForSocket: throw .inUse
            default: throw .kernel(.inspect, error)
            }
        }
        try perform(.remove) { () throws(Errno) in try retrying { unsafe unlink(path) } }
    }

    @discardableResult
    private static func perform<Value>(
        _ step: SocketFileError.Step,
        _ body: () throws(Errno) -> Value
    ) throws(SocketFileError) -> Value {
        do throws(Errno) {
            return try body()
        } catch {
            throw .kernel(step, error)
        }
    }
}
