import Foundation
import Glibc
import Locking

/// A vault of recorded answers on a temporary Unix socket: each request gets the next answer, and is kept.
final class StubVault: Sendable {
    /// One answer.
    struct Reply: Sendable {
        /// What the request must look like, such as `GET /v1/secrets`; anything where it is empty.
        var expecting = ""
        /// The bytes on the wire.
        var bytes: [UInt8]
        /// Whether the connection ends with the answer.
        var closes = false

        /// An answer with a JSON body.
        static func json(_ expecting: String, _ status: Int, _ body: String, headers: [String] = []) -> Reply {
            let lines = ["HTTP/1.1 \(status) Reason", "Content-Type: application/json"] + headers
            let head = (lines + ["Content-Length: \(body.utf8.count)"]).joined(separator: "\r\n")
            return Reply(expecting: expecting, bytes: Array("\(head)\r\n\r\n\(body)".utf8))
        }

        /// Any bytes, after which the connection ends.
        static func raw(_ text: String) -> Reply { Reply(bytes: Array(text.utf8), closes: true) }

        /// A body in chunks.
        static func chunked(_ chunks: [String], isComplete: Bool = true) -> Reply {
            var text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            for chunk in chunks { text += "\(String(chunk.utf8.count, radix: 16))\r\n\(chunk)\r\n" }
            return Reply(bytes: Array((text + (isComplete ? "0\r\n\r\n" : "")).utf8), closes: !isComplete)
        }
    }

    /// One request as it came.
    struct Request: Sendable, Equatable {
        var line: String
        var headers: [String: String]
        var body: String
    }

    private struct State {
        var replies: [Reply]
        var requests: [Request] = []
        var surprises: [String] = []
        var isStopping = false
        /// The connection that is being served.
        var connection: Int32?
    }

    let path: String
    private let folder: TemporaryFolder
    private let listener: Int32
    private let state: Locked<State>
    private let finished = DispatchSemaphore(value: 0)

    init(_ replies: [Reply]) throws {
        folder = try TemporaryFolder()
        path = folder.file("operator.sock")
        state = Locked(State(replies: replies))
        listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let bound = unsafe withUnsafePointer(to: address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe bind(listener, $0, size) }
        }
        guard bound == 0, listen(listener, 8) == 0 else { throw POSIXError(.EADDRINUSE) }
        Thread.detachNewThread { [self] in
            while true {
                let connection = accept(listener, nil, nil)
                if connection < 0 { break }
                // Programs that tests start at the same time must not keep it open.
                _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
                let isStopping = state.withLock { state in
                    state.connection = connection
                    return state.isStopping
                }
                if !isStopping { serve(connection) }
                state.withLock { state in
                    state.connection = nil
                    close(connection)
                }
            }
            finished.signal()
        }
    }

    /// What came in so far.
    var requests: [Request] { state.withLock { $0.requests } }

    /// Requests that differed from what was expected, and answers that nobody asked for.
    var surprises: [String] {
        state.withLock { $0.surprises + $0.replies.map { "not asked for: \($0.expecting)" } }
    }

    /// Stops listening; the thread has ended when this returns.
    func stop() {
        let isFirst = state.withLock { state in
            defer { state.isStopping = true }
            // A client may still hold its end open.
            if let connection = state.connection { shutdown(connection, Int32(SHUT_RDWR)) }
            return !state.isStopping
        }
        guard isFirst else { return }
        shutdown(listener, Int32(SHUT_RDWR))
        finished.wait()
        close(listener)
    }

    private func serve(_ connection: Int32) {
        while let request = Self.read(connection) {
            let reply = state.withLock { state -> Reply? in
                state.requests.append(request)
                guard !state.replies.isEmpty else {
                    state.surprises.append("one too many: \(request.line)")
                    return nil
                }
                let reply = state.replies.removeFirst()
                if !reply.expecting.isEmpty, reply.expecting != request.line {
                    state.surprises.append("expected \(reply.expecting), got \(request.line)")
                }
                return reply
            }
            guard let reply else { return }
            _ = unsafe reply.bytes.withUnsafeBytes {
                unsafe send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if reply.closes { return }
        }
    }

    private static func read(_ connection: Int32) -> Request? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        func more() -> Bool {
            let count = unsafe recv(connection, &buffer, buffer.count, 0)
            if count > 0 { bytes += buffer.prefix(count) }
            return count > 0
        }
        let separator = Array("\r\n\r\n".utf8)
        while bytes.firstRange(of: separator) == nil { if !more() { return nil } }
        guard let end = bytes.firstRange(of: separator) else { return nil }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.components(separatedBy: ": ")
            headers[parts[0].lowercased()] = parts.dropFirst().joined(separator: ": ")
        }
        let length = headers["content-length"].flatMap { Int($0) } ?? 0
        while bytes.count < end.upperBound + length { if !more() { return nil } }
        let body = String(decoding: bytes[end.upperBound...], as: UTF8.self)
        let target = lines[0].components(separatedBy: " ").prefix(2).joined(separator: " ")
        return Request(line: target, headers: headers, body: body)
    }
}

extension Array where Element == UInt8 {
    fileprivate func firstRange(of other: [UInt8]) -> Range<Int>? {
        guard count >= other.count else { return nil }
        for start in 0...(count - other.count) where self[start..<(start + other.count)].elementsEqual(other) {
            return start..<(start + other.count)
        }
        return nil
    }
}
