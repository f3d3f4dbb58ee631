import Glibc
package import SystemPackage

/// A short text in a file of its own, replaced as a whole: whoever reads it finds the old one or the new one.
package enum SmallFile {
    /// The content, of at most `limit` bytes; `nil` when there is no such file.
    ///
    /// - Throws: `Errno`; `.fileTooLarge` beyond the limit.
    package static func read(_ path: String, limit: Int) throws(Errno) -> [UInt8]? {
        let file: Descriptor
        do throws(Errno) { file = try Descriptor.open(path, flags: O_RDONLY | O_NOFOLLOW | O_NONBLOCK) } catch {
            if error == .noSuchFileOrDirectory { return nil }
            throw error
        }
        guard let bytes = try file.contents(limit: limit) else { throw .fileTooLarge }
        return bytes
    }

    /// Writes the content beside its name, syncs it, and puts it under the name, an absolute path. A file `.NAME.new`
    /// is made and goes again; `mode` has the file's permission bits.
    package static func write(_ bytes: [UInt8], to path: String, mode: UInt32) throws(Errno) {
        let end = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        let fresh = "\(path[..<end]).\(path[end...]).new"
        unsafe unlink(fresh)
        do throws(Errno) {
            let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
            let file = Descriptor(
                adopting: try retrying { unsafe openat(AT_FDCWD, fresh, flags, mode_t(mode)) }
            )
            // Whatever the mask of the process is.
            try retrying { fchmod(file.number, mode_t(mode)) }
            let count = try retrying {
                Int32(truncatingIfNeeded: unsafe Glibc.write(file.number, bytes, bytes.count))
            }
            guard Int(count) == bytes.count else { throw .noSpace }
            try retrying { fsync(file.number) }
            try retrying { unsafe rename(fresh, path) }
        } catch {
            unsafe unlink(fresh)
            throw error
        }
        let directory = end == path.startIndex ? "." : String(path[..<end])
        let opened = try Descriptor.open(directory, flags: O_RDONLY | O_DIRECTORY)
        try retrying { fsync(opened.number) }
    }
}
