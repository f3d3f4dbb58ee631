import Foundation
import Glibc

/// A connection to a Unix socket that sends exactly the bytes it is told to, and reads answers of HTTP/1.1. It blocks.
package final class RawClient {
    /// What came back.
    package struct Answer: Sendable {
        package let status: Int
        /// Names in lowercase.
        package let fields: [(name: String, value: String)]
        package let body: [UInt8]

        package var text: String { String(decoding: body, as: UTF8.self) }

        /// The value of a field that stands once.
        package subscript(_ name: String) -> String? {
            let values = fields.filter { $0.name == name }
            return values.count == 1 ? values[0].value : nil
        }
    }

    /// Nothing that is tested here takes as long, in seconds, on a machine with much else to do.
    private static let patience = 120
    private let socket: Int32
    private var unread: [UInt8] = []

    /// - Throws: `TestFailure` when nobody listens there.
    package init(path: String) throws {
        socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard socket >= 0, bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw TestFailure("no socket")
        }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        var patience = timeval(tv_sec: Self.patience, tv_usec: 0)
        unsafe setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        guard result == 0 else {
            let reason = errno
            Glibc.close(socket)
            throw TestFailure("nobody listens: error \(reason)")
        }
    }

    deinit { Glibc.close(socket) }

    // MARK: Asking

    /// Sends a request and reads the answer.
    ///
    /// - Parameters:
    ///   - method: Written as it is.
    ///   - target: Path and query, written as they are.
    ///   - fields: Header fields besides `Host` and those that go with a body.
    ///   - body: JSON, sent with its length and type.
    /// - Returns: the answer.
    /// - Throws: `TestFailure` when the answer does not come, or is none.
    package func ask(
        _ method: String,
        _ target: String,
        _ fields: [String: String] = [:],
        body: String? = nil
    ) throws -> Answer {
        try send(Self.request(method, target, fields, body: body))
        return try receive()
    }

    /// The bytes of a request.
    package static func request(
        _ method: String,
        _ target: String,
        _ fields: [String: String] = [:],
        body: String? = nil
    ) -> String {
        var text = "\(method) \(target) HTTP/1.1\r\nHost: warder\r\n"
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) { text += "\(name): \(value)\r\n" }
        if let body {
            text += "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n"
        }
        return text + "\r\n" + (body ?? "")
    }

    /// Sends text as it is.
    package func send(_ text: String) throws {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let sent = unsafe rest.withUnsafeBytes { bytes in
                unsafe Glibc.send(socket, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            }
            guard sent > 0 else { throw TestFailure("the server does not read: error \(errno)") }
            rest = rest.dropFirst(sent)
        }
    }

    // MARK: Reading

    /// The next answer.
    package func receive() throws -> Answer {
        var end = headEnd()
        while end == nil {
            guard try fill() else { throw TestFailure("the connection ended before an answer") }
            end = headEnd()
        }
        guard let end else { throw TestFailure("no answer") }
        let head = String(decoding: unread[..<end], as: UTF8.self).components(separatedBy: "\r\n")
        unread.removeFirst(end + 4)
        guard let line = head.first?.split(separator: " "), line.count >= 2, line[0] == "HTTP/1.1",
            let status = Int(line[1])
        else { throw TestFailure("not an answer of HTTP/1.1") }
        let fields = head.dropFirst().map { field in
            let parts = field.split(separator: ":", maxSplits: 1)
            return (
                name: parts[0].lowercased(), value: parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
            )
        }
        if fields.contains(where: { $0.name == "transfer-encoding" && $0.value == "chunked" }) {
            return Answer(status: status, fields: fields, body: try chunks())
        }
        let length = fields.first { $0.name == "content-length" }.flatMap { Int($0.value) } ?? 0
        return Answer(status: status, fields: fields, body: try take(length))
    }

    /// Whether the server has ended the connection, and sent nothing more.
    package func isAtEnd() throws -> Bool { try unread.isEmpty && !fill() }

    /// The same without waiting: `false` also while the server has nothing to say.
    package func hasEnded() throws -> Bool {
        var byte: UInt8 = 0
        let count = unsafe recv(socket, &byte, 1, Int32(MSG_DONTWAIT | MSG_PEEK))
        return unread.isEmpty && (count == 0 || count < 0 && errno == ECONNRESET)
    }

    private func headEnd() -> Int? {
        unread.indices.first { unread[$0...].starts(with: "\r\n\r\n".utf8) }
    }

    private func chunks() throws -> [UInt8] {
        var body: [UInt8] = []
        while true {
            var line: [UInt8] = []
            while !line.suffix(2).elementsEqual("\r\n".utf8) { line += try take(1) }
            guard let length = Int(String(decoding: line.dropLast(2), as: UTF8.self), radix: 16) else {
                throw TestFailure("not a chunk")
            }
            body += try take(length)
            _ = try take(2)
            if length == 0 { return body }
        }
    }

    private func take(_ count: Int) throws -> [UInt8] {
        while unread.count < count {
            guard try fill() else { throw TestFailure("the connection ended within an answer") }
        }
        defer { unread.removeFirst(count) }
        return Array(unread.prefix(count))
    }

    /// `false` at the end of what the server sends.
    private func fill() throws -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(socket, $0.baseAddress, $0.count, 0) }
        if count < 0 {
            if errno == ECONNRESET { return false }
            throw TestFailure("no answer in time: error \(errno)")
        }
        unread += buffer.prefix(count)
        return count > 0
    }
}
