package import WarderModel

/// Whom an alert is about: names that were checked, or numbers of the kernel's, and never text that a peer sent.
package enum AlertSubject: Hashable, Comparable, Sendable, CustomStringConvertible {
    case server(ServerName)
    case user(UInt32)
    case secret(SecretName)
    /// Users who are told apart no more.
    case severalUsers

    /// `server:github`, `uid:1001`, `secret:decoy/aws`, `uid:several`.
    package var description: String {
        switch self {
        case .server(let name): "server:\(name.text)"
        case .user(let uid): "uid:\(uid)"
        case .secret(let name): "secret:\(name.text)"
        case .severalUsers: "uid:several"
        }
    }

    /// Reads what `description` wrote; `nil` for anything else.
    package init?(_ text: String) {
        guard let colon = text.firstIndex(of: ":") else { return nil }
        let rest = String(text[text.index(after: colon)...])
        switch text[..<colon] {
        case "server":
            guard let name = try? ServerName(rest) else { return nil }
            self = .server(name)
        case "secret":
            guard let name = try? SecretName(rest) else { return nil }
            self = .secret(name)
        case "uid":
            if rest == "several" {
                self = .severalUsers
            } else {
                guard let uid = UInt32(rest), String(uid) == rest else { return nil }
                self = .user(uid)
            }
        default: return nil
        }
    }

    package static func < (left: Self, right: Self) -> Bool {
        left.description.utf8.lexicographicallyPrecedes(right.description.utf8)
    }

    /// The server that can be quarantined for it.
    package var server: ServerName? {
        if case .server(let name) = self { return name }
        return nil
    }
}

extension AlertSubject: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let subject = AlertSubject(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "no subject of an alert")
        }
        self = subject
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
