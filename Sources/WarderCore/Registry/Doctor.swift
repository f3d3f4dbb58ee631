import HashTreeCollections
package import WarderModel

/// What is wrong with what the vault was told, as far as the state alone can say.
///
/// A remedy is one line: commands whole enough to be run once the words in capitals are filled in, each ended by a
/// comma, a semicolon, a parenthesis or the end. A test runs every one of them against the command's own parser.
package enum Doctor {
    /// Requires a registered operator.
    package static func read(_ workers: WorkerPresence, by caller: Caller) -> Command<[Diagnosis]> {
        Command(.doctorRead, by: caller) { transaction, event throws(Refusal) in
            let (state, now) = (transaction.state, transaction.now.wall)
            let findings =
                collect(state, workers, at: now)
                + KeyDiagnosis.collect(transaction.foundation, transaction.keys.ring, state, at: now)
            event.changes = ["count=\(findings.count)"]
            return findings
        }
    }

    /// Worst first.
    package static func collect(
        _ state: VaultState,
        _ workers: WorkerPresence,
        at now: Timestamp
    ) -> [Diagnosis] {
        let findings =
            [workers.diagnosis].compactMap(\.self) + quarantine(state) + lostRecords(state)
            + operatorsWithoutPresence(state) + ServerDiagnosis.collect(state) + ToolDiagnosis.collect(state)
            + SecretDiagnosis.collect(state, at: now) + GrantDiagnosis.collect(state, at: now)
            + RotationDiagnosis.collect(state, workers, at: now) + ApprovalDiagnosis.collect(state)
            + AlertDiagnosis.collect(state, at: now)
        return findings.sorted { ($0.severity, $0.code, $0.message) < ($1.severity, $1.code, $1.message) }
    }

    private static func quarantine(_ state: VaultState) -> [Diagnosis] {
        guard state.isQuarantined else { return [] }
        guard state.hasUnreleasedOrigin else {
            return [
                Diagnosis(
                    .error,
                    "restored_vault",
                    "What cannot be read may be a restore that nobody released. The vault is in quarantine: no server gets "
                        + "a credential.",
                    remedy: LostRecords.Entry.release
                )
            ]
        }
        let since = state.newestOrigin.map { " since \($0.began), from a backup of \($0.backup.created)" } ?? ""
        return [
            Diagnosis(
                .error,
                "restored_vault",
                "The vault was restored\(since). It is in quarantine: no server gets a credential.",
                remedy: "Look what may be out of date: warder backup review; then: warder backup release"
            ),
            Diagnosis(
                .warning,
                "restored_key_slots",
                "The key slots are those of the backup's time: a passphrase that was removed since opens the vault again.",
                remedy: "Take away what must not open it: warder key slots"
            ),
        ]
    }

    private static func lostRecords(_ state: VaultState) -> [Diagnosis] {
        var findings = state.lost.entries.map { entry in
            Diagnosis(.error, entry.reason.code, entry.message, remedy: entry.remedy)
        }
        if state.lost.hasUntoldApprovalRule {
            findings.append(
                Diagnosis(
                    .error,
                    LostRecords.Entry.Reason.damaged.code,
                    "What cannot be read may be an approval rule, and the log cannot say, because it is damaged too. Calls "
                        + "whose approvals go by rules are refused.",
                    remedy: LostRecords.Entry.setRule
                )
            )
        }
        return findings
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
}
