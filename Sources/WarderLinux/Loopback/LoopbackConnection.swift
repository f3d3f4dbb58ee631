import Glibc

/// A TCP connection from this machine to itself, named by its ports.
///
/// TCP has no peer credentials. But the kernel lists both ends of such a connection, each with the user whose socket it is
/// and a number that the descriptors of its owners show.
package struct LoopbackConnection: Hashable, Sendable {
    /// The socket that connected.
    package struct Socket: Hashable, Sendable {
        /// The user that opened it.
        package let uid: UInt32
        /// Number of its inode, unique while it is open.
        package let inode: UInt64
    }

    /// Port of the end that connected.
    package let clientPort: UInt16
    /// Port of the end that listened.
    package let serverPort: UInt16

    /// More than the table of a machine with 25,000 connections has.
    private static let tableLimit = 4 << 20

    /// A connection between 127.0.0.1 and 127.0.0.1.
    package init(clientPort: UInt16, serverPort: UInt16) {
        self.clientPort = clientPort
        self.serverPort = serverPort
    }

    /// The end that connected; `nil` where it has gone, or lies in another network namespace.
    package func clientSocket() -> Socket? {
        SocketInquiry(local: clientPort, remote: serverPort).socket() ?? listedSocket()
    }

    /// The same by the kernel's tables, which are there also where it takes no questions.
    func listedSocket() -> Socket? {
        for (path, address) in [
            ("/proc/self/net/tcp", "0100007F"),
            // As sockets of the newer kind show an address of the older one.
            ("/proc/self/net/tcp6", "0000000000000000FFFF00000100007F"),
        ] {
            guard let table = try? Descriptor.open(path, flags: O_RDONLY).contents(limit: Self.tableLimit) else {
                continue
            }
            if let socket = clientSocket(in: table, address: address) { return socket }
        }
        return nil
    }

    /// Finds the row of an established connection (proc_pid_net(5)).
    func clientSocket(in table: [UInt8], address: String) -> Socket? {
        let local = Array("\(address):\(Self.hex(clientPort))".utf8)
        let remote = Array("\(address):\(Self.hex(serverPort))".utf8)
        for line in table.split(separator: UInt8(ascii: "\n")) {
            let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 10)
            guard fields.count > 9, fields[1].elementsEqual(local), fields[2].elementsEqual(remote) else { continue }
            guard fields[3].elementsEqual("01".utf8), let uid: UInt32 = decimal(fields[7]) else { return nil }
            guard let inode: UInt64 = decimal(fields[9]), inode != 0 else { return nil }
            return Socket(uid: uid, inode: inode)
        }
        return nil
    }

    private static func hex(_ port: UInt16) -> String {
        let text = String(port, radix: 16, uppercase: true)
        return String(repeating: "0", count: 4 - text.utf8.count) + text
    }
}
