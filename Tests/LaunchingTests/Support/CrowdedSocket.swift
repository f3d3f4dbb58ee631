import Glibc
import WarderLinux

/// A socket that listens, lets one connection stand before it, and takes what stands there when it is told to.
final class CrowdedSocket {
    let path: String
    private let directory: String
    private let listener: Int32
    private var waiting: [Int32] = []

    init() throws {
        var template = Array("/tmp/warder-launching-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw Failure(number: errno) }
        directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        path = directory + "/v.sock"
        listener = try SocketFile.bind(path: path, mode: 0o600)
        guard listen(listener, 0) == 0 else { throw Failure(number: errno) }
    }

    deinit {
        for number in waiting + [listener] { close(number) }
        _ = unsafe unlink(path)
        _ = unsafe rmdir(directory)
    }

    struct Failure: Error { var number: Int32 }

    /// Connects until there is no place.
    func fill() throws {
        while true {
            let kind = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
            let number = socket(AF_UNIX, Int32(kind), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: Array(path.utf8)) }
            let result = unsafe withUnsafePointer(to: address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                    unsafe connect(number, address, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            if result == 0 {
                waiting.append(number)
                continue
            }
            let reason = errno
            close(number)
            if reason == EAGAIN { return }
            throw Failure(number: reason)
        }
    }

    /// Makes room: takes what `fill` has connected, and ends it.
    func takeAll() throws {
        for number in waiting {
            close(try accept())
            close(number)
        }
        waiting = []
    }

    /// The connection that stands before it.
    func accept() throws -> Int32 {
        let number = Glibc.accept(listener, nil, nil)
        guard number >= 0 else { throw Failure(number: errno) }
        return number
    }

    /// Whether somebody has connected.
    var isAsked: Bool {
        var entry = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&entry, 1, 0) == 1
    }

    /// Answers a request on a connection that was accepted.
    static func answer(_ connection: Int32, _ status: String, _ body: String) {
        let text = "HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        let bytes = Array(text.utf8)
        _ = unsafe send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }
}
