import Glibc
package import SystemPackage

/// A file that grows by whole lines: after a crash, or a disk that was full in between, it ends with one.
///
/// Somebody else may move it away (logrotate): `isUnderItsName` says so, and opening it again begins a new one.
package final class LineFile {
    /// Longest line whose end is looked for, in bytes.
    private static let longestLine = 1 << 20

    private let path: String
    private let file: Descriptor
    private var size: Int64

    /// Opens the file or makes it, and cuts off what a crash left of a line.
    ///
    /// - Parameters:
    ///   - path: Absolute.
    ///   - mode: Permission bits of a new file.
    /// - Throws: `Errno`; `.notSupported` for what is no ordinary file.
    package init(path: String, mode: UInt32) throws(Errno) {
        self.path = path
        file = try Descriptor.create(path, mode: mode_t(mode))
        let status = try FileStatus(of: file.number)
        guard status.kind == .regular else { throw .notSupported }
        size = status.size
        // A new one, whatever the mask of the process is.
        if size == 0 { try retrying { fchmod(file.number, mode_t(mode)) } }
        let whole = try endOfLastLine(before: size)
        if whole < size { try cut(to: whole) }
    }

    /// Whether the file is still what its name stands for.
    package var isUnderItsName: Bool {
        guard let own = try? FileStatus(of: file.number),
            let named = try? FileStatus(at: path, followingLinks: false)
        else { return false }
        return own.isSameFile(as: named)
    }

    /// The last line without its end; `nil` in an empty file.
    package func lastLine() throws(Errno) -> [UInt8]? {
        guard size > 0 else { return nil }
        let start = try endOfLastLine(before: size - 1)
        return try [UInt8](capacity: Int(size - 1 - start)) { output throws(Errno) in
            while output.freeCapacity > 0 {
                if try file.read(at: start + Int64(output.count), appendingTo: &output) == 0 { break }
            }
        }
    }

    /// Appends lines with their ends, and returns when they are on disk. All of them are there then, or none.
    package func append(_ lines: [UInt8]) throws(Errno) {
        do throws(Errno) {
            var written = 0
            while written < lines.count {
                let count = unsafe lines.withUnsafeBytes { bytes in
                    unsafe pwrite(
                        file.number,
                        UnsafeRawBufferPointer(rebasing: bytes[written...]).baseAddress,
                        lines.count - written,
                        Int(size) + written
                    )
                }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw count == 0 ? .noSpace : Errno(rawValue: errno) }
                written += count
            }
            try retrying { fdatasync(file.number) }
            size += Int64(lines.count)
        } catch {
            try? cut(to: size)
            throw error
        }
    }

    private func cut(to length: Int64) throws(Errno) {
        try retrying { ftruncate(file.number, Int(length)) }
        size = length
    }

    /// Where the line ends that lies wholly before `end`; 0 when there is none.
    private func endOfLastLine(before end: Int64) throws(Errno) -> Int64 {
        var searched: Int64 = 0
        while searched < min(end, Int64(Self.longestLine)) {
            let length = min(4096, end - searched)
            let start = end - searched - length
            let piece = try [UInt8](capacity: Int(length)) { output throws(Errno) in
                while output.freeCapacity > 0 {
                    if try file.read(at: start + Int64(output.count), appendingTo: &output) == 0 { break }
                }
            }
            if let found = piece.lastIndex(of: UInt8(ascii: "\n")) { return start + Int64(found) + 1 }
            searched += length
        }
        // A file without a line end in so many bytes is not one of ours.
        if end > Int64(Self.longestLine) { throw .notSupported }
        return 0
    }
}
