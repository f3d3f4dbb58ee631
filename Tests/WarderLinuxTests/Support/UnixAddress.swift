import Glibc

/// Sockets that the product would not create.
enum PeerListener {
    /// A listening stream socket with a name that the kernel chooses in the abstract namespace.
    static func abstract() throws -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bound = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe bind(descriptor, pointer, socklen_t(MemoryLayout<sa_family_t>.size))
            }
        }
        guard bound == 0, listen(descriptor, 1) == 0 else { throw TestFailure("no abstract socket: \(errno)") }
        return descriptor
    }

    /// A datagram socket at `path`, or at an abstract name that begins with `@`.
    static func datagram(_ path: String) throws -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        let bound = unsafe withAddress(path) { unsafe bind(descriptor, $0, $1) }
        guard bound == 0 else { throw TestFailure("no datagram socket: \(errno)") }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        return descriptor
    }

    /// A stream socket that is bound to `path` and does not listen.
    static func silent(_ path: String) throws -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        let bound = unsafe withAddress(path) { unsafe bind(descriptor, $0, $1) }
        guard bound == 0 else { throw TestFailure("no socket: \(errno)") }
        return descriptor
    }

    /// Connects a new stream socket to `path`: 0 or errno.
    static func connect(_ path: String) -> (descriptor: Int32, error: Int32) {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        let connected = unsafe withAddress(path) { unsafe Glibc.connect(descriptor, $0, $1) }
        return (descriptor, connected == 0 ? 0 : errno)
    }

    private static func withAddress(
        _ path: String,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let isAbstract = path.hasPrefix("@")
        let bytes = Array((isAbstract ? "\0" + path.dropFirst() : path).utf8)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        let length = MemoryLayout<sa_family_t>.size + bytes.count + (isAbstract ? 0 : 1)
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe body(pointer, socklen_t(length))
            }
        }
    }
}
