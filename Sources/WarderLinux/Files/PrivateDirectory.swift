import Glibc
import SystemPackage

/// Directories for one user alone.
package enum PrivateDirectory {
    /// Makes sure that `path` is a directory of this process's user in which nobody else can have put anything.
    ///
    /// Its mode is 0700 or less, a set-group-ID bit aside. Missing directories on the way are created with mode 0700.
    /// An existing directory is never changed: one that is too wide may have been used by others already.
    package static func ensure(_ path: String) throws(FileTrustError) {
        guard path.hasPrefix("/"), !path.utf8.contains(0) else { throw .notAbsolute(path) }
        var reached = FilePath("/")
        for component in FilePath(path).components {
            reached.append(component)
            do throws(Errno) {
                try retrying { unsafe mkdir(reached.string, 0o700) }
            } catch {
                guard error == .fileExists else { throw .unreadable(reached.string, error) }
            }
        }
        try FileTrust.check(directory: path, maximumMode: 0o2700)
        // Root's would pass for trustworthy, but nothing could be put there.
        guard let status = try? FileStatus(at: path, followingLinks: true), status.owner == geteuid() else {
            throw .unreadable(path, .permissionDenied)
        }
    }
}
