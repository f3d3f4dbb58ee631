import NIOCore
import SecretMemory
import WarderModel

extension VaultRequest {
    /// Writes the request as it goes over the wire (RFC 9112).
    ///
    /// By hand, so that the token goes from protected memory into this one buffer and never becomes a `String`; the
    /// connection wipes the buffer when the answer is there.
    func write(into buffer: inout ByteBuffer) {
        // All of it, so that a buffer that grows leaves no token behind.
        buffer.reserveCapacity(minimumWritableBytes: 4_096 + (body?.count ?? 0))
        switch route {
        case .health: buffer.writeStaticString("GET /v1/health")
        case .whoAmI: buffer.writeStaticString("GET /v1/whoami")
        case .issueToken: buffer.writeStaticString("POST /v1/tokens")
        case .giveBackToken: buffer.writeStaticString("DELETE /v1/tokens/self")
        case .reportCall: buffer.writeStaticString("POST /v1/calls")
        case .secret(let name, let field, let others):
            buffer.writeStaticString("GET /v1/secrets/")
            buffer.writeString(name.text)
            buffer.writeStaticString(others.isEmpty ? "?field=" : "?fields=")
            buffer.writeString(field.text)
            for other in others {
                buffer.writeStaticString(",")
                buffer.writeString(other.text)
            }
        case .approval(let id, let seconds):
            buffer.writeStaticString("GET /v1/approvals/")
            buffer.writeString(id.text)
            buffer.writeStaticString("?wait=")
            buffer.writeString(String(seconds))
        case .changes(let cursor, let seconds):
            buffer.writeStaticString("GET /v1/changes?wait=")
            buffer.writeString(String(seconds))
            if let cursor {
                buffer.writeStaticString("&since=")
                buffer.writeString(cursor)
            }
        }
        buffer.writeStaticString(" HTTP/1.1\r\nHost: warder\r\n")
        if let token {
            buffer.writeStaticString("Authorization: Bearer ")
            _ = unsafe token.text.withUnsafeBytes { unsafe buffer.writeBytes($0) }
            buffer.writeStaticString("\r\n")
        }
        if let traceparent {
            buffer.writeStaticString("traceparent: ")
            buffer.writeString(traceparent)
            buffer.writeStaticString("\r\n")
        }
        if let knownVersion {
            buffer.writeStaticString("If-None-Match: \"v")
            buffer.writeString(String(knownVersion))
            buffer.writeStaticString("\"\r\n")
        }
        if let body {
            buffer.writeStaticString("Content-Type: application/json\r\nContent-Length: ")
            buffer.writeString(String(body.count))
            buffer.writeStaticString("\r\n\r\n")
            buffer.writeBytes(body)
        } else {
            buffer.writeStaticString("\r\n")
        }
    }
}
