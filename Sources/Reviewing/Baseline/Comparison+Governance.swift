import WarderModel

extension Comparison {
    mutating func approvals(_ old: Fact<ApprovalFacts>, _ new: Fact<ApprovalFacts>) {
        guard let (before, after) = both("approval rules", old, new) else { return }
        for scope in Self.scopes(before.rules, after.rules, \.name) {
            func holding(_ facts: ApprovalFacts) -> [String] {
                let own = facts.rules.filter { $0.risk == scope.risk && $0.category == scope.category }
                return (own.first { $0.server == scope.server } ?? own.first { $0.server == nil })?.groups ?? []
            }
            let fewer = Votes.missing(holding(before), in: holding(after))
            if !fewer.isEmpty {
                add(
                    "approval-removed",
                    scope.name,
                    scope.risk == .critical ? .critical : .high,
                    "Calls of the class \(scope.name) no longer need \(Words.list(fewer))."
                )
            }
        }
        let known = Set(before.standing.map(\.id))
        for yes in after.standing where !known.contains(yes.id) {
            add(
                "new-standing-approval",
                yes.id,
                yes.bound ? .medium : .high,
                "\(yes.author) said yes beforehand to \(Words.count(yes.remaining, "call")) of \(yes.subject)."
            )
        }
    }

    mutating func limits(_ old: Fact<LimitFacts>, _ new: Fact<LimitFacts>) {
        guard let (before, after) = both("limits", old, new) else { return }
        for scope in Self.scopes(before.limits, after.limits, \.name) {
            func holding(_ facts: LimitFacts) -> LimitFacts.Limit? {
                let own = facts.limits.filter { $0.risk == scope.risk }
                return own.first { $0.server == scope.server } ?? own.first { $0.server == nil }
            }
            guard let was = holding(before), let limit = holding(after),
                (limit.rate ?? .max) > (was.rate ?? .max)
            else { continue }
            add(
                "limit-raised",
                scope.name,
                .medium,
                "Calls of \(scope.server.map { "\($0)'s " } ?? "")\(scope.risk.rawValue) tools a minute: "
                    + "\(was.rate.map(String.init) ?? "any") before, \(limit.rate.map(String.init) ?? "any") now."
            )
        }
    }

    /// Everything that one of two lists names, so that what is gone counts as well.
    private static func scopes<Rule>(_ old: [Rule], _ new: [Rule], _ name: (Rule) -> String) -> [Rule] {
        var seen: Set<String> = []
        return (old + new).filter { seen.insert(name($0)).inserted }
    }

    mutating func watching(_ old: ReviewFacts, _ new: ReviewFacts) {
        if let (before, after) = both("alerts", old.alerts, new.alerts) {
            for rule in Set(before.rules).subtracting(after.rules).sorted() {
                add("alert-removed", rule, .medium, "Nothing watches for \(rule) any more.")
            }
            alertSettings(before, after)
            for mute in after.muted
            where !before.muted.contains(where: { $0.rule == mute.rule && $0.subject == mute.subject }) {
                add(
                    "alert-muted",
                    "\(mute.rule) \(mute.subject)",
                    .medium,
                    "Nobody is told what \(mute.rule) finds of \(mute.subject) until \(mute.until.day)."
                )
            }
            if !before.destinations.isEmpty, after.destinations.isEmpty {
                add("alerts-unheard", "destinations", .high, "Nobody is told of alerts any more.")
            }
        }
        if let (before, after) = both("the log", old.audit, new.audit) {
            if !before.checkpoints.isEmpty, after.checkpoints.isEmpty {
                add("checkpoints-inside", "log", .high, "Checkpoints lie in the database alone now.")
            }
            if !before.copies.isEmpty, after.copies.isEmpty {
                add("events-inside", "log", .medium, "Events lie in the database alone now.")
            }
            if before.hold, !after.hold { add("hold-ended", "log", .medium, "The log is no longer on hold.") }
            if after.days != 0, before.days == 0 || after.days < before.days {
                let was = before.days == 0 ? "for ever" : "for \(before.days) days"
                add("retention-shortened", "log", .medium, "Events were kept \(was), and are for \(after.days) days.")
            }
        }
        if let (before, after) = both("incident path", old.governance, new.governance),
            before.owner != nil && after.owner == nil || before.escalation != nil && after.escalation == nil
        {
            add(
                "incident-path-lost",
                "governance",
                .medium,
                "It is no longer written down who is called in an incident."
            )
        }
    }

    private mutating func alertSettings(_ old: AlertFacts, _ new: AlertFacts) {
        let before = old.settings.map(Fact.known) ?? .notEvaluated("")
        let after = new.settings.map(Fact.known) ?? .notEvaluated("")
        guard let (before, after) = both("settings of alerts", before, after) else { return }
        for (was, setting) in Self.pairs(before, after, \.rule) {
            // Of a rule that does not watch any more, nothing else matters.
            guard let was, new.rules.contains(setting.rule) || !old.rules.contains(setting.rule) else { continue }
            let ways = setting.losses(since: was)
            if !ways.isEmpty {
                add(
                    "alert-loosened",
                    setting.rule,
                    .medium,
                    "\(setting.rule) does less than before: it \(Words.list(ways, atMost: 4))."
                )
            }
        }
    }
}

extension AlertFacts.Setting {
    /// What it finds or does less than an older one, as `warder plan` sees it.
    fileprivate func losses(since old: Self) -> [String] {
        var ways: [String] = []
        if let before = old.threshold, let threshold, threshold > before {
            ways.append("takes \(threshold) instead of \(before)")
        }
        if let before = old.seconds, let seconds, seconds < before {
            ways.append("looks back \(seconds) s instead of \(before) s")
        }
        // Which hours of a day are how many others is not worked out.
        if old.hours != nil, hours != old.hours {
            ways.append(hours == nil ? "looks at no hours" : "takes other hours for usual")
        }
        if old.quarantine, !quarantine { ways.append("blocks nobody by itself") }
        return ways
    }
}
