import NIOHTTP1

/// What of a message's header goes on beyond the next connection (RFC 9110, section 7.6.1).
enum EndToEnd {
    private static let hopByHop: Set<String> = [
        "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer",
        "transfer-encoding", "upgrade", "http2-settings",
    ]
    /// Of requests: what the proxy says itself; what would make answers that secrets cannot be found in, whether packed or
    /// in parts; and what some servers take for the path, past the one that was checked.
    private static let ownOfRequests: Set<String> = [
        "accept-encoding", "content-length", "expect", "host", "if-range", "range", "want-digest",
        "want-content-digest",
        "want-repr-digest", "x-original-url", "x-rewrite-url",
    ]

    /// The fields of a request that go on.
    static func headers(of headers: HTTPHeaders) -> HTTPHeaders { kept(headers, without: ownOfRequests) }

    /// The fields of an answer that go on; its length among them.
    static func answerHeaders(of headers: HTTPHeaders) -> HTTPHeaders {
        // Of connections that the server does not make.
        kept(headers, without: ["alt-svc", "strict-transport-security"])
    }

    /// The fields behind a body that may go on: none that says how long it is or where it goes.
    static func trailers(of headers: HTTPHeaders) -> HTTPHeaders {
        kept(
            headers,
            without: ["authorization", "content-length", "content-encoding", "host", "location", "set-cookie"]
        )
    }

    private static func kept(_ headers: HTTPHeaders, without dropped: Set<String>) -> HTTPHeaders {
        let named = Set(headers[canonicalForm: "connection"].map { $0.lowercased() })
        return HTTPHeaders(
            headers.compactMap { field in
                let name = field.name.lowercased()
                guard !hopByHop.contains(name), !named.contains(name), !dropped.contains(name) else { return nil }
                return (field.name, field.value)
            }
        )
    }
}
