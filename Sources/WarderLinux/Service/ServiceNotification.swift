import CWarderLinux
import Glibc
package import SystemPackage

/// Tells the service manager how the daemon is, in the protocol of sd_notify(3).
package struct ServiceNotification: Sendable {
    /// How often `watchdog()` is expected; `nil` without a watchdog. Send it in half of this time.
    package let watchdogInterval: Duration?
    private let address: String

    /// Reads `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID`; `nil` when there is nobody to tell.
    ///
    /// - Parameters:
    ///   - environment: The process's environment.
    ///   - process: Number of this process: a watchdog meant for another one is ignored.
    package init?(environment: [String: String], process: Int32 = getpid()) {
        // A path or an abstract name; other families (vsock in virtual machines) are not for services.
        guard let address = environment["NOTIFY_SOCKET"], address.utf8.count > 1 else { return nil }
        guard address.hasPrefix("/") || address.hasPrefix("@") else { return nil }
        self.address = address
        let isForUs = environment["WATCHDOG_PID"].map { decimal($0.utf8) == process } ?? true
        let microseconds: Int64? = environment["WATCHDOG_USEC"].flatMap { decimal($0.utf8) }
        watchdogInterval = microseconds.flatMap { isForUs && $0 > 0 ? .microseconds($0) : nil }
    }

    /// The daemon has started, listens and answers.
    package func ready(status: String? = nil) throws(Errno) {
        try send(["READY=1"] + (status.map { [Self.line(status: $0)] } ?? []))
    }

    /// The daemon is not ready yet, and needs this much longer from now on.
    package func starting(status: String, patience: Duration) throws(Errno) {
        let microseconds = Int64(patience / .microseconds(1))
        try send(["EXTEND_TIMEOUT_USEC=\(microseconds)", Self.line(status: status)])
    }

    /// The daemon has begun to stop.
    package func stopping() throws(Errno) {
        try send(["STOPPING=1"])
    }

    /// One line for people, shown by `systemctl status`.
    package func status(_ text: String) throws(Errno) {
        try send([Self.line(status: text)])
    }

    /// The daemon is alive; to be sent within `watchdogInterval`.
    package func watchdog() throws(Errno) {
        try send(["WATCHDOG=1"])
    }

    /// Control characters become spaces: a line feed would begin another assignment.
    private static func line(status: String) -> String {
        "STATUS=" + String(status.unicodeScalars.map { $0.value < 32 || $0.value == 127 ? " " : Character($0) })
    }

    private func send(_ assignments: [String]) throws(Errno) {
        let socket = Descriptor(adopting: try checked(warder_unix_socket(1)))
        let message = Array(assignments.joined(separator: "\n").utf8)
        try checked(
            unsafe warder_unix_send(socket.number, address, address.utf8.count, message, message.count)
        )
    }
}
