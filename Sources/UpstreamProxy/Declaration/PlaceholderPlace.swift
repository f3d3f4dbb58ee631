/// Where in a request the placeholder may stand, to be replaced there by the credential.
package enum PlaceholderPlace: Hashable, Sendable {
    /// `Authorization: SCHEME placeholder`, whatever the scheme is called (`Bearer`, `token`, `ApiKey`), but not `Basic`.
    case authorization
    /// User or password of `Authorization: Basic`.
    case basic
    /// All of this header field, its name in lower case.
    case header(String)
    /// All of the value of this query parameter.
    case query(String)

    /// Where the placeholder may stand if nothing else was declared.
    package static let usual: Set<PlaceholderPlace> = [.authorization, .basic]

    /// Fields that say where a request goes, how long it is, or what becomes of the connection.
    private static let unfit: Set<String> = [
        "authorization", "connection", "content-length", "cookie", "expect", "host", "keep-alive",
        "proxy-authorization",
        "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
    ]

    /// Reads `bearer`, `authorization`, `basic`, `header:NAME` and `query:NAME`; `nil` for anything else, and for fields
    /// that no credential belongs in.
    package init?(_ text: String) {
        switch text {
        case "authorization", "bearer": self = .authorization
        case "basic": self = .basic
        default:
            let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, FieldText.isToken(parts[1]) else { return nil }
            switch parts[0] {
            case "header":
                let name = parts[1].lowercased()
                guard !Self.unfit.contains(name) else { return nil }
                self = .header(name)
            case "query":
                // A name that would have to be escaped could be spelt in several ways.
                guard !parts[1].utf8.contains(where: { "!#$%&'*+^`|".utf8.contains($0) }) else { return nil }
                self = .query(parts[1])
            default: return nil
            }
        }
    }
}
