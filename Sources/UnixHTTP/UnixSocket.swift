import Glibc
import SystemPackage

/// A connected Unix socket with a time limit on every read and write.
package final class UnixSocket {
    private let descriptor: FileDescriptor

    /// Number of the descriptor, for poll(2); it stays this object's.
    package var number: Int32 { descriptor.rawValue }

    /// Longest socket path in bytes, as the kernel has it.
    package static let maximumPathBytes = 107

    /// Takes over a connected socket, and closes it in the end.
    package init(connected number: Int32, timeoutSeconds: Int) {
        descriptor = FileDescriptor(rawValue: number)
        limit(timeoutSeconds)
    }

    /// Connects to the socket at `path`.
    ///
    /// `waits`: whether to wait for a place where as many have connected as may stand before the listener, for as long as
    /// for bytes. Else there is none at once, which is `.cannotConnect(.wouldBlock)`: no poll(2) tells when there is one.
    package init(path: String, timeoutSeconds: Int, waits: Bool = true) throws(ConnectionFault) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count <= Self.maximumPathBytes else { throw .pathTooLong(limit: Self.maximumPathBytes) }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        let kind = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | (waits ? 0 : SOCK_NONBLOCK.rawValue)
        let number = socket(AF_UNIX, Int32(kind), 0)
        guard number >= 0 else { throw .cannotConnect(Errno(rawValue: errno)) }
        descriptor = FileDescriptor(rawValue: number)
        limit(timeoutSeconds)
        let result = unsafe withUnsafePointer(to: address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe connect(number, address, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else { throw .cannotConnect(Errno(rawValue: errno)) }
        // Reads and writes have a limit of their own.
        if !waits { _ = fcntl(number, F_SETFL, fcntl(number, F_GETFL) & ~O_NONBLOCK) }
    }

    deinit { try? descriptor.close() }

    /// Sets the longest wait for the next bytes, in seconds.
    package func limit(_ seconds: Int) {
        var time = timeval(tv_sec: seconds, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            unsafe setsockopt(descriptor.rawValue, SOL_SOCKET, option, &time, size)
        }
    }

    /// Sends all of `bytes`.
    package func send(_ bytes: RawSpan) throws(ConnectionFault) {
        var sent = 0
        while sent < bytes.byteCount {
            // Without MSG_NOSIGNAL a daemon that goes away would end this process before it can say so.
            let count = unsafe bytes.extracting(sent...).withUnsafeBytes { rest in
                unsafe Glibc.send(descriptor.rawValue, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
            }
            if count < 0 {
                let reason = Errno(rawValue: errno)
                if reason == .interrupted { continue }
                throw reason == .wouldBlock ? .timedOut : .closed
            }
            sent += count
        }
    }

    /// Whether the daemon has closed its end, as it does after a minute without a request.
    package var isStale: Bool {
        var byte: UInt8 = 0
        let flags = Int32(MSG_PEEK | MSG_DONTWAIT)
        let count = unsafe recv(descriptor.rawValue, &byte, 1, flags)
        return count >= 0 || Errno(rawValue: errno) != .wouldBlock
    }
}

extension UnixSocket: ByteSource {
    package func read(into buffer: inout [UInt8]) throws(ConnectionFault) -> Int {
        while true {
            let count = unsafe recv(descriptor.rawValue, &buffer, buffer.count, 0)
            if count >= 0 { return count }
            switch Errno(rawValue: errno) {
            case .interrupted: continue
            case .wouldBlock: throw .timedOut
            // What a Unix socket says when its peer closed with bytes of ours unread.
            case .connectionReset: throw .notRead
            default: throw .closed
            }
        }
    }
}
