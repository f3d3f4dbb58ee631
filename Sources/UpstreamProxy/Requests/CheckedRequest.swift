import FoundationEssentials
import NIOHTTP1
import UpstreamAddresses

/// A request that may leave once its placeholder has been replaced.
struct CheckedRequest: Sendable {
    enum Body: Hashable, Sendable {
        case none
        case length(Int)
        case chunked
    }

    /// Where the placeholder was found.
    enum Find: Hashable, Sendable {
        /// The name of the scheme.
        case authorization(String)
        /// What stands before the colon.
        case basicPassword(user: [UInt8])
        /// What stands behind the colon.
        case basicUser(password: [UInt8])
        case header(String)
        /// Its place among the parameters.
        case query(Int, name: String)
    }

    let version: HTTPVersion
    let method: HTTPMethod
    /// Without the query.
    let path: String
    /// As they stood between the ampersands; `nil` without a question mark.
    let parameters: [String]?
    /// All that goes on, without what is replaced.
    let headers: HTTPHeaders
    let finds: [Find]
    let body: Body
    /// Whether the server waits to be told that it may send the body.
    let waitsForContinue: Bool
    /// Whether the server's connection stays open afterwards.
    let keepsAlive: Bool

    /// Whether it can be sent a second time: nothing of it was streamed, and asking twice does what asking once does.
    var isRepeatable: Bool { body == .none && [.GET, .HEAD, .OPTIONS].contains(method) }

    /// Judges a request that came to `ownAddresses` and is to go to `upstream`.
    init(_ head: HTTPRequestHead, to upstream: ProxiedUpstream, ownAddresses: Set<String>) throws(RequestRefusal) {
        guard head.method != .CONNECT, head.method != .TRACE, Self.isSayable(head.method) else { throw .method }
        body = try Self.body(of: head)
        let hosts = head.headers["host"]
        guard hosts.count == 1, ownAddresses.contains(hosts[0].lowercased()) else { throw .host }
        guard !head.headers[canonicalForm: "upgrade"].contains(where: { $0.lowercased().hasPrefix("websocket") }) else {
            throw .upgrade
        }

        let parts = head.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard let path = parts.first, RequestPath.isSafe(path), RequestPath.isBelow(upstream.origin.path, path) else {
            throw .target
        }
        var parameters =
            parts.count > 1 ? parts[1].split(separator: "&", omittingEmptySubsequences: false).map(String.init) : nil
        if parts.count > 1 {
            guard parts[1].utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "#") }) else {
                throw .target
            }
        }

        var headers = EndToEnd.headers(of: head.headers)
        var finds: [Find] = []
        let authorizations = headers["authorization"]
        guard authorizations.count <= 1 else { throw .ambiguous }
        var isForeign = false
        if let text = authorizations.first {
            if let find = Self.find(inAuthorization: text, upstream) {
                finds.append(find)
                headers.remove(name: "authorization")
            } else {
                isForeign = true
            }
        }
        for case .header(let name) in upstream.places {
            let values = headers[name]
            guard values.contains(where: { upstream.placeholder.isEqual(to: $0.utf8) }) else { continue }
            guard values.count == 1 else { throw .ambiguous }
            finds.append(.header(name))
            headers.remove(name: name)
        }
        for (index, parameter) in (parameters ?? []).enumerated() {
            let pair = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2, upstream.places.contains(.query(String(pair[0]))) else { continue }
            guard upstream.placeholder.isEqual(to: pair[1].utf8) else { continue }
            finds.append(.query(index, name: String(pair[0])))
            parameters?[index] = ""
        }
        let elsewhere = [String(path)] + (parameters ?? []) + headers.flatMap { [$0.name, $0.value] }
        guard !elsewhere.contains(where: upstream.placeholder.isPart(of:)) else { throw .misplaced }
        guard !finds.isEmpty else { throw .noPlaceholder }
        guard !isForeign else { throw .ambiguous }

        version = head.version
        method = head.method
        self.path = String(path)
        self.parameters = parameters
        self.headers = headers
        self.finds = finds
        waitsForContinue = head.headers[canonicalForm: "expect"].contains { $0.lowercased() == "100-continue" }
        keepsAlive = head.isKeepAlive && head.version == .http1_1
    }

    /// Whether the log has words for it: what could not be written down is not carried.
    private static func isSayable(_ method: HTTPMethod) -> Bool {
        (1...32).contains(method.rawValue.utf8.count)
            && method.rawValue.utf8.allSatisfy {
                (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) || $0 == UInt8(ascii: "-")
            }
    }

    /// How the body is delimited. Anything that two readers might measure differently is refused.
    static func body(of head: HTTPRequestHead) throws(RequestRefusal) -> Body {
        let lengths = head.headers["content-length"]
        let codings = head.headers["transfer-encoding"]
        guard lengths.count <= 1, codings.count <= 1, lengths.isEmpty || codings.isEmpty else { throw .framing }
        if let coding = codings.first {
            guard coding.lowercased() == "chunked", head.version == .http1_1 else { throw .framing }
            return .chunked
        }
        guard let text = lengths.first else { return .none }
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let length = Int(text) else { throw .framing }
        return length == 0 ? .none : .length(length)
    }

    private static func find(inAuthorization text: String, _ upstream: ProxiedUpstream) -> Find? {
        let words = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        guard words.count == 2, FieldText.isToken(words[0]) else { return nil }
        if words[0].lowercased() == "basic" {
            guard upstream.places.contains(.basic), let data = Data(base64Encoded: String(words[1])) else { return nil }
            let pair = Array(data).split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2 else { return nil }
            if upstream.placeholder.isEqual(to: pair[1]) { return .basicPassword(user: Array(pair[0])) }
            if upstream.placeholder.isEqual(to: pair[0]) { return .basicUser(password: Array(pair[1])) }
            return nil
        }
        guard upstream.places.contains(.authorization), upstream.placeholder.isEqual(to: words[1].utf8) else {
            return nil
        }
        return .authorization(String(words[0]))
    }
}
