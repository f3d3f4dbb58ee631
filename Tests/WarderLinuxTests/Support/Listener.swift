import Glibc
import WarderLinux

/// A listening socket that every user may connect to.
final class Listener {
    let directory: TemporaryDirectory
    let path: String
    let descriptor: Int32

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.path("v.sock")
        descriptor = try SocketFile.bind(path: path, mode: 0o666)
    }

    deinit { close(descriptor) }

    /// The next connection; fails when none comes within ten seconds.
    func accept() throws -> Connection {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&entry, 1, 10_000) == 1 else { throw TestFailure("nobody connected") }
        let accepted = Glibc.accept(descriptor, nil, nil)
        guard accepted >= 0 else { throw TestFailure("accept: \(errno)") }
        _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
        return Connection(descriptor: accepted)
    }
}

/// The server's end of a connection.
final class Connection {
    let descriptor: Int32

    init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// What the peer wrote, up to 4096 bytes.
    func read() throws -> String {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = unsafe Glibc.read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { throw TestFailure("read: \(errno)") }
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}

/// A peer that has just connected, and what the attestor holds of it.
struct Meeting {
    let listener: Listener
    let process: PeerProcess
    let connection: Connection
    let peer: AttestedPeer

    /// Starts a peer, lets `prepare` command it, connects it and opens it.
    init(
        options: AttestationOptions = AttestationOptions(),
        program: String? = nil,
        prepare: (PeerProcess) throws -> Void = { _ in }
    ) throws {
        listener = try Listener()
        process = try PeerProcess(program: program)
        try prepare(process)
        try process.tell("connect \(listener.path)")
        connection = try listener.accept()
        peer = try Attestor(options: options).open(socket: connection.descriptor)
    }
}
