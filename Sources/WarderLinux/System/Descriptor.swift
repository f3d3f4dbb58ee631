import Glibc
import SystemPackage

/// An open file descriptor that is closed when the last reference goes. Always close-on-exec.
final class Descriptor: Sendable {
    /// Valid while this object lives; never closed by anybody else.
    let number: Int32

    init(adopting number: Int32) {
        self.number = number
    }

    deinit {
        // Nothing can be done about a failed close; on Linux the descriptor is gone either way.
        _ = close(number)
    }

    /// Opens `path` relative to `directory`, close-on-exec added to `flags`.
    static func open(_ path: String, in directory: Descriptor? = nil, flags: Int32) throws(Errno) -> Descriptor {
        let start = directory?.number ?? AT_FDCWD
        let number = try retrying { unsafe openat(start, path, flags | O_CLOEXEC) }
        return Descriptor(adopting: number)
    }

    /// Opens `path` for writing, creating it with `mode` where it is missing; never follows a symbolic link.
    static func create(_ path: String, mode: mode_t) throws(Errno) -> Descriptor {
        let flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY
        let number = try retrying { unsafe openat(AT_FDCWD, path, flags, mode) }
        return Descriptor(adopting: number)
    }

    /// One read at `offset` into what is left of `output`; the number of bytes appended, 0 at the end of the file.
    @discardableResult
    func read(at offset: Int64 = 0, appendingTo output: inout OutputSpan<UInt8>) throws(Errno) -> Int {
        try unsafe output.withUnsafeMutableBufferPointer { buffer, count throws(Errno) in
            let room = unsafe UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[count...]))
            while true {
                let result = unsafe pread(number, room.baseAddress, room.count, Int(offset))
                if result >= 0 {
                    count += result
                    return result
                }
                let reason = Errno(rawValue: errno)
                if reason != .interrupted { throw reason }
            }
        }
    }

    /// The whole file where it has at most `limit` bytes; `nil` where it has more.
    func contents(limit: Int) throws(Errno) -> [UInt8]? {
        let bytes = try prefix(limit + 1)
        return bytes.count <= limit ? bytes : nil
    }

    /// The file's first bytes: `count`, or all where it has fewer.
    func prefix(_ count: Int) throws(Errno) -> [UInt8] {
        try [UInt8](capacity: count) { output throws(Errno) in
            while output.freeCapacity > 0 {
                if try read(at: Int64(output.count), appendingTo: &output) == 0 { break }
            }
        }
    }

    /// What one read of at most `limit` bytes returns: all of a short file that the kernel writes in one piece.
    func beginning(limit: Int) throws(Errno) -> [UInt8] {
        try [UInt8](capacity: limit) { output throws(Errno) in
            try read(appendingTo: &output)
        }
    }

    /// Gives the number to a new owner, who has to close it.
    func duplicate() throws(Errno) -> Int32 {
        try retrying { fcntl(number, F_DUPFD_CLOEXEC, 0) }
    }
}

/// Calls a libc function that reports failure by -1 and `errno`, again while it is interrupted.
@discardableResult
func retrying(_ call: () -> Int32) throws(Errno) -> Int32 {
    while true {
        let result = call()
        if result >= 0 { return result }
        let reason = Errno(rawValue: errno)
        if reason != .interrupted { throw reason }
    }
}

/// Turns the negative errno of a shim function into an error.
@discardableResult
func checked(_ result: Int32) throws(Errno) -> Int32 {
    if result < 0 { throw Errno(rawValue: -result) }
    return result
}

extension Errno {
    /// Whether the process or the whole system has no descriptors left.
    var meansNoDescriptors: Bool { self == .tooManyOpenFiles || self == .tooManyOpenFilesInSystem }
}
