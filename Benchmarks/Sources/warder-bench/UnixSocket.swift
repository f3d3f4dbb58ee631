import Glibc

enum UnixSocket {
    /// Whether somebody listens there.
    static func accepts(_ path: String) -> Bool {
        let socket = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return false }
        defer { close(socket) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
            precondition(bytes.count < room.count, "the path of a socket has at most 107 bytes")
            unsafe room.copyBytes(from: bytes)
        }
        return unsafe withUnsafeBytes(of: &address) { raw in
            unsafe raw.withMemoryRebound(to: sockaddr.self) { addresses in
                unsafe connect(socket, addresses.baseAddress, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }
}
