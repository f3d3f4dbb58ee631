import WarderModel

/// Commands that remedies are made of, in one place: the names in them were checked, so that none needs quotes.
enum Commands {
    static func set(_ tool: ToolFacts, _ option: String) -> String { "warder tool set \(tool.name) \(option)" }

    /// What brings a tool into a vault.
    static func register(_ tool: ToolFacts) -> [String] {
        var words = ["warder tool add \(tool.name) --risk \(tool.risk.rawValue)"]
        if tool.category != .standard { words.append("--category \(tool.category.rawValue)") }
        words.append("--owner WHO")
        var grant = "warder grant add \(tool.name) SECRET"
        if tool.changes { grant += " --ttl 5m --uses 1" }
        if tool.severity <= .high { grant += " --attestation starttime" }
        return [words.joined(separator: " "), grant]
    }

    /// What has to be there before.
    static func prelude(_ tool: ToolFacts) -> String {
        "Once, before: warder server add \(tool.server) --uid UID; and warder secret put SECRET, a credential of its own "
            + "for each such tool."
    }

    static func remove(_ grant: GrantFacts) -> String { "warder grant remove \(grant.tool) \(grant.secret)" }

    /// There is one grant for a tool and a secret, so that another one takes its place in two steps; all its terms
    /// stand in the second, because none is kept.
    static func replace(_ grant: GrantFacts, _ change: (inout GrantFacts) -> Void) -> [String] {
        var other = grant
        change(&other)
        return [remove(grant), add(other)]
    }

    private static func add(_ grant: GrantFacts) -> String {
        var words = ["warder grant add \(grant.tool) \(grant.secret)"]
        words += grant.fields.map { "--field \($0)" }
        words.append("--ttl \(grant.lifetime)s")
        words += grant.uses.map { ["--uses \($0)"] } ?? []
        if grant.waived { words.append("--approval none") }
        if grant.attestation != .uid { words.append("--attestation \(grant.attestation.rawValue)") }
        words += grant.expires.map { ["--expires \($0.time)"] } ?? []
        return words.joined(separator: " ")
    }

    /// Another condition, and everything else as it is: the command replaces all conditions.
    static func update(_ server: ServerFacts, _ option: String, _ value: String) -> String {
        let conditions: [(String, String?)] = [
            ("--uid", server.uid.map(String.init)), ("--gid", server.gid.map(String.init)),
            ("--group", server.group.map(String.init)), ("--unit", server.unit.map(quoted)),
            ("--executable", server.executable.map(quoted)), ("--executable-sha256", server.sha256),
        ]
        let words = conditions.compactMap { name, own in
            name == option ? "\(name) \(value)" : own.map { "\(name) \($0)" }
        }
        return (["warder server update \(server.name)"] + words).joined(separator: " ")
    }

    private static let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%+=:./_-".utf8)

    /// Paths and units are other people's words.
    private static func quoted(_ word: String) -> String {
        guard word.isEmpty || !word.utf8.allSatisfy(plain.contains) else { return word }
        return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
    }
}
