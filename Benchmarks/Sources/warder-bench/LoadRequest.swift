/// A request that the load generator sends again and again.
struct LoadRequest {
    let name: String
    /// Everything that goes over the socket; `{token}` stands for the token.
    let bytes: String
    /// The body that gets the token, for requests with one.
    let tokenBody: String?

    private init(_ name: String, _ lines: [String], body: String = "", tokenBody: String? = nil) {
        var lines = lines
        lines.insert("Host: localhost", at: 1)
        if !body.isEmpty { lines += ["Content-Type: application/json", "Content-Length: \(body.utf8.count)"] }
        self.name = name
        self.tokenBody = tokenBody
        bytes = lines.map { $0 + "\r\n" }.joined() + "\r\n" + body
    }

    /// Asks who is asking and what state the vault is in; decides nothing and writes nothing down.
    static let health = LoadRequest("health", ["GET /v1/health HTTP/1.1"])

    /// A value with a token that the process has already; the event is on the disk before the answer.
    static let resolve = LoadRequest(
        "resolve",
        ["GET /v1/secrets/\(Registration.secret) HTTP/1.1", "Authorization: Bearer {token}"],
        tokenBody: #"{"tool":"\#(Registration.tool)","ttl":3600}"#
    )

    /// A value in one request that issues a token, uses it and consumes it.
    static let resolveInOne = LoadRequest(
        "post_resolve",
        ["POST /v1/resolve HTTP/1.1"],
        body: #"{"tool":"\#(Registration.tool)","secret":"\#(Registration.secret)"}"#
    )

    /// The same request as `health`, for the server that has nothing but HTTP.
    static let bare = LoadRequest("bare_http", ["GET /v1/health HTTP/1.1"])
}
