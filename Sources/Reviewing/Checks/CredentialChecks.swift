import WarderModel

/// How credentials and the vault's own keys are kept.
enum CredentialChecks {
    /// Days after which a value counts as old.
    static let oldDays = 90

    static let all = [
        Check("secret-age", .credentials, points: 3, "No value is older than 90 days.", [.tokens]) { facts in
            secrets(facts) { secret in
                guard let changed = secret.changed else { return nil }
                let days = changed.days(until: facts.taken)
                guard days > oldDays else { return nil }
                let history = secret.versions == 1 ? "was never changed in" : "was last changed before"
                return Fault(
                    secret.schedule == nil ? .oldValue : .oldRotatedValue,
                    days > 365 ? .high : .medium,
                    secret.name,
                    "\(secret.name) \(history) \(days) days.",
                    secret.schedule == nil ? Remedy("warder secret put \(secret.name)") : Commands.rotate(secret)
                )
            }
        },
        Check("secret-schedule", .credentials, points: 2, "Every secret changes by itself.", [.tokens]) { facts in
            secrets(facts) { secret in
                guard secret.schedule == nil else { return nil }
                if secret.paused == true {
                    return Fault(
                        .paused,
                        .low,
                        secret.name,
                        "\(secret.name) does not change by itself any more: somebody paused its rotation.",
                        Remedy("warder rotate continue \(secret.name)")
                    )
                }
                return Fault(
                    .unscheduled,
                    .low,
                    secret.name,
                    "\(secret.name) changes only when somebody remembers.",
                    Remedy("warder rotate schedule \(secret.name) --rotator ROTATOR --every 90d")
                )
            }
        },
        Check("secret-expiry", .credentials, points: 3, "No value is past its upstream's date.", [.tokens]) { facts in
            secrets(facts) { secret in
                guard let expires = secret.expires, expires <= facts.taken else { return nil }
                return Fault(
                    secret.schedule == nil ? .expired : .expiredRotated,
                    .high,
                    secret.name,
                    "\(secret.name) expired at its upstream on \(expires.day).",
                    secret.schedule == nil
                        ? Remedy(
                            "warder secret put \(secret.name) --expires DATE",
                            advice: "DATE is when the new value expires; never, where it does not."
                        )
                        : Commands.rotate(secret)
                )
            }
        },
        Check("secret-owner", .credentials, points: 1, "Every secret has an owner.", [.tokens]) { facts in
            secrets(facts) { secret in
                guard secret.owner == nil else { return nil }
                return Fault(
                    .ownerlessSecret,
                    .low,
                    secret.name,
                    "Nobody answers for \(secret.name).",
                    Remedy("warder secret set \(secret.name) --owner WHO")
                )
            }
        },
        Check(
            "shared-secret",
            .credentials,
            points: 2,
            "No two servers hold the same secret.",
            [.tokens, .overSharing]
        ) {
            facts in
            guard case .known(let grants) = facts.liveGrants else { return .notEvaluated(facts.grants.reason ?? "") }
            let bySecret = Dictionary(grouping: grants, by: \.secret)
            let tools = Dictionary(facts.tools.map { ($0.name, $0) }) { one, _ in one }
            return secrets(facts) { secret in
                let own = (bySecret[secret.name] ?? []).compactMap { grant in tools[grant.tool].map { (grant, $0) } }
                let servers = Set(own.map { $0.1.server }).sorted()
                guard let first = servers.first, servers.count > 1 else { return nil }
                return Fault(
                    .sharedSecret,
                    .medium,
                    secret.name,
                    "\(secret.name) is given to \(Words.count(servers.count, "server")) (\(Words.list(servers))): a leak "
                        + "at one is a leak at all, and nobody can tell whose.",
                    Remedy(
                        own.filter { $0.1.server != first }.sorted { $0.0.tool < $1.0.tool }
                            .flatMap { Commands.separate($0.0, of: $0.1) },
                        advice: "SECRET is a new one for each server: a credential of its own."
                    )
                )
            }
        },
        Check("key-slots", .credentials, points: 2, "Losing one key does not lose the vault.", [.tokens]) { facts in
            guard case .known(let slots) = facts.slots else { return .notEvaluated(facts.slots.reason ?? "") }
            var answer = CheckAnswer(evidence: Words.list(slots.map(\.kind)))
            if slots.count == 1, slots[0].kind != "shares" {
                answer.faults.append(
                    Fault(
                        .oneKey,
                        .medium,
                        "",
                        "One \(slots[0].kind) is all that opens the vault: whoever loses it loses everything.",
                        Remedy("warder key add-slot")
                    )
                )
            }
            return answer
        },
        Check("backups", .credentials, points: 2, "There is a backup of this week.", [.tokens]) { facts in
            guard case .known(let backups) = facts.backups else { return .notEvaluated(facts.backups.reason ?? "") }
            let days = backups.last.map { $0.days(until: facts.taken) }
            let attempt =
                backups.attempt.map {
                    " A try of \($0.day) has not ended so: it was given up or is damaged, or nobody said that it arrived; see "
                        + "warder audit search --type backup.create."
                } ?? ""
            var answer = CheckAnswer(
                evidence: backups.last.map {
                    "Last on \($0.day): everything in it opened, and whoever took it said that the file is on the disk. "
                        + "Whether it opens there: warder backup verify.\(attempt)"
                } ?? ""
            )
            if days.map({ $0 > BackupFacts.oldDays }) ?? true {
                answer.faults.append(
                    Fault(
                        days == nil ? .noBackup : .oldBackup,
                        days == nil ? .high : .medium,
                        "",
                        (days.map { "The newest backup that was sound and arrived is \($0) days old." }
                            ?? "The log of \(BackupFacts.days) days knows of no backup that was sound and arrived.")
                            + attempt,
                        Remedy("warder backup create FILE")
                    )
                )
            }
            return answer
        },
    ]

    private static func secrets(_ facts: ReviewFacts, _ fault: (SecretFacts) -> Fault?) -> CheckAnswer {
        switch facts.secrets {
        case .notEvaluated(let reason): .notEvaluated(reason)
        case .known(let secrets):
            .each(of: secrets.filter { !isDecoy($0, facts) }, "secret", none: "There are no secrets.", fault)
        }
    }

    /// Whether a secret is a decoy that can be one: nothing may have it, and nothing ever got it. Such a one stays as it
    /// is: what matters of it is that somebody reaches for it. What a tool works with is a credential, whatever somebody
    /// calls it.
    private static func isDecoy(_ secret: SecretFacts, _ facts: ReviewFacts) -> Bool {
        guard secret.honeytoken.value == true, secret.used == nil, case .known(let grants) = facts.liveGrants else {
            return false
        }
        return !grants.contains { $0.secret == secret.name }
    }
}
