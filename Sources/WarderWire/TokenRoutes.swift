/// One live token, by its public name.
public struct TokenSummary: Codable, Sendable {
    /// `tok_…`.
    public var accessor: String
    /// `server/tool`.
    public var tool: String
    /// Process it works from.
    public var pid: Int32
    /// User of that process.
    public var uid: UInt32
    /// RFC 3339.
    public var issued: String
    /// RFC 3339.
    public var expires: String
    /// Resolves so far.
    public var uses: Int64

    /// Puts a summary together.
    public init(
        accessor: String,
        tool: String,
        pid: Int32,
        uid: UInt32,
        issued: String,
        expires: String,
        uses: Int64
    ) {
        self.accessor = accessor
        self.tool = tool
        self.pid = pid
        self.uid = uid
        self.issued = issued
        self.expires = expires
        self.uses = uses
    }
}

/// `GET /v1/tokens`.
public struct TokenList: Codable, Sendable {
    /// Newest first.
    public var tokens: [TokenSummary]

    /// Wraps summaries.
    public init(tokens: [TokenSummary]) { self.tokens = tokens }
}
