/// Credentials inside addresses: `scheme://user:password@host`.
enum Addresses {
    /// Every password that stands before a host.
    static func find(in text: ArraySlice<UInt8>) -> [SecretSpan] {
        var found: [SecretSpan] = []
        var rest = text
        while let mark = rest.firstRange(of: Array("://".utf8)) {
            if mark.lowerBound > text.startIndex, text[mark.lowerBound - 1].isAlphanumeric,
                let span = userInformation(text[mark.upperBound...])
            {
                found.append(span)
            }
            rest = rest[mark.upperBound...]
        }
        return found + dataSource(text) + webhooks(text)
    }

    /// Whether it is an address and nothing else.
    static func isAddress(_ text: ArraySlice<UInt8>) -> Bool {
        let text = text.trimmed
        guard let mark = text.firstRange(of: Array("://".utf8)), mark.lowerBound > text.startIndex else { return false }
        return text[..<mark.lowerBound].allSatisfy { $0.isAlphanumeric || "+.-:".utf8.contains($0) }
            && !text.contains { $0.isSpace }
    }

    private static func userInformation(_ rest: ArraySlice<UInt8>) -> SecretSpan? {
        let line = rest.prefix { !$0.isSpace && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "'") }
        var authority = line.prefix { !"/?#".utf8.contains($0) }
        if !authority.contains(UInt8(ascii: "@")) {
            // A password may hold `/` without anybody having escaped it: then what stands behind the colon is no port.
            guard let colon = authority.firstIndex(of: UInt8(ascii: ":")),
                !authority[(colon + 1)...].allSatisfy({ $0.isDigit }),
                line.contains(UInt8(ascii: "@"))
            else { return nil }
            authority = line
        }
        guard let at = authority.lastIndex(of: UInt8(ascii: "@")) else { return nil }
        let user = authority[..<at]
        guard let colon = user.firstIndex(of: UInt8(ascii: ":")) else {
            // A token may stand where the name is.
            guard Randomness.isLikely(user) || !KnownTokens.find(in: user).isEmpty else { return nil }
            return SecretSpan(range: user.startIndex..<user.endIndex, evidence: .addressPassword)
        }
        let password = user[(colon + 1)...]
        guard !password.isEmpty else { return nil }
        return SecretSpan(range: password.startIndex..<password.endIndex, evidence: .addressPassword)
    }

    /// Addresses that are a credential as a whole: whoever has one can post there.
    private static func webhooks(_ text: ArraySlice<UInt8>) -> [SecretSpan] {
        let hosts = [
            ("hooks.slack.com/services/", "Slack"), ("discord.com/api/webhooks/", "Discord"),
            ("discordapp.com/api/webhooks/", "Discord"), ("mcp.zapier.com/api/mcp/s/", "Zapier"),
            ("actions.zapier.com/mcp/", "Zapier"), ("hooks.zapier.com/hooks/catch/", "Zapier"),
        ]
        return hosts.compactMap { host, issuer in
            guard let mark = text.firstRange(of: Array(host.utf8)) else { return nil }
            var path = text[mark.upperBound...].prefix { $0.isWord || "/=~%".utf8.contains($0) }
            // What everybody writes behind it belongs to the address.
            for ending in ["/mcp", "/sse"] where path.suffix(ending.utf8.count).elementsEqual(ending.utf8) {
                path = path.dropLast(ending.utf8.count)
            }
            guard path.count >= 20, !Placeholders.isPlaceholder(path) else { return nil }
            return SecretSpan(range: path.startIndex..<path.endIndex, evidence: .token(issuer: issuer))
        }
    }

    /// `user:password@tcp(host:3306)/database`, as drivers for MySQL write it.
    private static func dataSource(_ text: ArraySlice<UInt8>) -> [SecretSpan] {
        for network in ["@tcp(", "@unix("] {
            guard let mark = text.firstRange(of: Array(network.utf8)),
                let colon = text[..<mark.lowerBound].firstIndex(of: UInt8(ascii: ":")), colon + 1 < mark.lowerBound
            else { continue }
            return [SecretSpan(range: colon + 1..<mark.lowerBound, evidence: .addressPassword)]
        }
        return []
    }
}
