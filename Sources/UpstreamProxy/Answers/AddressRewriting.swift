import UpstreamAddresses

/// Turns addresses of the upstream in an answer's fields to the proxy, so that a server that follows them comes back to
/// it.
///
/// Addresses elsewhere stay as they are: who follows one goes there without a credential.
struct AddressRewriting {
    let origin: UpstreamOrigin
    let base: String

    /// The value of a field, rewritten where it has addresses.
    func rewritten(_ value: String, of name: String) -> String {
        switch name.lowercased() {
        case "location", "content-location": address(value)
        case "link": links(value)
        case "set-cookie": cookie(value)
        default: value
        }
    }

    /// An address of the upstream as one of the proxy.
    func address(_ text: String) -> String {
        for prefix in prefixes where text.lowercased().hasPrefix(prefix) {
            let rest = text.dropFirst(prefix.count)
            // Otherwise the host goes on, or the port, or it is a user.
            if rest.isEmpty || ["/", "?", "#"].contains(rest.first) { return base + rest }
        }
        return text
    }

    private var prefixes: [String] {
        let scheme = origin.isEncrypted ? "https:" : "http:"
        let name = origin.host.contains(":") ? "[\(origin.host)]" : origin.host
        let authorities = [origin.authority, "\(name):\(origin.port)"]
        return authorities.flatMap { ["\(scheme)//\($0)", "//\($0)"] }
    }

    /// `<ADDRESS>; parameters, …` (RFC 8288).
    private func links(_ value: String) -> String {
        var result = ""
        var rest = value[...]
        while let start = rest.firstIndex(of: "<"), let end = rest[start...].firstIndex(of: ">") {
            result += rest[...start] + address(String(rest[rest.index(after: start)..<end]))
            rest = rest[end...]
        }
        return result + rest
    }

    /// A cookie that comes back over the loopback: for this host, and not only over TLS.
    private func cookie(_ value: String) -> String {
        value.split(separator: ";", omittingEmptySubsequences: false).enumerated().filter { index, part in
            let name = part.prefix { $0 != "=" }.filter { $0 != " " }.lowercased()
            return index == 0 || !["domain", "secure", "samesite", "partitioned"].contains(name)
        }
        .map { String($0.element) }.joined(separator: ";")
    }
}
