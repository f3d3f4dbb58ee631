import WarderModel

/// Commands that make and change grants, for remedies.
extension Grant {
    /// The command that makes it; `NAME` where nobody can say which field is meant.
    var command: String {
        var words = ["warder grant add \(tool) \(secret)"]
        words += fields.isEmpty ? ["--field NAME"] : fields.map { "--field \($0)" }
        words.append("--ttl \(lifetime)s")
        words += uses.map { ["--uses \($0)"] } ?? []
        if approval == .none { words.append("--approval none") }
        words += maxStale.map { ["--max-stale \($0)s"] } ?? []
        if minimumAttestation != .uid { words.append("--attestation \(minimumAttestation.rawValue)") }
        words += expires.map { ["--expires \($0)"] } ?? []
        return words.joined(separator: " ")
    }

    /// The command that takes it away.
    var removal: String { "warder grant remove \(tool) \(secret)" }

    /// There is one grant for a tool and a secret, so that another one takes its place in two steps; all its terms
    /// stand in the second, because none is kept.
    func replaced(by other: Grant) -> String { "\(removal); \(other.command)" }
}
