import SecretMemory
package import UnixHTTP

/// HTTP/1.1 with the daemon over the operator socket, one request at a time, blocking.
///
/// Commands ask a handful of questions and end, so there is no event loop here. A connection is kept for the next
/// request and made anew where the daemon has closed it in the meantime (somebody took their time to type a
/// passphrase).
package final class OperatorConnection {
    /// Path of the socket.
    package let path: String
    private var socket: UnixSocket?

    /// Longest answer that is kept whole, in bytes.
    private static let maximumBodyBytes = 64 << 20

    package init(path: String) { self.path = path }

    /// An answer that is kept whole.
    package struct Response {
        package var head: ResponseHead
        package var body: [UInt8]
    }

    /// Sends a request and reads the answer, whatever its status.
    package func exchange(_ request: VaultRequest, presence: String? = nil) throws(ConnectionFault) -> Response {
        var body: [UInt8] = []
        let head = try stream(request, presence: presence, reserve: { body.reserveCapacity($0) }) { piece, _ in
            body.append(piece)
        }
        return Response(head: head, body: body)
    }

    /// Sends a request and hands the body of the answer to `take` piece by piece, without keeping it.
    package func stream(
        _ request: VaultRequest,
        presence: String? = nil,
        maximumBytes: Int = maximumBodyBytes,
        reserve: (Int) -> Void = { _ in },
        _ take: (RawSpan, ResponseHead) throws(ConnectionFault) -> Void
    ) throws(ConnectionFault) -> ResponseHead {
        if let kept = keptSocket(timeoutSeconds: request.timeoutSeconds) {
            do throws(ConnectionFault) {
                return try converse(request, presence, over: kept, maximumBytes, reserve, take)
            } catch .notRead {
                // The daemon closed it in this moment. It has read nothing: asking again cannot do a thing twice.
            }
        }
        let socket = try UnixSocket(path: path, timeoutSeconds: request.timeoutSeconds)
        return try converse(request, presence, over: socket, maximumBytes, reserve, take)
    }

    /// The connection of the last request, if it still stands; it is taken away until the next answer is complete.
    private func keptSocket(timeoutSeconds: Int) -> UnixSocket? {
        defer { socket = nil }
        guard let socket, !socket.isStale else { return nil }
        socket.limit(timeoutSeconds)
        return socket
    }

    private func converse(
        _ request: VaultRequest,
        _ presence: String?,
        over socket: UnixSocket,
        _ maximumBytes: Int,
        _ reserve: (Int) -> Void,
        _ take: (RawSpan, ResponseHead) throws(ConnectionFault) -> Void
    ) throws(ConnectionFault) -> ResponseHead {
        let wasSent = try send(request, presence: presence, over: socket)
        var reader = ResponseReader(socket)
        defer { reader.wipe { zero(&$0) } }
        let head: ResponseHead
        do throws(ConnectionFault) {
            head = try reader.head()
        } catch {
            let wasRead = reader.hasReceived || (wasSent && error != .notRead)
            throw error == .closed || error == .notRead ? (wasRead ? .closed : .notRead) : error
        }
        // Room for the whole answer at once: an array that grows leaves copies of a secret behind.
        if let length = head.contentLength, length <= maximumBytes {
            reserve(length)
        }
        do throws(ConnectionFault) {
            try reader.body(of: head, maximumBytes: maximumBytes) { piece throws(ConnectionFault) in
                try take(piece, head)
            }
        } catch {
            throw error == .notRead ? .closed : error
        }
        if head.keepsConnection { self.socket = socket }
        return head
    }

    /// Whether all of it went out. A vault that refuses a request by its headers answers and closes without reading the
    /// body; the answer can still be read then.
    private func send(
        _ request: VaultRequest,
        presence: String?,
        over socket: UnixSocket
    ) throws(ConnectionFault) -> Bool {
        let head = Array(request.head(presence: presence).utf8)
        do throws(ConnectionFault) {
            try unsafe socket.send(head.span.bytes)
            try request.body?.withBytes { bytes throws(ConnectionFault) in try socket.send(bytes) }
            return true
        } catch .closed {
            return false
        }
    }
}

extension [UInt8] {
    /// Appends a piece of an answer.
    mutating func append(_ piece: RawSpan) {
        unsafe piece.withUnsafeBytes { unsafe append(contentsOf: $0) }
    }
}
