import Foundation
import NIOPosix
import Synchronization

/// Lines of standard input. Reading waits on a thread of its own, so that a pipe, a terminal and a file are all alike.
struct InputLines {
    /// Bytes of one line.
    static let longest = 1 << 20

    /// More bytes without a line feed than a message may have.
    struct TooLong: Error {}

    private var buffered: [UInt8] = []

    /// The next line without its line feed; `nil` at the end of the input, where half a line is none.
    mutating func next() async throws -> [UInt8]? {
        var searched = 0
        while true {
            if let end = buffered[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { buffered.removeFirst(end + 1) }
                return Array(buffered[..<end])
            }
            searched = buffered.count
            guard searched <= Self.longest else { throw TooLong() }
            let more = try await NIOThreadPool.singleton.runIfActive { FileHandle.standardInput.availableData }
            guard !more.isEmpty else { return nil }
            buffered += more
        }
    }
}

/// Standard output, one line at a time. A reader that is slow keeps a thread of the pool waiting, and nobody else.
struct OutputLines: Sendable {
    private static let lock = Mutex(())

    func write(_ line: [UInt8]) async throws {
        try await NIOThreadPool.singleton.runIfActive {
            try Self.lock.withLock { _ in try FileHandle.standardOutput.write(contentsOf: line) }
        }
    }
}
