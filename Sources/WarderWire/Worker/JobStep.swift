/// One thing that a rotator is asked to do; each can be asked for again after a crash, and does the same then.
package enum JobStep: String, Codable, Sendable, CaseIterable {
    /// Checks that everything later steps need is there, and changes nothing.
    case preflight
    /// Makes a credential at the upstream, or decides what the new one is for.
    case create
    /// Makes the candidate valid at the upstream.
    case set
    /// Uses the candidate as a consumer would.
    case test
    /// Makes the version that was current before invalid at the upstream.
    case retire
    /// Takes back what `create` and `set` of this rotation did.
    case discard
}

/// Which program and which of its entries a job is for. It names an entry of the worker's own configuration, never a
/// path or an address: `exec:github-token`, `postgres:main`.
package struct Rotator: Codable, Sendable, Hashable, CustomStringConvertible {
    /// What does the work.
    package enum Kind: String, Sendable, CaseIterable {
        case exec
        case postgres
    }

    package let kind: Kind
    /// Name of the entry: `[a-z0-9][a-z0-9._-]{0,62}`.
    package let entry: String

    /// Takes `KIND:ENTRY`; `nil` for anything else.
    package init?(_ text: String) {
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")),
            let kind = Kind(rawValue: String(text[..<colon]))
        else { return nil }
        let entry = String(text[text.utf8.index(after: colon)...])
        guard Self.isEntryName(entry) else { return nil }
        self.kind = kind
        self.entry = entry
    }

    /// Whether a text can name an entry.
    package static func isEntryName(_ text: String) -> Bool {
        func isPlain(_ byte: UInt8) -> Bool {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        guard let first = text.utf8.first, isPlain(first), text.utf8.count <= 63 else { return false }
        return text.utf8.allSatisfy { isPlain($0) || ".-_".utf8.contains($0) }
    }

    /// `KIND:ENTRY`.
    package var description: String { "\(kind.rawValue):\(entry)" }

    package init(from decoder: any Decoder) throws {
        guard let rotator = Rotator(try String(from: decoder)) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not a rotator")
            )
        }
        self = rotator
    }

    package func encode(to encoder: any Encoder) throws { try description.encode(to: encoder) }
}
