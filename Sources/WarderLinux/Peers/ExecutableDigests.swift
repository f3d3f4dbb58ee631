import Glibc
import Locking
import SystemPackage

/// SHA-256 of executables, remembered for as long as the file has not changed.
final class ExecutableDigests: Sendable {
    /// What an unchanged file keeps. The change time cannot be set back without setting the clock.
    private struct Version: Hashable {
        var device: UInt64
        var inode: UInt64
        var size: Int64
        var modified: FileStatus.Time
        var changed: FileStatus.Time

        init(_ status: FileStatus) {
            device = status.device
            inode = status.inode
            size = status.size
            modified = status.modified
            changed = status.changed
        }
    }

    private struct Memory {
        var digests: [Version: String] = [:]
        /// Oldest first.
        var order: [Version] = []
    }

    /// Enough for every interpreter and server of a host; each costs about 200 bytes.
    private static let capacity = 256
    private static let pieceSize = 1 << 18
    /// Two writes within one tick of the file system's clock leave the same change time behind: a file that has just
    /// changed is hashed again next time.
    private static let settlingTime: Int64 = 2

    private let makeDigest: @Sendable () -> any StreamingDigest
    private let maximumSize: Int64
    private let secondsNow: @Sendable () -> Int64
    private let memory = Locked(Memory())

    /// - Parameters:
    ///   - maximumSize: In bytes.
    ///   - makeDigest: Makes a computation of SHA-256.
    ///   - secondsNow: Seconds since 1970, by the clock that file systems use.
    init(
        maximumSize: Int64,
        makeDigest: @escaping @Sendable () -> any StreamingDigest,
        secondsNow: @escaping @Sendable () -> Int64 = { Int64(time(nil)) }
    ) {
        self.maximumSize = maximumSize
        self.makeDigest = makeDigest
        self.secondsNow = secondsNow
    }

    /// Whether a file of this size and kind is hashed at all.
    func covers(_ status: FileStatus) -> Bool { status.kind == .regular && status.size <= maximumSize }

    /// The digest of a file seen before and unchanged since.
    func known(_ status: FileStatus) -> String? {
        memory.withLock { $0.digests[Version(status)] }
    }

    /// The digest of an open file, lowercase hex; `nil` when it is not the file of `status`, or changed since.
    func digest(of file: Descriptor, status: FileStatus) throws(Errno) -> String? {
        if let known = known(status) { return known }
        // Before the first byte is read: what is written later than this gets another change time.
        let hasSettled = status.changed.seconds < secondsNow() - Self.settlingTime
        guard let hex = try compute(file, size: status.size) else { return nil }
        let after = try FileStatus(of: file.number)
        guard Version(after) == Version(status) else { return nil }
        if hasSettled { remember(hex, for: Version(after)) }
        return hex
    }

    private func compute(_ file: Descriptor, size: Int64) throws(Errno) -> String? {
        var digest = makeDigest()
        var offset: Int64 = 0
        while true {
            let piece = try [UInt8](capacity: Self.pieceSize) { output throws(Errno) in
                try file.read(at: offset, appendingTo: &output)
            }
            if piece.isEmpty { break }
            offset += Int64(piece.count)
            // A file that grows under our hands must not be read for ever.
            guard offset <= size else { return nil }
            unsafe digest.update(piece.span.bytes)
        }
        return offset == size ? hexadecimal(digest.finish()) : nil
    }

    private func remember(_ digest: String, for version: Version) {
        memory.withLock { memory in
            guard memory.digests.updateValue(digest, forKey: version) == nil else { return }
            memory.order.append(version)
            if memory.order.count > Self.capacity { memory.digests[memory.order.removeFirst()] = nil }
        }
    }
}

private func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}
