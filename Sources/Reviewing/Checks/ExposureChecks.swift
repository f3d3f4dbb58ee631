import WarderModel

/// How much harm a call can do that should not have been made.
enum ExposureChecks {
    /// Longest life of a token for a tool that changes something before a grant counts as broad, in seconds.
    static let broadLifetime = 900
    /// Days after which a grant that nobody used is a way in that nobody needs.
    static let unusedDays = 90
    /// How many times the usual limit still is one: an agent in a loop is stopped by it, and a server with more work than
    /// most has room.
    static let limitFactor = 4

    /// The most requests a minute that count as a limit.
    static func ceiling(_ risk: Tool.Risk) -> Int { Int(RateLimit.usual(risk)) * limitFactor }

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
                    .broadGrant,
                    tool.judged.risk == .critical ? .high : .medium,
                    subject(grant),
                    "With one token \(tool.name) (\(tool.classWords)) may use \(grant.secret) "
                        + words.joined(separator: ", and ") + ".",
                    Remedy(Commands.replace(grant, of: tool))
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
                // One that was made anew cannot have been used before.
                guard case .known(let ever) = grant.used,
                    max(ever ?? grant.created, grant.created).days(until: facts.taken) > unusedDays
                else { return nil }
                let used = ever.flatMap { $0 < grant.created ? nil : $0 }
                let since = used.map { "not since \($0.day)" } ?? "never, since it was given on \(grant.created.day)"
                return Fault(
                    .unusedGrant,
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
                    .weakAttestation,
                    .medium,
                    subject(grant),
                    "\(tool.name) (\(tool.classWords)) is given \(grant.secret) even where the kernel confirms no more than "
                        + "a user.",
                    Remedy(Commands.replace(grant, of: tool))
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
            return .each(of: limits.limits, "class", none: "There are no limits.") { boundless($0) }
        },
        Check(
            "alerts",
            .exposure,
            points: 3,
            "Somebody is told of what looks like misuse, and acknowledges it.",
            [.audit]
        ) { facts in
            guard case .known(let alerts) = facts.alerts else { return .notEvaluated(facts.alerts.reason ?? "") }
            var answer = CheckAnswer(
                evidence: "\(Words.count(alerts.rules.count, "rule")), told to "
                    + (alerts.destinations.isEmpty ? "nobody" : Words.list(alerts.destinations)) + "; "
                    + "\(alerts.open) open."
            )
            if !alerts.destinations.isEmpty { answer.unknown = untried(alerts, facts.taken) }
            answer.faults += alerts.off.map { rule in
                Fault(
                    .ruleOff,
                    .medium,
                    "off \(rule)",
                    "Nothing watches for \(rule) any more: somebody switched the rule off.",
                    Remedy("warder alert rule set \(rule) --on")
                )
            }
            answer.faults += alerts.muted.map { mute in
                Fault(
                    .muted,
                    .low,
                    "muted \(mute.rule) \(mute.subject)",
                    "Until \(mute.until.day) nobody is told what \(mute.rule) finds of \(mute.subject).",
                    Remedy("warder alert unmute \(mute.rule) \(mute.subject) --reason REASON")
                )
            }
            if alerts.destinations.isEmpty {
                answer.faults.append(
                    Fault(
                        .nobodyTold,
                        .high,
                        "destinations",
                        "Alerts stay in the vault: nobody is told.",
                        Remedy(
                            advice: Commands.configure("notices", "program: PATH", or: "webhook: URL")
                                + " A webhook needs a webhook_key as well: docs/operations/notices.md."
                        )
                    )
                )
            }
            if alerts.open > 0 {
                answer.faults.append(
                    Fault(
                        .openAlerts,
                        .medium,
                        "open",
                        "Nobody has acknowledged \(Words.count(alerts.open, "alert")).",
                        Remedy(
                            ["warder alert list"]
                                + (alerts.ids ?? ["ID"]).map { "warder alert ack \($0) --reason REASON" }
                        )
                    )
                )
            }
            return answer
        },
    ]

    /// Why nobody knows whether who is to be told would hear of anything: a line in the configuration shows nothing.
    private static func untried(_ alerts: AlertFacts, _ now: Instant) -> String? {
        switch alerts.told {
        case .notEvaluated(let reason): reason
        case .known(let last?) where last.days(until: now) <= AlertFacts.toldDays: nil
        case .known:
            "Nothing reached \(Words.list(alerts.destinations)) within \(AlertFacts.toldDays) days, so that nobody knows "
                + "whether an alert would: ask for a decoy once, and take note of its alert when they were told."
        }
    }

    /// A limit that stops nobody is no better than none, and must not be cheaper.
    private static func boundless(_ limit: LimitFacts.Limit) -> Fault? {
        let set = "warder limit set \(limit.server ?? "--default") --risk \(limit.risk.rawValue)"
        let severity: Severity = limit.risk == .critical ? .high : .medium
        guard let rate = limit.rate else {
            return Fault(
                .noLimit,
                severity,
                limit.name,
                "Nothing limits how often \(limit.server ?? "a server") calls \(limit.risk.rawValue) tools.",
                Remedy("\(set) inherit")
            )
        }
        let most = ceiling(limit.risk)
        guard rate > most else { return nil }
        let usual = RateLimit.usual(limit.risk)
        return Fault(
            .looseLimit,
            severity,
            limit.name,
            "\(limit.server ?? "A server") may call \(limit.risk.rawValue) tools \(rate) times a minute: above \(most), a "
                + "limit stops no loop in time.",
            Remedy("\(set) \(usual)/min", advice: "\(usual) is usual; up to \(most) counts as a limit.")
        )
    }

    static func subject(_ grant: GrantFacts) -> String { "\(grant.tool) \(grant.secret)" }

    private static func grants(
        _ facts: ReviewFacts,
        known: (GrantFacts) -> String? = { _ in nil },
        _ fault: (GrantFacts, ToolFacts) -> Fault?
    ) -> CheckAnswer {
        guard case .known(let live) = facts.liveGrants else { return .notEvaluated(facts.grants.reason ?? "") }
        let tools = Dictionary(facts.tools.map { ($0.name, $0) }) { one, _ in one }
        return .each(
            of: live,
            "grant",
            none: "There are no grants.",
            known: { known($0) ?? tools[$0.tool]?.read.reason }
        ) { grant in
            tools[grant.tool].flatMap { fault(grant, $0) }
        }
    }
}

extension ReviewFacts {
    /// Grants that have not ended: the others let nothing through.
    var liveGrants: Fact<[GrantFacts]> {
        guard case .known(let grants) = grants else { return grants }
        return .known(grants.filter { grant in grant.expires.map { $0 > taken } ?? true })
    }
}
