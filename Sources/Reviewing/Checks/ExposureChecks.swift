import WarderModel

/// How much harm a call can do that should not have been made.
enum ExposureChecks {
    /// Longest life of a token for a tool that changes something before a grant counts as broad, in seconds.
    static let broadLifetime = 900
    /// Days after which a grant that nobody used is a way in that nobody needs.
    static let unusedDays = 90

    static let all = [
        Check(
            "broad-grant",
            .exposure,
            points: 5,
            "Tokens of tools that change something are short and counted.",
            [.tokens, .scopeCreep]
        ) { facts in
            grants(facts) { grant, tool in
                guard tool.changes else { return nil }
                let unlimited = grant.uses == nil && tool.risk != .critical
                let long = grant.lifetime > broadLifetime
                guard unlimited || long else { return nil }
                var words: [String] = []
                if unlimited { words.append("as often as it likes") }
                if long { words.append("for \(grant.lifetime / 60) minutes") }
                return Fault(
                    tool.risk == .critical ? .high : .medium,
                    subject(grant),
                    "With one token \(tool.name) (\(tool.classWords)) may use \(grant.secret) "
                        + words.joined(separator: ", and ") + ".",
                    Remedy(
                        Commands.replace(grant) { grant in
                            grant.uses = grant.uses ?? 1
                            grant.lifetime = min(grant.lifetime, 300)
                        }
                    )
                )
            }
        },
        Check(
            "unused-grant",
            .exposure,
            points: 3,
            "Every grant is in use.",
            [.scopeCreep]
        ) { facts in
            grants(facts, known: \.used.reason) { grant, tool in
                guard case .known(let used) = grant.used,
                    (used ?? grant.created).days(until: facts.taken) > unusedDays
                else { return nil }
                let since = used.map { "not since \($0.day)" } ?? "never, since it was given on \(grant.created.day)"
                return Fault(
                    tool.changes ? .medium : .low,
                    subject(grant),
                    "\(tool.name) may use \(grant.secret) and did so \(since).",
                    Remedy(Commands.remove(grant))
                )
            }
        },
        Check(
            "weak-attestation",
            .exposure,
            points: 2,
            "Critical tools are given credentials only where the kernel confirms the process.",
            [.authentication]
        ) { facts in
            grants(facts) { grant, tool in
                guard tool.severity <= .high, grant.attestation == .uid else { return nil }
                return Fault(
                    .medium,
                    subject(grant),
                    "\(tool.name) (\(tool.classWords)) is given \(grant.secret) even where the kernel confirms no more than "
                        + "a user.",
                    Remedy(Commands.replace(grant) { $0.attestation = .starttime })
                )
            }
        },
        Check(
            "rate-limits",
            .exposure,
            points: 2,
            "No server can call without end.",
            [.intentSubversion]
        ) { facts in
            guard case .known(let limits) = facts.limits else { return .notEvaluated(facts.limits.reason ?? "") }
            return .each(of: limits.limits, "class", none: "There are no limits.") { limit in
                guard limit.rate == nil else { return nil }
                let whose = limit.server ?? "--default"
                return Fault(
                    limit.risk == .critical ? .high : .medium,
                    limit.name,
                    "Nothing limits how often \(limit.server ?? "a server") calls \(limit.risk.rawValue) tools.",
                    Remedy("warder limit set \(whose) --risk \(limit.risk.rawValue) inherit")
                )
            }
        },
        Check(
            "alerts",
            .exposure,
            points: 3,
            "Somebody is told of what looks like misuse, and takes notice.",
            [.audit]
        ) { facts in
            guard case .known(let alerts) = facts.alerts else { return .notEvaluated(facts.alerts.reason ?? "") }
            var answer = CheckAnswer(
                evidence: "\(Words.count(alerts.rules.count, "rule")), told to "
                    + (alerts.destinations.isEmpty ? "nobody" : Words.list(alerts.destinations)) + "; "
                    + "\(alerts.open) open."
            )
            if alerts.rules.isEmpty {
                answer.faults.append(
                    Fault(.high, "rules", "Nothing is watched for.", Remedy("warder alert rule list"))
                )
            }
            answer.faults += alerts.off.map { rule in
                Fault(
                    .medium,
                    "off \(rule)",
                    "Nothing watches for \(rule) any more: somebody switched the rule off.",
                    Remedy("warder alert rule set \(rule) --on")
                )
            }
            answer.faults += alerts.muted.map { mute in
                Fault(
                    .low,
                    "muted \(mute.rule) \(mute.subject)",
                    "Until \(mute.until.day) nobody is told what \(mute.rule) finds of \(mute.subject).",
                    Remedy("warder alert unmute \(mute.rule) \(mute.subject) --reason REASON")
                )
            }
            if alerts.destinations.isEmpty {
                answer.faults.append(
                    Fault(
                        .high,
                        "destinations",
                        "Alerts stay in the vault: nobody is told.",
                        Remedy(
                            advice:
                                "In the daemon's configuration: notices: program: PATH, or webhook: URL; then restart it."
                        )
                    )
                )
            }
            if alerts.open > 0 {
                answer.faults.append(
                    Fault(
                        .medium,
                        "open",
                        "\(Words.count(alerts.open, "alert")) \(Words.has(alerts.open)) been taken notice of by nobody.",
                        Remedy("warder alert list")
                    )
                )
            }
            return answer
        },
    ]

    static func subject(_ grant: GrantFacts) -> String { "\(grant.tool) \(grant.secret)" }

    private static func grants(
        _ facts: ReviewFacts,
        known: (GrantFacts) -> String? = { _ in nil },
        _ fault: (GrantFacts, ToolFacts) -> Fault?
    ) -> CheckAnswer {
        guard case .known(let all) = facts.grants else { return .notEvaluated(facts.grants.reason ?? "") }
        let tools = Dictionary(facts.tools.map { ($0.name, $0) }) { one, _ in one }
        let live = all.filter { grant in grant.expires.map { $0 > facts.taken } ?? true }
        return .each(of: live, "grant", none: "There are no grants.", known: known) { grant in
            tools[grant.tool].flatMap { fault(grant, $0) }
        }
    }
}
