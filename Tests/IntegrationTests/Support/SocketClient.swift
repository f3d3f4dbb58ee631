import Foundation
import Glibc

/// A blocking HTTP client over a Unix socket: one connection, raw bytes where a test wants them.
final class SocketClient {
    struct Response {
        var status: Int
        var head: String
        var body: String

        var json: [String: Any] {
            (try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [String: Any] ?? [:]
        }

        var errorCode: String? { (json["error"] as? [String: Any])?["code"] as? String }
        var reason: String? { (json["error"] as? [String: Any])?["reason"] as? String }
    }

    enum Failure: Error {
        case connect(Int32)
        case closed
    }

    let descriptor: Int32
    private var buffer: [UInt8] = []

    init(_ path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe connect(descriptor, $0, length) }
        }
        guard result == 0 else {
            let reason = errno
            close(descriptor)
            throw Failure.connect(reason)
        }
    }

    deinit { close(descriptor) }

    func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let sent = unsafe rest.withUnsafeBytes {
                unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard sent > 0 else { throw Failure.closed }
            rest = rest.dropFirst(sent)
        }
    }

    func request(
        _ method: String,
        _ path: String,
        body: String? = nil,
        token: String? = nil,
        presence: String? = nil
    ) throws -> Response {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: warder\r\n"
        if let token { head += "Authorization: Bearer \(token)\r\n" }
        if let presence { head += "Warder-Presence: \(presence)\r\n" }
        if let body { head += "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n" }
        try send(Array((head + "\r\n" + (body ?? "")).utf8))
        return try receive()
    }

    func receive() throws -> Response {
        var end = headerEnd()
        while end == nil {
            try fill()
            end = headerEnd()
        }
        guard let end else { throw Failure.closed }
        let head = String(decoding: buffer[..<end], as: UTF8.self)
        buffer.removeFirst(end + 4)
        var length = 0
        var isChunked = false
        for line in head.split(separator: "\r\n") {
            let lower = line.lowercased()
            if lower.hasPrefix("content-length:") {
                length = Int(lower.dropFirst(15).trimmingCharacters(in: .whitespaces)) ?? 0
            }
            if lower.hasPrefix("transfer-encoding:") { isChunked = true }
        }
        let status = Int(head.split(separator: " ")[1]) ?? 0
        let body = isChunked ? try chunks() : try take(length)
        return Response(status: status, head: head, body: String(decoding: body, as: UTF8.self))
    }

    /// Whether the server has closed, waiting for as long as it takes to say so.
    func isClosedByServer() -> Bool {
        do { while true { try fill() } } catch { return true }
    }

    private func chunks() throws -> [UInt8] {
        var body: [UInt8] = []
        while true {
            while !buffer.contains(0x0A) { try fill() }
            let end = buffer.firstIndex(of: 0x0A) ?? 0
            let size = Int(String(decoding: buffer[..<(end - 1)], as: UTF8.self), radix: 16) ?? 0
            buffer.removeFirst(end + 1)
            body += try take(size)
            _ = try take(2)
            if size == 0 { return body }
        }
    }

    private func take(_ count: Int) throws -> [UInt8] {
        while buffer.count < count { try fill() }
        defer { buffer.removeFirst(count) }
        return Array(buffer[..<count])
    }

    private func headerEnd() -> Int? {
        guard buffer.count >= 4 else { return nil }
        return (0...(buffer.count - 4)).first { buffer[$0..<$0 + 4].elementsEqual([13, 10, 13, 10]) }
    }

    private func fill() throws {
        var piece = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe recv(descriptor, &piece, piece.count, 0)
        guard count > 0 else { throw Failure.closed }
        buffer += piece[..<count]
    }
}
