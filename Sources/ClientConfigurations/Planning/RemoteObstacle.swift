/// Why the entry of a remote server stays as it is.
package enum RemoteObstacle: Error, Hashable, Sendable {
    /// HTTP+SSE, which Streamable HTTP has taken the place of.
    case oldTransport
    case otherTransport
    /// The entry has more than `type`, `url` and `headers`.
    case otherMember
    /// No address that `warder mcp connect` goes to.
    case address
    /// No header that it sends.
    case header
    /// The client replaces a part of the address or of a header.
    case reference
    /// Another secret of the entry stays.
    case beside

    package var sentence: String {
        switch self {
        case .oldTransport: "the server speaks the old HTTP+SSE, and warder mcp connect speaks Streamable HTTP alone"
        case .otherTransport: "warder mcp connect speaks Streamable HTTP alone"
        case .otherMember: "its entry says more than type, url and headers, and only the client knows what that does"
        case .address: "warder mcp connect goes to https:// addresses without a fragment, and http:// on this machine"
        case .header: "one of its headers is none that warder mcp connect can send"
        case .reference: "the client replaces a part of its address or headers, which warder mcp connect would not see"
        case .beside: "another secret of this entry stays, and would come into the list of processes"
        }
    }

    /// What to do; `nil` where the client's own way is all there is.
    package var remedy: String? {
        switch self {
        case .oldTransport:
            "ask for the server's address of Streamable HTTP, write it with \"type\": \"http\", and import again"
        case .address: "write the address that the server has for https://, and import again"
        case .header: "take that header out if the server can do without it, and import again"
        case .beside: "import again without --leave"
        case .otherTransport, .otherMember, .reference: nil
        }
    }
}
