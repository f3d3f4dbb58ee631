import NIOCore
import SecretMemory
import StrictJSON
import WarderWire

/// What goes back: a status, a body, and whether the body must be wiped once it is sent.
struct Answer: Sendable {
    /// Numbers of HTTP with their reason phrases (RFC 9110 §15).
    enum Status: Int, Sendable {
        case ok = 200
        case created = 201
        case accepted = 202
        case noContent = 204
        case notModified = 304
        case badRequest = 400
        case unauthorized = 401
        case forbidden = 403
        case notFound = 404
        case methodNotAllowed = 405
        case requestTimeout = 408
        case conflict = 409
        case lengthRequired = 411
        case contentTooLarge = 413
        case unsupportedMediaType = 415
        case expectationFailed = 417
        case tooManyRequests = 429
        case headerFieldsTooLarge = 431
        case internalServerError = 500
        case serviceUnavailable = 503

        var phrase: StaticString {
            switch self {
            case .ok: "OK"
            case .created: "Created"
            case .accepted: "Accepted"
            case .noContent: "No Content"
            case .notModified: "Not Modified"
            case .badRequest: "Bad Request"
            case .unauthorized: "Unauthorized"
            case .forbidden: "Forbidden"
            case .notFound: "Not Found"
            case .methodNotAllowed: "Method Not Allowed"
            case .requestTimeout: "Request Timeout"
            case .conflict: "Conflict"
            case .lengthRequired: "Length Required"
            case .contentTooLarge: "Content Too Large"
            case .unsupportedMediaType: "Unsupported Media Type"
            case .expectationFailed: "Expectation Failed"
            case .tooManyRequests: "Too Many Requests"
            case .headerFieldsTooLarge: "Request Header Fields Too Large"
            case .internalServerError: "Internal Server Error"
            case .serviceUnavailable: "Service Unavailable"
            }
        }
    }

    enum MediaType: Sendable {
        case json
        case jsonLines
        case metrics
        case backup
        case plainText

        var text: StaticString {
            switch self {
            case .json: "application/json"
            case .jsonLines: "application/jsonl"
            case .metrics: "text/plain; version=0.0.4"
            case .backup: "application/octet-stream"
            case .plainText: "text/plain; charset=utf-8"
            }
        }
    }

    var status: Status
    var mediaType: MediaType = .json
    var body: [UInt8] = []
    /// The body instead, when it holds a value or a token: wiped when the last reference goes.
    var secretBody: SecretBytes?
    /// `ETag` of a version, as its number.
    var version: UInt32?
    /// Seconds for `Retry-After`.
    var retryAfter: Int?
    /// Methods for `Allow`.
    var allow: String?
    /// Whether the connection ends with this answer.
    var closes = false
    /// What is counted where the answer is that it was not done.
    var failure: ErrorCode?
    /// Called where the peer has gone before the answer could be handed to the kernel.
    var ifLost: (@Sendable () -> Void)?

    init(_ status: Status, body: [UInt8] = []) {
        self.status = status
        self.body = body
    }

    init(_ status: Status, secretBody: SecretBytes) {
        self.status = status
        self.secretBody = secretBody
    }

    var isSecret: Bool { secretBody != nil }
    /// Length of the body in bytes.
    var count: Int { secretBody?.count ?? body.count }

    static let noContent = Answer(.noContent)
}

extension Answer {
    /// Writes status line, fields and body as one piece: the whole answer is one write to the socket.
    func write(to buffer: inout ByteBuffer, keepAlive: Bool) {
        buffer.writeStaticString("HTTP/1.1 ")
        buffer.writeDecimal(status.rawValue)
        buffer.writeStaticString(" ")
        buffer.writeStaticString(status.phrase)
        if status == .noContent || status == .notModified {
            buffer.writeStaticString("\r\n")
        } else {
            buffer.writeStaticString("\r\nContent-Type: ")
            buffer.writeStaticString(mediaType.text)
            buffer.writeStaticString("\r\nContent-Length: ")
            buffer.writeDecimal(count)
            buffer.writeStaticString("\r\nCache-Control: no-store\r\n")
        }
        if let version {
            buffer.writeStaticString("ETag: \"v")
            buffer.writeDecimal(Int(version))
            buffer.writeStaticString("\"\r\n")
        }
        if let retryAfter {
            buffer.writeStaticString("Retry-After: ")
            buffer.writeDecimal(retryAfter)
            buffer.writeStaticString("\r\n")
        }
        if let allow { buffer.writeString("Allow: \(allow)\r\n") }
        if !keepAlive { buffer.writeStaticString("Connection: close\r\n") }
        buffer.writeStaticString("\r\n")
        if let secretBody {
            unsafe secretBody.withUnsafeBytes { _ = unsafe buffer.writeBytes($0) }
        } else {
            buffer.writeBytes(body)
        }
    }
}

extension ByteBuffer {
    fileprivate mutating func writeDecimal(_ number: Int) {
        if number < 10 {
            writeInteger(UInt8(48 + number))
        } else {
            writeDecimal(number / 10)
            writeInteger(UInt8(48 + number % 10))
        }
    }
}
