import CWarderLinux
import Glibc
import SystemPackage

/// Whether a file can have been changed by anybody but root and one user.
///
/// Every directory on the way counts, each symbolic link included: whoever may rename a directory decides what lies
/// behind its name. A directory that others may write to passes only with the sticky bit, which lets nobody touch what
/// is not theirs.
package enum FileTrust {
    /// Checks a regular file and everything on the way to it.
    ///
    /// - Parameters:
    ///   - path: Absolute.
    ///   - owner: Who may own it besides root; the effective user of this process unless told otherwise.
    ///   - maximumMode: Permission bits the file may have, such as `0o600` for credentials. Writing by others is never
    ///     allowed.
    /// - Throws: `FileTrustError` naming the first component that is to blame.
    package static func check(
        file path: String,
        owner: UInt32 = geteuid(),
        maximumMode: UInt32
    ) throws(FileTrustError) {
        _ = try TrustedPath(owner: owner).open(path, expecting: .file, maximumMode: maximumMode)
    }

    /// Opens the very file that was checked, for reading; the caller closes the descriptor.
    ///
    /// Reading by path after checking by path could read another file.
    package static func open(
        file path: String,
        owner: UInt32 = geteuid(),
        maximumMode: UInt32
    ) throws(FileTrustError) -> Int32 {
        let file = try TrustedPath(owner: owner).open(path, expecting: .file, maximumMode: maximumMode)
        do throws(Errno) {
            return try file.duplicate()
        } catch {
            throw .unreadable(path, error)
        }
    }

    /// Checks a directory and everything on the way to it.
    package static func check(
        directory path: String,
        owner: UInt32 = geteuid(),
        maximumMode: UInt32 = 0o7777
    ) throws(FileTrustError) {
        _ = try TrustedPath(owner: owner).open(path, expecting: .directory, maximumMode: maximumMode)
    }
}

/// Walks a path one component at a time, from handle to handle, so that nothing checked can be swapped behind our back.
private struct TrustedPath {
    /// As many as the kernel follows.
    private static let mostLinks = 40

    private let owner: UInt32

    init(owner: UInt32) {
        self.owner = owner
    }

    /// The file or directory at the end of `path`.
    func open(
        _ path: String,
        expecting kind: FileTrustError.Kind,
        maximumMode: UInt32
    ) throws(FileTrustError) -> Descriptor {
        guard path.hasPrefix("/"), !path.utf8.contains(0) else { throw .notAbsolute(path) }
        var place = try root()
        var pending = Array(FilePath(path).components.map(\.string).reversed())
        var links = 0
        while let name = pending.popLast() {
            let here = place.path.appending(name)
            let status = try read(here) { () throws(Errno) in
                try FileStatus(at: name, in: place.directory, followingLinks: false)
            }
            switch status.kind {
            case .link:
                links += 1
                guard links <= Self.mostLinks else { throw .tooManyLinks(path) }
                try checkOwner(status, here)
                let target = try read(here) { () throws(Errno) in try linkTarget(name, in: place.directory) }
                guard let target, !target.isEmpty else { throw .missing(here.string) }
                let targetPath = FilePath(target)
                if targetPath.isAbsolute { place = try root() }
                pending.append(contentsOf: targetPath.components.map(\.string).reversed())
            case .directory:
                place = try enter(name, from: place)
            default:
                guard kind == .file, pending.isEmpty else {
                    throw .wrongKind(here.string, expected: pending.isEmpty ? kind : .directory)
                }
                return try openFile(name, in: place, maximumMode: maximumMode)
            }
        }
        guard kind == .directory else { throw .wrongKind(place.path.string, expected: kind) }
        try checkMode(place.status, place.path, maximumMode)
        return place.directory
    }

    private struct Place {
        var directory: Descriptor
        var path: FilePath
        var status: FileStatus
    }

    private func root() throws(FileTrustError) -> Place {
        try place("/", from: nil, as: FilePath("/"))
    }

    private func enter(_ name: String, from place: Place) throws(FileTrustError) -> Place {
        // `place` has no links in it, so that the text of its parent is right.
        let path =
            name == ".." ? place.path.removingLastComponent() : name == "." ? place.path : place.path.appending(name)
        return try self.place(name, from: place.directory, as: path)
    }

    private func place(_ name: String, from directory: Descriptor?, as path: FilePath) throws(FileTrustError) -> Place {
        let (handle, status) = try read(path) { () throws(Errno) in
            let handle = try Descriptor.open(name, in: directory, flags: WARDER_O_PATH | O_DIRECTORY | O_NOFOLLOW)
            return (handle, try FileStatus(of: handle.number))
        }
        try checkOwner(status, path)
        let isSticky = status.mode & UInt32(S_ISVTX) != 0
        guard status.mode & 0o022 == 0 || isSticky else {
            throw .writableByOthers(path.string, mode: status.mode)
        }
        return Place(directory: handle, path: path, status: status)
    }

    private func openFile(_ name: String, in place: Place, maximumMode: UInt32) throws(FileTrustError) -> Descriptor {
        let path = place.path.appending(name)
        let (file, status) = try read(path) { () throws(Errno) in
            // Without blocking, should it be a pipe by now.
            let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY
            let file = try Descriptor.open(name, in: place.directory, flags: flags)
            return (file, try FileStatus(of: file.number))
        }
        guard status.kind == .regular else { throw .wrongKind(path.string, expected: .file) }
        try checkOwner(status, path)
        guard status.mode & 0o022 == 0 else { throw .writableByOthers(path.string, mode: status.mode) }
        try checkMode(status, path, maximumMode)
        return file
    }

    private func checkOwner(_ status: FileStatus, _ path: FilePath) throws(FileTrustError) {
        guard status.owner == 0 || status.owner == owner else {
            throw .foreignOwner(path.string, owner: status.owner, allowed: owner)
        }
    }

    private func checkMode(_ status: FileStatus, _ path: FilePath, _ maximum: UInt32) throws(FileTrustError) {
        guard status.mode & ~maximum == 0 else {
            throw .modeTooWide(path.string, mode: status.mode, allowed: maximum)
        }
    }

    private func read<Value>(_ path: FilePath, _ body: () throws(Errno) -> Value) throws(FileTrustError) -> Value {
        do throws(Errno) {
            return try body()
        } catch {
            throw error == .noSuchFileOrDirectory ? .missing(path.string) : .unreadable(path.string, error)
        }
    }
}
