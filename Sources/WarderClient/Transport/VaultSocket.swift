import Glibc
import NIOCore

/// Connections that programs which this process starts do not get: to the vault, whoever uses a connection is who made
/// it.
enum VaultSocket {
    /// A new connection; whoever asked closes it.
    ///
    /// The kernel makes one to a local socket at once or not at all, so that nothing waits here.
    ///
    /// - Throws: `IOError`, with the `errno`.
    static func connect(to path: String) throws(IOError) -> CInt {
        // A socket of SwiftNIO's own is not closed when a program is started.
        let kind = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
        let descriptor = socket(AF_UNIX, Int32(kind), 0)
        guard descriptor >= 0 else { throw IOError(errnoCode: errno, reason: "socket") }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        // The configuration has seen to the length.
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        let result = unsafe withUnsafePointer(to: address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe Glibc.connect(descriptor, address, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else {
            let reason = errno
            close(descriptor)
            throw IOError(errnoCode: reason, reason: "connect")
        }
        return descriptor
    }
}
