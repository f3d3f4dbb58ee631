import WarderModel

@testable import WarderCommands
@testable import WarderLinux

extension Harness {
    /// Tables and lists of the kernel with numbers in them that others choose, and what a service manager hands over; the
    /// first byte says which.
    static let kernel = Harness("kernel") { input in
        var rest = Input(input)
        switch rest.byte() {
        case UInt8(ascii: "t"): try sockets(rest)
        case UInt8(ascii: "m"): try maps(Array(rest.rest))
        case UInt8(ascii: "c"): try children(Array(rest.rest))
        case UInt8(ascii: "l"): try limits(rest)
        case UInt8(ascii: "s"): try service(&rest)
        default: return
        }
    }

    /// `/proc/self/net/tcp`.
    private static func sockets(_ rest: Input) throws {
        let connection = LoopbackConnection(clientPort: 0xBEEF, serverPort: 0x1F90)
        let address = "0100007F"
        let ends = [Array("\(address):BEEF".utf8), Array("\(address):1F90".utf8)]
        if let socket = connection.clientSocket(in: Array(rest.rest), address: address) {
            try hold(socket.inode != 0, "a socket that is open has a number")
            let isThere = rest.lines.contains { line in ends.allSatisfy { line.contains($0) } }
            try hold(isThere, "a connection is between its two ports")
        }
        // Whatever connections there are beside it.
        let others = rest.lines.filter { !$0.contains(ends[0]) }.flatMap { $0 + [UInt8(ascii: "\n")] }
        let socket = connection.clientSocket(in: others + Array(row.utf8), address: address)
        try hold(socket == LoopbackConnection.Socket(uid: 1000, inode: 4711), "no other row hides a connection")
    }

    private static let row = """
           7: 0100007F:BEEF 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1000        0 4711 1 ffff 20 4 0 10 -1

        """

    /// `/proc/self/uid_map`.
    private static func maps(_ bytes: [UInt8]) throws {
        func admits(_ map: [UInt8]) -> Bool {
            let identities = IdentityMap(userMap: map, groupMap: map)
            return (try? identities.admit(PeerCredentials(pid: 1, uid: 65534, gid: 65534))) != nil
        }
        let map = IdentityMap(userMap: bytes, groupMap: bytes)
        try hold(map.confirmed([.max, 7, 7, 3]) == [3, 7], "a group that there is counts once")
        guard admits(bytes) else { return }
        let more = bytes + Array("\n0 0 1\n".utf8)
        try hold(!admits(more), "numbers that are not all numbers leave one that stands for everybody")
    }

    /// `/proc/PID/task/TID/children`.
    private static func children(_ bytes: [UInt8]) throws {
        let listed = ListedChildren(parsing: bytes)
        // A signal to 0 or less goes to many.
        try hold(listed.pids.allSatisfy { $0 > 0 }, "a child has a number of its own")
        let again = ListedChildren(parsing: Array(listed.pids.map { "\($0) " }.joined().utf8))
        try hold(again.pids == listed.pids && again.isWhole, "a list is read as it was written")
    }

    /// `/proc/PID/limits` and `status`, as the doctor looks into them.
    private static func limits(_ rest: Input) throws {
        let text = String(decoding: rest.rest, as: UTF8.self)
        for name in ["Max locked memory", "Uid:"] {
            for position in [1, 2] {
                guard let word = DaemonCheck.field(name, of: text, at: position) else { continue }
                try hold(!word.isEmpty && !word.contains { " \t\n".contains($0) }, "a field is a word")
            }
        }
    }

    /// `LISTEN_FDS` and `LISTEN_FDNAMES`; `WATCHDOG_USEC`.
    private static func service(_ rest: inout Input) throws {
        guard let count = String(exactly: rest.line()), let names = String(exactly: rest.line()),
            let microseconds = String(exactly: rest.line())
        else { return }
        if let taken = try? InheritedSockets.names(process: "7", count: count, names: names, ownProcess: 7) {
            try hold(taken.count <= 64 && String(taken.count) == trimmed(count), "as many names as sockets")
            try hold(taken.joined(separator: ":").utf8.elementsEqual(names.utf8), "names are those that were given")
        }
        let service = ServiceNotification(
            environment: ["NOTIFY_SOCKET": "/run/n", "WATCHDOG_PID": "7", "WATCHDOG_USEC": microseconds],
            process: 7
        )
        try hold(service?.watchdogInterval.map { $0 > .zero } ?? true, "a watchdog waits for some time")
    }

    /// Digits without the zeros in front.
    private static func trimmed(_ digits: String) -> String {
        let rest = digits.drop { $0 == "0" }
        return rest.isEmpty ? "0" : String(rest)
    }
}
