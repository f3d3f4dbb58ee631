import Glibc
import SystemPackage
import Testing
import WarderLinux

@Suite("Messages to the service manager")
struct ServiceNotificationTests {
    @Test("each message is one datagram of the protocol", arguments: [true, false])
    func messages(isAbstract: Bool) throws {
        let directory = try TemporaryDirectory()
        let address = isAbstract ? "@warder-\(getpid())-\(UInt64.random(in: 0...UInt64.max))" : directory.path("notify")
        let manager = try PeerListener.datagram(address)
        defer { close(manager) }
        let service = try #require(ServiceNotification(environment: ["NOTIFY_SOCKET": address]))
        try service.ready()
        #expect(receive(manager) == "READY=1")
        try service.ready(status: "sealed")
        #expect(receive(manager) == "READY=1\nSTATUS=sealed")
        try service.status("open, 3 servers")
        #expect(receive(manager) == "STATUS=open, 3 servers")
        try service.watchdog()
        #expect(receive(manager) == "WATCHDOG=1")
        try service.starting(status: "migrating", patience: .seconds(90))
        #expect(receive(manager) == "EXTEND_TIMEOUT_USEC=90000000\nSTATUS=migrating")
        try service.stopping()
        #expect(receive(manager) == "STOPPING=1")
    }

    @Test("a status cannot smuggle in another assignment")
    func smuggling() throws {
        let directory = try TemporaryDirectory()
        let manager = try PeerListener.datagram(directory.path("notify"))
        defer { close(manager) }
        let service = try #require(ServiceNotification(environment: ["NOTIFY_SOCKET": directory.path("notify")]))
        try service.status("x\nMAINPID=1\r\u{0}\u{7f}é")
        #expect(receive(manager) == "STATUS=x MAINPID=1   é")
    }

    @Test(
        "without a usable address there is nobody to tell",
        arguments: [nil, "", "/", "@", "relative", "vsock:2:1234"]
    )
    func nobody(address: String?) {
        var environment = ["WATCHDOG_USEC": "1000000"]
        environment["NOTIFY_SOCKET"] = address
        #expect(ServiceNotification(environment: environment) == nil)
    }

    @Test("a manager that has gone is an error, not an end")
    func gone() throws {
        let directory = try TemporaryDirectory()
        let service = try #require(ServiceNotification(environment: ["NOTIFY_SOCKET": directory.path("notify")]))
        #expect(throws: Errno.noSuchFileOrDirectory) { try service.watchdog() }
    }

    @Test("an address longer than the kernel has room for is an error")
    func tooLong() throws {
        for prefix in ["/", "@"] {
            let address = prefix + String(repeating: "a", count: 108)
            let service = try #require(ServiceNotification(environment: ["NOTIFY_SOCKET": address]))
            #expect(throws: Errno.fileNameTooLong) { try service.ready() }
        }
    }

    @Test(
        "the watchdog's interval counts where it is meant for this process",
        arguments: [
            ("30000000", nil, .seconds(30)), ("30000000", "42", .seconds(30)), ("1", "42", .microseconds(1)),
            ("30000000", "43", nil), ("30000000", "x", nil), ("0", nil, nil), ("-1", nil, nil), ("x", nil, nil),
            (nil, "42", nil), ("9223372036854775808", nil, nil),
        ] as [(String?, String?, Duration?)]
    )
    func watchdog(microseconds: String?, process: String?, interval: Duration?) {
        var environment = ["NOTIFY_SOCKET": "/run/notify"]
        environment["WATCHDOG_USEC"] = microseconds
        environment["WATCHDOG_PID"] = process
        let service = ServiceNotification(environment: environment, process: 42)
        #expect(service != nil)
        #expect(service?.watchdogInterval == interval)
    }

    private func receive(_ socket: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = unsafe recv(socket, &bytes, bytes.count, Int32(MSG_DONTWAIT))
        return String(decoding: bytes[..<max(count, 0)], as: UTF8.self)
    }
}
