import WarderModel

/// Commands that remedies are made of, in one place: the names in them were checked, so that none needs quotes.
enum Commands {
    static func set(_ tool: ToolFacts, _ option: String) -> String { "warder tool set \(tool.name) \(option)" }

    /// Takes a tool for what a review takes it for.
    static func classify(_ tool: ToolFacts) -> String {
        set(tool, "--risk \(tool.judged.risk.rawValue) --category \(tool.judged.category.rawValue) --reason REASON")
    }

    /// Makes the standard of a tool's class hold again: the rule goes that asks for less, and the general one behind it as
    /// well where that does.
    static func restore(_ tool: ToolFacts, _ facts: ReviewFacts) -> [String] {
        let standard = Votes.standard(tool.stated, in: facts.profile)
        let weak = (facts.approvals.value?.rules(of: tool) ?? []).filter {
            !Votes.missing(standard, in: $0.groups).isEmpty
        }
        let servers: [String?] = weak.isEmpty ? [nil] : weak.map(\.server)
        return servers.map { server in
            "warder approval rule remove \(tool.risk.rawValue) \(tool.category.rawValue)"
                + (server.map { " --server \($0)" } ?? "")
        }
    }

    /// What brings a tool of a document into a vault: with what it must be allowed and returns, and with its definition,
    /// all of which `warder tool add` would lose.
    static func register(_ tool: ToolFacts) -> [String] {
        ["warder tool import openapi FILE --server \(tool.server)", grant(to: tool)]
    }

    /// The smallest grant of a tool.
    static func grant(to tool: ToolFacts) -> String {
        var grant = "warder grant add \(tool.name) SECRET"
        if tool.changes { grant += " --ttl 5m --uses 1" }
        if tool.severity <= .high { grant += " --attestation starttime" }
        return grant
    }

    static func remove(_ tool: ToolFacts) -> String { "warder tool remove \(tool.name)" }

    /// What has to be there before.
    static func prelude(_ tool: ToolFacts) -> String {
        "Once, before: warder server add \(tool.server) --uid UID --owner WHO; and warder secret put SECRET, a credential "
            + "of its own for each such tool. FILE is the document, with all tools of the server; a second time, the import "
            + "changes nothing."
    }

    static func remove(_ grant: GrantFacts) -> String { "warder grant remove \(grant.tool) \(grant.secret)" }

    /// There is one grant for a tool and a secret, so that another one takes its place in two steps; all its terms
    /// stand in the second, because none is kept. It has none of the faults that a grant can have: what one finding says
    /// does not undo what another said.
    static func replace(_ grant: GrantFacts, of tool: ToolFacts) -> [String] {
        [remove(grant), add(mended(grant, of: tool))]
    }

    /// The same with a credential that nothing else uses, which has to be brought first.
    static func separate(_ grant: GrantFacts, of tool: ToolFacts) -> [String] {
        var other = mended(grant, of: tool)
        other.secret = "SECRET"
        let fields = grant.fields == [FieldName.value.text] ? "" : grant.fields.map { " --field \($0)" }.joined()
        return ["warder secret put SECRET --owner WHO\(fields)", remove(grant), add(other)]
    }

    private static func mended(_ grant: GrantFacts, of tool: ToolFacts) -> GrantFacts {
        var grant = grant
        grant.waived = false
        if tool.changes {
            grant.uses = grant.uses ?? 1
            if grant.lifetime > ExposureChecks.broadLifetime { grant.lifetime = 300 }
        }
        if tool.severity <= .high, grant.attestation == .uid { grant.attestation = .starttime }
        return grant
    }

    private static func add(_ grant: GrantFacts) -> String {
        var words = ["warder grant add \(grant.tool) \(grant.secret)"]
        words += grant.fields.map { "--field \($0)" }
        words.append("--ttl \(grant.lifetime)s")
        words += grant.uses.map { ["--uses \($0)"] } ?? []
        if grant.waived { words.append("--approval none") }
        words += grant.maxStale.map { ["--max-stale \($0)s"] } ?? []
        if grant.attestation != .uid { words.append("--attestation \(grant.attestation.rawValue)") }
        words += grant.expires.map { ["--expires \($0.time)"] } ?? []
        return words.joined(separator: " ")
    }

    /// Conditions that let one process be the server, and no operator and no other server: one command for all faults
    /// of a server, because it replaces all conditions, and a second one would undo the first.
    static func update(_ server: ServerFacts) -> Remedy {
        let isShared = !server.overlaps.isEmpty || !server.operators.isEmpty
        let needsUser = isShared || IdentityStrength(server) == .program
        let needsUnit = server.unit == nil && server.executable == nil
        let conditions: [(String, String?)] = [
            ("--uid", needsUser ? "UID" : server.uid.map(String.init)), ("--gid", server.gid.map(String.init)),
            ("--group", server.group.map(String.init)),
            ("--unit", needsUnit ? "UNIT" : server.unit.map(ShellWord.quoted)),
            ("--executable", server.executable.map(ShellWord.quoted)), ("--executable-sha256", server.sha256),
        ]
        let words =
            conditions.compactMap { name, value in value.map { "\(name) \($0)" } }
            + (server.launched == true ? ["--launch"] : [])
        let advice = [
            needsUser ? "UID is a user of its own, as whom nothing but the server runs." : nil,
            needsUnit
                ? "UNIT is its unit of systemd; where it has none, give --executable PATH in place of --unit." : nil,
        ]
        return Remedy(
            (["warder server update \(server.name)"] + words).joined(separator: " "),
            advice: advice.compactMap(\.self).joined(separator: " ")
        )
    }

    /// A secret with a schedule that did not change in time: something keeps it from that.
    static func rotate(_ secret: SecretFacts) -> Remedy {
        Remedy(
            "warder rotate now \(secret.name)",
            advice: "Its schedule should have done so. What kept it from that: warder rotate status \(secret.name)."
        )
    }

    /// Puts a backup in place of the database, as docs/operations does. The daemon is stopped then, so that its user alone
    /// says which vault is meant: the state directory is theirs. With `--state` the configuration would not be read, which
    /// names the checkpoints that the restored log has to come after.
    static func restore(_ advice: String) -> Remedy {
        Remedy(
            "sudo -u warder warder backup restore --replace FILE",
            advice: advice + " Of a vault that runs as you, leave out `sudo -u warder`."
        )
    }

    /// What no command sets: a line of a file that belongs to root.
    static func configure(_ section: String, _ line: String, or other: String? = nil) -> String {
        "In the daemon's configuration, under `\(section):`, write `\(line)`"
            + (other.map { " (or `\($0)`)" } ?? "") + "; then restart the daemon, and unseal it."
    }
}
