import Glibc
import SystemPackage
import WarderLinux

extension ClientFile {
    /// Puts other bytes in the place of the file, all at once, with its mode, owner and attributes.
    ///
    /// The new file and the old one change places, and the old one is looked at once more before it goes: what a client
    /// wrote in that very moment is put back.
    ///
    /// - Throws: `.conflict` when the file is not what was read; it is left as it is then.
    func replace(with bytes: [UInt8]) throws(CommandFailure) {
        removeLeftovers()
        let temporary = AbandonedFiles.temporaryName(of: name)
        let directory = directory
        let interruption = Interruption { unsafe unlinkat(directory.rawValue, temporary, 0) }
        defer { interruption.end() }
        let new = unsafe openat(
            directory.rawValue,
            temporary,
            O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
            0o600
        )
        guard new >= 0 else { throw failure("create a file beside") }
        defer { close(new) }
        var isDone = false
        defer { if !isDone { unsafe unlinkat(directory.rawValue, temporary, 0) } }
        // Tells others that it is in use.
        _ = flock(new, LOCK_EX | LOCK_NB)
        do {
            _ = try FileDescriptor(rawValue: new).writeAll(bytes)
        } catch {
            throw .usage("cannot write \(shown): \(SystemReason.text(error))", hints: ["It is as it was."])
        }
        try copyAttributes(to: new)
        guard fsync(new) == 0 else { throw failure("write") }
        guard isUnchanged() else { throw Self.changed(shown) }
        let isOldThere = try exchange(temporary)
        isDone = true
        if isOldThere, unsafe unlinkat(directory.rawValue, temporary, 0) != 0 {
            let reason = SystemReason.text(Errno(rawValue: errno))
            throw .usage("what was \(shown) lies beside it as \(temporary): \(reason)")
        }
        guard fsync(directory.rawValue) == 0 else {
            throw .usage(
                "\(shown) is written, but may not outlast a power cut: \(SystemReason.text(Errno(rawValue: errno)))"
            )
        }
    }

    /// Takes away what commands that were killed left beside the file.
    func removeLeftovers() {
        let name = name
        AbandonedFiles(target.removingLastComponent()).remove { $0 == name }
    }

    /// Gives the new file its name; answers whether the old one now has the temporary name.
    private func exchange(_ temporary: String) throws(CommandFailure) -> Bool {
        do throws(Errno) {
            if try DirectoryNames.exchange(temporary, name, in: directory) {
                if isContent(of: temporary) { return true }
                _ = try DirectoryNames.exchange(temporary, name, in: directory)
                throw Errno.fileExists
            }
        } catch {
            throw error == .fileExists ? Self.changed(shown) : failure("write", error)
        }
        // File systems that cannot: a moment remains in which a client's own write would be lost.
        guard unsafe renameat(directory.rawValue, temporary, directory.rawValue, name) == 0 else {
            throw failure("write")
        }
        return false
    }

    private func isContent(of name: String) -> Bool {
        let descriptor = unsafe openat(directory.rawValue, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var now = stat()
        guard unsafe fstat(descriptor, &now) == 0, now.st_ino == status.st_ino, now.st_dev == status.st_dev,
            now.st_size == status.st_size
        else { return false }
        var bytes = [UInt8](repeating: 0, count: content.count + 1)
        var count = 0
        while count < bytes.count {
            let got = unsafe bytes.withUnsafeMutableBytes { room in
                unsafe Glibc.read(descriptor, room.baseAddress?.advanced(by: count), room.count - count)
            }
            if got <= 0 { break }
            count += got
        }
        return count == content.count && bytes.dropLast().elementsEqual(content)
    }

    /// Owner, extended attributes (access lists among them) and mode, in this order: each of them can change the next.
    private func copyAttributes(to new: Int32) throws(CommandFailure) {
        guard fchown(new, status.st_uid, status.st_gid) == 0 else { throw failure("keep the owner of") }
        do throws(Errno) {
            try FileAttributes.copy(from: descriptor, to: FileDescriptor(rawValue: new))
        } catch {
            throw failure("keep the attributes of", error)
        }
        guard fchmod(new, status.st_mode & 0o7777) == 0 else { throw failure("keep the mode of") }
    }

    private func failure(_ deed: String, _ reason: Errno = Errno(rawValue: errno)) -> CommandFailure {
        .usage("cannot \(deed) \(shown): \(SystemReason.text(reason))", hints: ["It is as it was."])
    }
}
