/// The one place that requests go to: scheme, host, port, and the path that they stay below.
package struct UpstreamOrigin: Hashable, Sendable {
    /// Why a text declares none.
    package enum Invalid: Error, Hashable, Sendable {
        /// Not `https://HOST[:PORT][/PATH]`.
        case notAnAddress
        /// `http://` to another machine would show the credential to the network.
        case notEncrypted
        /// The path has empty, `.` or `..` segments, or bytes that belong into no path.
        case badPath
    }

    /// Whether it is reached by TLS, which is everywhere but on this machine.
    package let isEncrypted: Bool
    /// Name or address, in lower case, without brackets.
    package let host: String
    /// The port.
    package let port: Int
    /// What paths begin with: empty, or `/` and segments without a slash at the end.
    package let path: String

    /// Reads `https://HOST[:PORT][/PATH]`, or the same with `http` for this machine's loopback.
    ///
    /// - Throws: ``Invalid``.
    package init(_ text: String) throws(Invalid) {
        let isEncrypted = text.lowercased().hasPrefix("https://")
        guard isEncrypted || text.lowercased().hasPrefix("http://") else { throw .notAnAddress }
        let rest = text.dropFirst(isEncrypted ? 8 : 7)
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        guard let (host, port) = Self.authority(rest[..<slash], defaultPort: isEncrypted ? 443 : 80) else {
            throw .notAnAddress
        }
        guard isEncrypted || ["127.0.0.1", "::1", "localhost"].contains(host) else { throw .notEncrypted }
        var path = String(rest[slash...])
        if path.hasSuffix("/") { path.removeLast() }
        guard path.isEmpty || RequestPath.isPlain(path) else { throw .badPath }
        self.isEncrypted = isEncrypted
        self.host = host
        self.port = port
        self.path = path
    }

    /// As it stands in the `Host` field: without the port where it is the scheme's own.
    package var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (isEncrypted ? 443 : 80) ? name : "\(name):\(port)"
    }

    /// What to connect to. `localhost` in plain text is this machine, whatever a resolver says of the name.
    package var destination: String { !isEncrypted && host == "localhost" ? "127.0.0.1" : host }

    /// Whether the host is an address, which TLS does not ask for by name.
    package var isAddress: Bool {
        host.contains(":") || host.utf8.allSatisfy { $0 == UInt8(ascii: ".") || (0x30...0x39).contains($0) }
    }

    /// Host and port of `HOST`, `HOST:PORT` or `[ADDRESS]:PORT`, without a user.
    private static func authority(_ text: Substring, defaultPort: Int) -> (String, Int)? {
        var rest = text[...]
        let host: Substring
        if rest.first == "[" {
            guard let end = rest.firstIndex(of: "]") else { return nil }
            host = rest[rest.index(after: rest.startIndex)..<end]
            guard host.contains(":"), host.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }) else { return nil }
            rest = rest[rest.index(after: end)...]
        } else {
            let end = rest.firstIndex(of: ":") ?? rest.endIndex
            host = rest[..<end]
            let isName = host.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || (0x30...0x39).contains(byte)
                    || "-._".utf8.contains(byte)
            }
            guard isName else { return nil }
            rest = rest[end...]
        }
        guard !host.isEmpty, host.utf8.count <= 253 else { return nil }
        guard !rest.isEmpty else { return (host.lowercased(), defaultPort) }
        let digits = rest.dropFirst()
        guard rest.first == ":", digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = Int(digits),
            (1...65_535).contains(port)
        else { return nil }
        return (host.lowercased(), port)
    }
}
