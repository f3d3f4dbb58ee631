import HashTreeCollections
package import WarderModel

/// Something about the vault's state that an operator should know, and what mends it.
package struct Diagnosis: Sendable {
    package enum Severity: String, Sendable, Comparable {
        case error, warning, note

        package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

        private var rank: Int {
            switch self {
            case .error: 0
            case .warning: 1
            case .note: 2
            }
        }
    }

    package let severity: Severity
    /// Stable name of the kind.
    package let code: String
    package let message: String
    package let remedy: String

    package init(_ severity: Severity, _ code: String, _ message: String, remedy: String) {
        self.severity = severity
        self.code = code
        self.message = message
        self.remedy = remedy
    }
}

/// What is wrong with what the vault was told, as far as the state alone can say.
package enum Doctor {
    /// Requires a registered operator.
    package static func read(by caller: Caller) -> Command<[Diagnosis]> {
        Command(.doctorRead, by: caller) { transaction, event throws(Refusal) in
            let findings =
                collect(transaction.state, at: transaction.now.wall)
                + KeyDiagnosis.collect(transaction.foundation, transaction.keys.ring, at: transaction.now.wall)
            event.changes = ["count=\(findings.count)"]
            return findings
        }
    }

    /// Worst first.
    package static func collect(_ state: VaultState, at now: Timestamp) -> [Diagnosis] {
        let findings =
            lostRecords(state) + sharedUsers(state) + operatorsWithoutPresence(state) + waivers(state)
            + secrets(state, at: now) + servers(state) + grants(state, at: now)
        return findings.sorted { ($0.severity, $0.code, $0.message) < ($1.severity, $1.code, $1.message) }
    }

    private static func lostRecords(_ state: VaultState) -> [Diagnosis] {
        state.lost.entries.map { entry in
            Diagnosis(
                .error,
                entry.reason.code,
                entry.message,
                remedy: "warder doctor --deep says what else is damaged and what can be saved; then restore a backup."
            )
        }
    }

    private static func sharedUsers(_ state: VaultState) -> [Diagnosis] {
        state.operators.values.flatMap { person in
            state.servers.values.filter { $0.selectors.couldMatch(uid: person.uid) }.map { server in
                Diagnosis(
                    .warning,
                    "shared_uid",
                    "Server \(server.name) can run under the uid of operator \(person.name) (\(person.uid)): the kernel "
                        + "cannot tell them apart, only the operator's passphrase does.",
                    remedy: "Run the server under a uid of its own and register it again: warder server add "
                        + "\(server.name) --uid UID"
                )
            }
        }
    }

    private static func operatorsWithoutPresence(_ state: VaultState) -> [Diagnosis] {
        state.operators.values.filter {
            $0.presence == nil && (state.profile == .singleUser || state.sharesUserWithServer($0.uid))
        }.map { person in
            Diagnosis(
                .warning,
                "presence_not_set",
                "Operator \(person.name) has no passphrase, so that every command that needs their presence is refused.",
                remedy: "warder operator enrol \(person.name); then, as \(person.name): warder operator passphrase"
            )
        }
    }

    private static func waivers(_ state: VaultState) -> [Diagnosis] {
        state.grants.values.compactMap { grant in
            guard grant.approval == .none, let tool = state.tools[grant.tool],
                tool.needsApproval(in: state.profile)
            else { return nil }
            return Diagnosis(
                .warning,
                "approval_waived",
                "\(grant.tool) (\(tool.risk.rawValue), \(tool.category.rawValue)) uses \(grant.secret) without the approval "
                    + "that its class asks for; \(grant.createdBy) decided so.",
                remedy: "warder grant remove \(grant.tool) \(grant.secret)"
            )
        }
    }

    private static func secrets(_ state: VaultState, at now: Timestamp) -> [Diagnosis] {
        state.secrets.values.filter { $0.deleted == nil }.flatMap { secret in
            var findings: [Diagnosis] = []
            if let expires = secret.expires {
                if expires <= now {
                    findings.append(
                        Diagnosis(
                            .error,
                            "secret_expired",
                            "\(secret.name) expired at its upstream on \(expires).",
                            remedy: "warder secret put \(secret.name) --expires DATE"
                        )
                    )
                } else if expires <= now.adding(seconds: 14 * 86_400) {
                    findings.append(
                        Diagnosis(
                            .warning,
                            "secret_expires_soon",
                            "\(secret.name) expires at its upstream on \(expires).",
                            remedy: "warder secret put \(secret.name) --expires DATE"
                        )
                    )
                }
            }
            if secret.current == nil {
                findings.append(
                    Diagnosis(
                        .warning,
                        "secret_without_value",
                        "\(secret.name) has no current version; it resolves for nobody.",
                        remedy: "warder secret put \(secret.name)"
                    )
                )
            }
            if secret.owner == nil {
                findings.append(
                    Diagnosis(
                        .note,
                        "secret_without_owner",
                        "Nobody answers for \(secret.name).",
                        remedy: "warder secret put \(secret.name) --owner WHO"
                    )
                )
            }
            return findings
        }
    }

    private static func servers(_ state: VaultState) -> [Diagnosis] {
        state.servers.values.flatMap { server in
            var findings: [Diagnosis] = []
            if let quarantine = server.quarantine {
                findings.append(
                    Diagnosis(
                        .note,
                        "server_quarantined",
                        "\(server.name) is quarantined since \(quarantine.since).",
                        remedy: "warder server release \(server.name)"
                    )
                )
            }
            if server.selectors.uid == nil, server.selectors.unit == nil {
                findings.append(
                    Diagnosis(
                        .warning,
                        "weak_selectors",
                        "\(server.name) is recognised without a uid or a unit: several users can run the same program.",
                        remedy: "warder server remove \(server.name), then warder server add \(server.name) --uid UID"
                    )
                )
            }
            return findings
        }
    }

    private static func grants(_ state: VaultState, at now: Timestamp) -> [Diagnosis] {
        state.grants.values.filter { $0.expires.map { $0 <= now } ?? false }.map { grant in
            Diagnosis(
                .note,
                "grant_expired",
                "The grant of \(grant.secret) to \(grant.tool) has ended.",
                remedy: "warder grant remove \(grant.tool) \(grant.secret)"
            )
        }
    }
}
