import Glibc

/// This process's own standard input and output, which may be shared with others and so are never made non-blocking.
enum StandardStreams {
    /// What a pipe takes without waiting when poll(2) says that it takes anything.
    static let safeWrite = 4096

    /// Whether a client is at the other end, that can close it.
    static var hasClient: Bool {
        var status = stat()
        guard unsafe fstat(0, &status) == 0 else { return false }
        return [S_IFIFO, S_IFSOCK].contains(status.st_mode & S_IFMT)
    }

    /// Whether a person types: then the terminal sends its signals to the server by itself.
    static var isTerminal: Bool { isatty(0) == 1 }

    /// What is there to read; empty at the end.
    static func read(limit: Int = 65_536) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            var result = unsafe Glibc.read(0, buffer.baseAddress, limit)
            while result < 0, errno == EINTR { result = unsafe Glibc.read(0, buffer.baseAddress, limit) }
            count = max(0, result)
        }
    }

    /// Writes some of the bytes; the number, or `nil` when nobody will ever read them.
    static func write(_ bytes: ArraySlice<UInt8>) -> Int? {
        let piece = bytes.prefix(safeWrite)
        let result = unsafe piece.withUnsafeBytes { unsafe Glibc.write(1, $0.baseAddress, $0.count) }
        if result >= 0 { return result }
        return errno == EINTR || errno == EAGAIN ? 0 : nil
    }
}
