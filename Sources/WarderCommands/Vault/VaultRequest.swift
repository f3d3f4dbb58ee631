import SecretMemory
package import StrictJSON

/// One request to the vault.
package struct VaultRequest {
    package var method: String
    /// The path, made of checked names only.
    package var path: String
    /// Parameters, not yet escaped.
    package var query: [(name: String, value: String)]
    package var body: RequestBody?
    /// Longest wait for the next bytes of the answer, in seconds.
    package var timeoutSeconds: Int
    /// The name of a thing that is to be made, which the path does not have; for what is said of a refusal.
    package var subject: String?

    package init(
        _ method: String,
        _ path: String,
        about subject: String? = nil,
        query: [(name: String, value: String)] = [],
        body: RequestBody? = nil,
        timeoutSeconds: Int = 60
    ) {
        self.method = method
        self.path = path
        self.subject = subject
        self.query = query
        self.body = body
        self.timeoutSeconds = timeoutSeconds
    }

    /// The request line and the headers, with a proof that a person is there where there is one.
    package func head(presence: String?) -> String {
        var target = path
        for (index, (name, value)) in query.enumerated() {
            target += index == 0 ? "?" : "&"
            target += Self.percentEncoded(name) + "=" + Self.percentEncoded(value)
        }
        var head = "\(method) \(target) HTTP/1.1\r\nHost: warder\r\n"
        if let presence { head += "Warder-Presence: \(presence)\r\n" }
        if let body {
            head += "Content-Type: application/json\r\nContent-Length: \(body.count)\r\n"
        } else if method != "GET" {
            head += "Content-Length: 0\r\n"
        }
        return head + "\r\n"
    }

    private static func percentEncoded(_ text: String) -> String {
        let hex = Array("0123456789ABCDEF".utf8)
        var result: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.append(byte)
            default: result += [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}

/// The bytes of a request. They may hold secrets, so they are wiped when the last reference goes.
package final class RequestBody {
    private var buffer: JSONBuffer

    /// Takes a written buffer over.
    package init(_ buffer: consuming JSONBuffer) { self.buffer = buffer }

    deinit { buffer.wipe() }

    package var count: Int { buffer.bytes.count }

    /// Calls `body` with the bytes, which are valid until it returns.
    package func withBytes<Failure: Error>(_ body: (RawSpan) throws(Failure) -> Void) throws(Failure) {
        let bytes = buffer.bytes
        try unsafe body(bytes.span.bytes)
    }
}
