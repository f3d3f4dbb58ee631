import CWarderLinux
import Glibc
package import SystemPackage

/// The journal's own protocol: entries of named fields, each entry a datagram.
///
/// https://systemd.io/JOURNAL_NATIVE_PROTOCOL/
package final class JournalSocket: Sendable {
    /// Where journald listens.
    package static let systemPath = "/run/systemd/journal/socket"

    /// Longest wait for a journal that does not read.
    private static let patienceSeconds = 5
    private let socket: Descriptor
    private let address: String

    /// A socket for entries to whoever listens at an absolute path.
    package init(path: String = systemPath) throws(Errno) {
        address = path
        let socket = Descriptor(adopting: try checked(warder_unix_socket(1)))
        self.socket = socket
        var patience = timeval(tv_sec: Self.patienceSeconds, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        try retrying { unsafe setsockopt(socket.number, SOL_SOCKET, SO_SNDTIMEO, &patience, size) }
    }

    /// Hands one entry over; waits up to five seconds while the journal's queue is full.
    ///
    /// - Parameter fields: Names of capital letters, digits and underscores, and what they hold.
    /// - Throws: `.messageTooLong` for an entry that is too large for a datagram (about 200 KiB).
    package func send(_ fields: [(name: String, value: [UInt8])]) throws(Errno) {
        let entry = Self.entry(fields)
        try checked(unsafe warder_unix_send(socket.number, address, address.utf8.count, entry, entry.count))
    }

    /// As it goes over the socket: `NAME=value`, or with a length of eight bytes where the value has a line feed.
    static func entry(_ fields: [(name: String, value: [UInt8])]) -> [UInt8] {
        var entry: [UInt8] = []
        for (name, value) in fields {
            entry += Array(name.utf8)
            if value.contains(UInt8(ascii: "\n")) {
                entry.append(UInt8(ascii: "\n"))
                var length = UInt64(value.count)
                for _ in 0..<8 {
                    entry.append(UInt8(truncatingIfNeeded: length))
                    length >>= 8
                }
            } else {
                entry.append(UInt8(ascii: "="))
            }
            entry += value
            entry.append(UInt8(ascii: "\n"))
        }
        return entry
    }
}
