import SecretMemory
import StrictJSON
import UnixHTTP
import WarderWire

/// One request to the client socket and its answer, over a connection that is open.
struct ClientExchange {
    let socket: UnixSocket

    /// Longest answer, in bytes: a value of 1 MiB with every byte escaped.
    private static let maximumBytes = 8 << 20

    struct Answer {
        let status: Int
        let body: JSONDocument
        let keepsConnection: Bool

        /// The vault's own words of a refusal.
        var refusal: ErrorBody.Failure? {
            try? body.decode(ErrorBody.self, unknownKeys: .ignore).error
        }
    }

    func send(_ method: String, _ target: String, body: JSONBuffer? = nil) throws(LaunchFault) {
        var head = "\(method) \(target) HTTP/1.1\r\nHost: warder\r\n"
        if let body {
            head += "Content-Type: application/json\r\nContent-Length: \(body.bytes.count)\r\n"
        }
        let bytes = Array((head + "\r\n").utf8) + (body?.bytes ?? [])
        do throws(ConnectionFault) { try unsafe socket.send(bytes.span.bytes) } catch { throw .unreachable(error) }
    }

    /// The answer's bytes are wiped with the document.
    func receive() throws(LaunchFault) -> Answer {
        var reader = ResponseReader(socket)
        defer { reader.wipe { zero(&$0) } }
        var received: [UInt8] = []
        let head: ResponseHead
        do throws(ConnectionFault) {
            head = try reader.head()
            // Room for all of it at once: an array that grows leaves copies of a secret behind.
            received.reserveCapacity(min(head.contentLength ?? 4096, Self.maximumBytes))
            try reader.body(of: head, maximumBytes: Self.maximumBytes) { piece throws(ConnectionFault) in
                unsafe piece.withUnsafeBytes { unsafe received.append(contentsOf: $0) }
            }
        } catch {
            zero(&received)
            throw .unreachable(error)
        }
        return Answer(
            status: head.status,
            body: try Self.document(received),
            keepsConnection: head.keepsConnection
        )
    }

    private static func document(_ bytes: consuming [UInt8]) throws(LaunchFault) -> JSONDocument {
        let limits = JSONLimits(maxBytes: maximumBytes, maxTokens: 100_000)
        do { return try JSONDocument(parsing: bytes, limits: limits) } catch { throw .malformed }
    }
}
