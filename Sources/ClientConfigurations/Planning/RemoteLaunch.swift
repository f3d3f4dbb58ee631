import UpstreamAddresses

/// How a remote server is started once its secrets lie in the vault: by `warder mcp connect`, which gets them as variables
/// and puts them where braces name them.
struct RemoteLaunch {
    let moves: [EntryDecision.Move]
    /// What stands behind the program's name.
    let arguments: [String]
    /// The members that are rewritten.
    let url: SyntaxMember
    let type: SyntaxNode?
    /// Number of the member with the headers.
    let headersIndex: Int?

    /// - Parameters:
    ///   - remote: what was understood of the entry.
    ///   - entry: the entry.
    ///   - secrets: all that was found in it.
    /// - Throws: ``RemoteObstacle``. What `warder mcp connect` would refuse is not written.
    init(
        _ remote: ServerEntry.Remote,
        in entry: ServerEntry,
        secrets: [Candidate]
    ) throws(RemoteObstacle) {
        let members = entry.node.members
        guard members.allSatisfy({ ["type", "url", "headers"].contains($0.name ?? "") }) else { throw .otherMember }
        url = remote.url
        type = entry.node["type"]
        headersIndex = members.firstIndex { $0.name == "headers" }
        let address = remote.url.value.text ?? ""
        try Self.check(type: type, address: address)
        // Of what is no text and no number nobody knows how a client sends it.
        guard entry.node["headers"]?.members.count ?? 0 == remote.headers.count else { throw .header }
        for text in [address] + remote.headers.map(\.value)
        where Placeholders.containsReference(Array(text.utf8)[...]) { throw .reference }

        var moves: [EntryDecision.Move] = []
        func template(_ text: String, at node: SyntaxNode) -> String {
            guard let candidate = secrets.first(where: { $0.node.index == node.index }) else { return text }
            let bytes = Array(text.utf8)
            var result: [UInt8] = []
            var done = 0
            for span in Self.parts(of: candidate, bytes[...]) {
                let label = Self.label(of: span, in: candidate)
                let name = "MCP_" + SecretNames.words(of: label).joined(separator: "_").uppercased()
                let variable = Naming.variable(name) { name in !moves.contains { $0.variable == name } }
                moves.append(.init(variable: variable, candidate: candidate, label: label, part: span.range))
                result += bytes[done..<span.range.lowerBound] + Array("{\(variable)}".utf8)
                done = span.range.upperBound
            }
            return String(decoding: result + bytes[done...], as: UTF8.self)
        }
        let target = template(address, at: remote.url.value)
        let headers = remote.headers.map { ($0.name, template($0.value, at: $0.node)) }
        self.moves = moves
        let values = Dictionary(
            moves.map { ($0.variable, String(decoding: $0.bytes, as: UTF8.self)) },
            uniquingKeysWith: { first, _ in first }
        )
        try Self.check(address: target, values)
        for (name, value) in headers { try Self.check(header: name, value, values) }
        // What somebody wants to leave where it is.
        let isLiteral =
            LiteralSecret.stands(in: target)
            || headers.contains { LiteralSecret.stands(in: $0.1, name: $0.0) }
        arguments =
            ["mcp", "connect", target] + headers.flatMap { ["--header", "\($0.0): \($0.1)"] }
            + (isLiteral ? ["--allow-literal"] : [])
    }

    private static func check(type: SyntaxNode?, address: String) throws(RemoteObstacle) {
        let path = address.prefix { $0 != "?" && $0 != "#" }
        switch type.map({ $0.text ?? "" }) {
        case "sse": throw .oldTransport
        case "http", "streamable-http": return
        // Without a word on it clients try the one and then the other.
        case nil: if path.hasSuffix("/sse") || path.hasSuffix("/sse/") { throw .oldTransport }
        default: throw .otherTransport
        }
    }

    private static func check(address: String, _ values: [String: String]) throws(RemoteObstacle) {
        do { _ = try RemoteAddress(address).filled { values[$0] } } catch { throw .address }
    }

    private static func check(
        header name: String,
        _ value: String,
        _ values: [String: String]
    ) throws(RemoteObstacle) {
        do { _ = try RemoteHeader(name: name, value: value).filled { values[$0] } } catch { throw .header }
    }

    /// What goes to the vault: of a header that is called like a secret all but the scheme, because what would stay of it
    /// is taken for a secret as well.
    private static func parts(of candidate: Candidate, _ bytes: ArraySlice<UInt8>) -> [SecretSpan] {
        guard candidate.carrier == .header, let name = candidate.name, SecretNames.meaning(of: name) != nil,
            let evidence = candidate.evidence
        else { return candidate.spans }
        let credential = Credentials.withoutScheme(bytes)
        return [SecretSpan(range: credential.startIndex..<credential.endIndex, evidence: evidence)]
    }

    /// What a secret in a header or an address is called by.
    private static func label(of span: SecretSpan, in candidate: Candidate) -> String {
        if let name = candidate.name { return name }
        let before = Array(candidate.value.utf8)[..<span.range.lowerBound]
        if before.last == UInt8(ascii: "=") {
            let name = before.dropLast().ending { $0.isWord }
            if !name.isEmpty { return String(decoding: name, as: UTF8.self) }
        }
        return span.evidence == .addressPassword ? "password" : "token"
    }
}
