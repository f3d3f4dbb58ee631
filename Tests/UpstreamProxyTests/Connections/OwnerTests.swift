import Foundation
import Glibc
import Locking
import Testing

@testable import UpstreamProxy
@testable import WarderLinux

@Suite("Whose connection it is")
struct OwnerTests {
    /// Runs a shell; what it prints.
    private static func shell(_ script: String) async throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = ["-c", script]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        return try await withCheckedThrowingContinuation { continuation in
            Thread {
                do {
                    try process.run()
                    let data = output.fileHandleForReading.readDataToEndOfFile()
                    process.waitUntilExit()
                    continuation.resume(returning: String(decoding: data, as: UTF8.self))
                } catch {
                    continuation.resume(throwing: error)
                }
            }.start()
        }
    }

    private static func ask(_ bench: ProxyBench) -> String {
        let request = bench.request().replacing("\r\n", with: "\\r\\n")
        return "exec 3<>/dev/tcp/127.0.0.1/\(bench.proxy.port); printf '\(request)' >&3; head -c 12 <&3"
    }

    @Test("a process of the tree is answered, also below others; the proxy's own process is not")
    func inside() async throws {
        try await ProxyBench.run(isOwn: LoopbackProxy.isOfLaunch) { bench in
            #expect(try await Self.shell(Self.ask(bench)) == "HTTP/1.1 200")
            let deep = "( ( \(Self.ask(bench)); true ); true )"
            #expect(try await Self.shell(deep) == "HTTP/1.1 200")
            // Whoever shares the proxy's process is no server.
            let own = try bench.client()
            await own.send(bench.request())
            #expect(await own.answer() == nil)
            #expect(bench.refusals.connections.withLock { $0 } == [geteuid()])
        }
    }

    @Test("a process of the same user outside the tree gets nothing, and is recorded")
    func outside() async throws {
        try await ProxyBench.run(isOwn: LoopbackProxy.isOfLaunch) { bench in
            // Its parent has ended, and nobody here adopts it: it belongs to another part of the machine.
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            let result = folder.appendingPathComponent("result").path
            let script = "sleep 0.3; { \(Self.ask(bench)); } > \(result).part 2>/dev/null; mv \(result).part \(result)"
            _ = try await Self.shell(
                "setsid bash -c \"\(script.replacing("\"", with: "\\\""))\" >/dev/null 2>&1 & exit 0"
            )
            for _ in 0..<200 where !FileManager.default.fileExists(atPath: result) {
                try await Task.sleep(for: .milliseconds(50))
            }
            #expect(try String(contentsOfFile: result, encoding: .utf8) == "")
            #expect(bench.refusals.connections.withLock { $0 } == [geteuid()])
            #expect(bench.fake.asked.isEmpty)
        }
    }

    @Test("a process below this one is recognised by number and start, and a number alone is not enough")
    func identity() throws {
        let child = Process()
        child.executableURL = URL(fileURLWithPath: "/bin/sleep")
        child.arguments = ["30"]
        try child.run()
        defer {
            child.terminate()
            child.waitUntilExit()
        }
        let text = try #require(FileManager.default.contents(atPath: "/proc/\(child.processIdentifier)/stat"))
        let start = try #require(ProcessStat(parsing: Array(text))).startTime
        let pid = child.processIdentifier
        #expect(ProcessesBelow.isBelow(.init(pid: pid, startTime: start)))
        #expect(!ProcessesBelow.isBelow(.init(pid: pid, startTime: start + 1)))
        #expect(!ProcessesBelow.isBelow(.init(pid: getppid(), startTime: 0)))
        #expect(!ProcessesBelow.isBelow(.init(pid: getpid(), startTime: 0)))
        #expect(!ProcessesBelow.isBelow(.init(pid: 1, startTime: 0)))
    }

    @Test("the kernel names the socket that connected, and its tables name the same", arguments: [AF_INET, AF_INET6])
    func inquiry(family: Int32) throws {
        let listener = try Listener()
        let client = try listener.connected(family)
        defer { close(client.descriptor) }
        let connection = LoopbackConnection(clientPort: client.port, serverPort: listener.port)
        let asked = try #require(SocketInquiry(local: client.port, remote: listener.port).socket())
        var status = stat()
        #expect(unsafe fstat(client.descriptor, &status) == 0)
        #expect(asked == .init(uid: geteuid(), inode: UInt64(status.st_ino)))
        #expect(connection.listedSocket() == asked && connection.clientSocket() == asked)
        // The listening end is no connection, and another port is nobody's.
        #expect(SocketInquiry(local: listener.port, remote: 1).socket() == nil)
        #expect(LoopbackConnection(clientPort: listener.port, serverPort: 1).clientSocket() == nil)
    }

    /// Takes connections to 127.0.0.1, and never looks at them.
    private final class Listener {
        let port: UInt16
        private let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)

        init() throws {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let descriptor = descriptor
            let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                    unsafe bind(descriptor, pointer, length) + listen(descriptor, 8)
                        + getsockname(descriptor, pointer, &length)
                }
            }
            try #require(result == 0)
            port = UInt16(bigEndian: address.sin_port)
        }

        deinit { close(descriptor) }

        func connected(_ family: Int32) throws -> (descriptor: Int32, port: UInt16) {
            let descriptor = socket(family, Int32(SOCK_STREAM.rawValue), 0)
            // As bytes: the port lies at the same place in both, and so does the one that the kernel gives.
            var bytes = [UInt8](repeating: 0, count: 28)
            unsafe withUnsafeBytes(of: sa_family_t(family)) { bytes.replaceSubrange(0..<2, with: unsafe Array($0)) }
            unsafe withUnsafeBytes(of: port.bigEndian) { bytes.replaceSubrange(2..<4, with: unsafe Array($0)) }
            if family == AF_INET {
                bytes.replaceSubrange(4..<8, with: [127, 0, 0, 1])
            } else {
                bytes.replaceSubrange(18..<24, with: [0xFF, 0xFF, 127, 0, 0, 1])
            }
            let count = socklen_t(family == AF_INET ? 16 : 28)
            var length = count
            let result = unsafe bytes.withUnsafeMutableBytes { raw in
                unsafe raw.withMemoryRebound(to: sockaddr.self) { pointer in
                    unsafe connect(descriptor, pointer.baseAddress, count)
                        + getsockname(descriptor, pointer.baseAddress, &length)
                }
            }
            try #require(result == 0)
            return (descriptor, UInt16(bytes[2]) << 8 | UInt16(bytes[3]))
        }
    }

    @Test("the kernel's tables of connections are read to the letter")
    func table() {
        let connection = LoopbackConnection(clientPort: 0xBEEF, serverPort: 0x1F90)
        let head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
        func row(
            _ local: String,
            _ remote: String,
            _ state: String = "01",
            uid: String = " 1000",
            inode: String = "123456"
        ) -> [UInt8] {
            Array(
                "\(head)   7: \(local) \(remote) \(state) 00000000:00000000 00:00000000 00000000 \(uid)        0 \(inode) 1 0 20 4\n"
                    .utf8
            )
        }
        func socket(_ table: [UInt8]) -> LoopbackConnection.Socket? {
            connection.clientSocket(in: table, address: "0100007F")
        }
        let client = "0100007F:BEEF"
        let server = "0100007F:1F90"
        #expect(socket(row(client, server)) == .init(uid: 1000, inode: 123456))
        // The listening side, other states, other places, and rows without an owner.
        #expect(socket(row(server, client)) == nil)
        #expect(socket(row(client, server, "06")) == nil)
        #expect(socket(row("0200007F:BEEF", server)) == nil)
        #expect(socket(row(client, "0100007F:1F91")) == nil)
        #expect(socket(row(client, server, inode: "0")) == nil)
        #expect(socket(row(client, server, uid: "-1")) == nil)
        #expect(socket(Array("garbage\n\n  ".utf8)) == nil)
    }
}
