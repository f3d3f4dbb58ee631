import Glibc
import SystemPackage

/// The directory that sockets lie in.
package enum SocketDirectory {
    /// Makes the directory of a socket where it is missing. Everybody may pass through: the mode of each socket decides
    /// who may connect.
    ///
    /// - Throws: `FileTrustError` when somebody else could replace the sockets.
    package static func ensure(for socket: String) throws(FileTrustError) {
        guard socket.hasPrefix("/"), !socket.utf8.contains(0) else { throw .notAbsolute(socket) }
        var reached = FilePath("/")
        for component in FilePath(socket).removingLastComponent().components {
            reached.append(component)
            do throws(Errno) {
                try retrying { unsafe mkdir(reached.string, 0o755) }
                // The process's mask would take from others what they need to get to the socket.
                try retrying { unsafe chmod(reached.string, 0o755) }
            } catch {
                guard error == .fileExists else { throw .unreadable(reached.string, error) }
            }
        }
        try FileTrust.check(directory: reached.string)
    }
}
