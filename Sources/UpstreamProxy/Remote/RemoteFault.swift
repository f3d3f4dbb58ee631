/// Why a message did not reach a server, or brought no answer. Quotes neither addresses nor headers, and nothing that the
/// server said but a number.
enum RemoteFault: Error, Hashable, Sendable {
    case unreachable
    case unverified
    /// The connection ended before the answer did.
    case brokenOff
    case status(Int)
    /// To another place than the one that was named, or again and again.
    case redirected
    /// The server does not know the session any more.
    case sessionOver
    /// No JSON and no events.
    case mediaType
    case unreadable
    case tooLong
    /// What came answers another request.
    case otherAnswer
    /// The server took a request and says nothing to it.
    case unanswered
    case tooMany
    /// The messages in flight take all the memory that is there for them.
    case crowded
    /// Without a secret that the server repeated, what is left of the answer is no message.
    case withheld

    /// What the client is told.
    var message: String {
        switch self {
        case .unreachable: "the server could not be reached"
        case .unverified: "TLS with the server failed"
        case .brokenOff: "the server ended the connection before it had answered"
        case .status(let status): "the server answered \(status)"
        case .redirected: "the server sends this request to another place, which is not followed"
        case .sessionOver: "the server does not know this session any more"
        case .mediaType: "the server's answer is neither JSON nor a stream of events"
        case .unreadable: "the server's answer is no message of JSON-RPC"
        case .tooLong: "the server's answer is longer than \(RemoteMessage.mostBytes >> 20) MiB"
        case .otherAnswer: "the server answered another request than this one"
        case .unanswered: "the server has ended its answer without one to this request"
        case .crowded: "the messages in flight are longer than \(MessageMemory.most >> 20) MiB together"
        case .withheld: "the server's answer repeats a secret in a way that leaves no message without it"
        case .tooMany: "more than \(RemoteBridge.mostInFlight) requests are in flight"
        }
    }

    /// What a person can do about it.
    var hints: [String] {
        switch self {
        case .unreachable: ["Its name and port, and the network"]
        case .unverified: ["It needs a certificate for that very name; for a private authority: --ca FILE"]
        case .status(401), .status(403):
            ["Is the secret still good? Store the new one with warder secret put; where it goes, --header says"]
        case .status(404), .status(405): ["Is this the address that the server has for Streamable HTTP?"]
        case .redirected: ["Name the address that it leads to"]
        case .sessionOver: ["Start the server anew in the client"]
        default: []
        }
    }

    /// Of JSON-RPC: an internal error, which says nothing about the request.
    var code: Int { -32603 }
}
