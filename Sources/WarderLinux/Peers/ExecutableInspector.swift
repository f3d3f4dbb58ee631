import Glibc
import SystemPackage
import WarderModel

/// Looks at a peer's executable through `/proc/PID/exe`, which leads to the file itself and not to a name.
///
/// The answer is no boundary between processes of one user: whoever may trace a process, or set `LD_PRELOAD` before it
/// starts, decides what it does.
struct ExecutableInspector: Sendable {
    private let digests: ExecutableDigests?

    init(options: AttestationOptions) {
        if let sha256 = options.sha256, options.maximumExecutableSize > 0 {
            digests = ExecutableDigests(maximumSize: options.maximumExecutableSize, makeDigest: sha256)
        } else {
            digests = nil
        }
    }

    /// The executable as it is now; `nil` where the kernel does not let the daemon look.
    ///
    /// Path and hash belong to the file of that device and inode. What could not be found out before the process
    /// executed another program is `nil`.
    func inspect(_ process: ProcessDirectory, hash: Bool) throws(AttestationError) -> Peer.Executable? {
        guard let status = try executable(of: process) else { return nil }
        let path = try trustedPath(process, status)
        let sha256 = hash ? try digest(process, status) : nil
        return Peer.Executable(path: path, device: status.device, inode: status.inode, sha256: sha256)
    }

    /// Whether the executable would have to be read to know its hash.
    func mustRead(_ process: ProcessDirectory) -> Bool {
        guard let digests, let status = try? executable(of: process) else { return false }
        return digests.covers(status) && digests.known(status) == nil
    }

    private func executable(of process: ProcessDirectory) throws(AttestationError) -> FileStatus? {
        do throws(Errno) {
            return try FileStatus(at: "exe", in: process.root, followingLinks: true)
        } catch {
            return try withoutExecutable(error)
        }
    }

    /// The name of the executable where the daemon finds the same file under it.
    ///
    /// A peer with its own mount namespace chooses the text of the link, and a deleted file leaves a text that anybody
    /// may give to another file: neither passes this comparison.
    private func trustedPath(_ process: ProcessDirectory, _ status: FileStatus) throws(AttestationError) -> String? {
        guard status.links != 0 else { return nil }
        let path: String?
        do throws(Errno) {
            path = try linkTarget("exe", in: process.root)
        } catch {
            path = try withoutExecutable(error)
        }
        guard let path, path.hasPrefix("/") else { return nil }
        guard let named = try? FileStatus(at: path, followingLinks: true) else { return nil }
        return named.isSameFile(as: status) ? path : nil
    }

    private func digest(_ process: ProcessDirectory, _ status: FileStatus) throws(AttestationError) -> String? {
        guard let digests, digests.covers(status) else { return nil }
        if let known = digests.known(status) { return known }
        do throws(Errno) {
            let file = try Descriptor.open("exe", in: process.root, flags: O_RDONLY | O_NONBLOCK | O_NOCTTY)
            // The process may have executed another program by now; then the file is not the one of `status`.
            return try digests.digest(of: file, status: status)
        } catch {
            return try withoutExecutable(error)
        }
    }

    /// What follows from an error: nothing to be seen, or nothing to be believed.
    private func withoutExecutable<Value>(_ reason: Errno) throws(AttestationError) -> Value? {
        switch reason {
        // No permission, no executable any more (the process is ending, which the look at its liveness finds), or a
        // file system that no longer answers for the file: a selector on it never matches.
        case .permissionDenied, .notPermitted, .noSuchFileOrDirectory, .ioError, .staleNFSFileHandle: return nil
        case .noSuchProcess: throw .processEnded
        default: throw AttestationError(.executable, reason)
        }
    }
}
