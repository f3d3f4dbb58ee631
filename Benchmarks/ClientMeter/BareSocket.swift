import Foundation
import Glibc

/// The same request by hand, with a token of its own.
final class BareSocket {
    private let descriptor: Int32
    private var request: [UInt8] = []
    private var buffer = [UInt8](repeating: 0, count: 65_536)

    init(_ path: String, secret: String, tool: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
            precondition(bytes.count < room.count, "the path of a socket has at most 107 bytes")
            unsafe room.copyBytes(from: bytes)
        }
        let result = unsafe withUnsafeBytes(of: &address) { raw in
            unsafe raw.withMemoryRebound(to: sockaddr.self) { addresses in
                unsafe connect(descriptor, addresses.baseAddress, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else { throw CocoaError(.fileReadUnknown) }
        let token = try issueToken(for: tool)
        request = Array(
            ("GET /v1/secrets/\(secret)?field=value HTTP/1.1\r\nHost: warder\r\n"
                + "Authorization: Bearer \(token)\r\n\r\n").utf8
        )
    }

    deinit { close(descriptor) }

    /// One round trip.
    func ask() throws { try exchange(request, expecting: "HTTP/1.1 200") }

    private func issueToken(for tool: String) throws -> Substring {
        let body = #"{"tool":"\#(tool)"}"#
        let head =
            "POST /v1/tokens HTTP/1.1\r\nHost: warder\r\nContent-Type: application/json\r\n"
            + "Content-Length: \(body.utf8.count)\r\n\r\n"
        let count = try exchange(Array((head + body).utf8), expecting: "HTTP/1.1 201")
        let answer = String(decoding: buffer[..<count], as: UTF8.self)
        guard let start = answer.range(of: #""token":""#)?.upperBound,
            let end = answer[start...].firstIndex(of: "\"")
        else { throw CocoaError(.fileReadCorruptFile) }
        return answer[start..<end]
    }

    /// - Returns: bytes of the answer, which the vault writes at once.
    @discardableResult
    private func exchange(_ request: [UInt8], expecting status: String) throws -> Int {
        guard unsafe send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
            throw CocoaError(.fileWriteUnknown)
        }
        let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
        guard count > 0, buffer.starts(with: status.utf8) else { throw CocoaError(.fileReadCorruptFile) }
        return count
    }
}
