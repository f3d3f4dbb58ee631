/// The enterprise checklist: five reviews, each line with its evidence.
package struct ChecklistSection: Codable, Hashable, Sendable {
    package struct Line: Codable, Hashable, Sendable {
        package let question: String
        package let outcome: CheckResult.Outcome
        package let evidence: String
    }

    package let title: String
    package let lines: [Line]
}

enum Checklist {
    /// What one line of the list is answered by.
    private enum Source: Sendable {
        /// Checks that all have to pass.
        case checks([String])
        case facts(@Sendable (ReviewFacts) -> (CheckResult.Outcome, String))
    }

    static func sections(
        _ facts: ReviewFacts,
        _ checks: [CheckResult],
        _ findings: [Finding]
    ) -> [ChecklistSection] {
        let byID = Dictionary(checks.map { ($0.id, $0) }) { one, _ in one }
        return all.map { title, lines in
            ChecklistSection(
                title: title,
                lines: lines.map { question, source in
                    switch source {
                    case .facts(let ask):
                        let (outcome, evidence) = ask(facts)
                        return .init(question: question, outcome: outcome, evidence: evidence)
                    case .checks(let ids): return line(question, ids.compactMap { byID[$0] })
                    }
                }
            )
        }
    }

    private static func line(_ question: String, _ checks: [CheckResult]) -> ChecklistSection.Line {
        let failed = checks.filter { $0.outcome == .failed }
        let unknown = checks.filter { $0.withheld > .zero }
        if !failed.isEmpty {
            let count = failed.map(\.findings.count).reduce(0, +)
            return .init(
                question: question,
                outcome: .failed,
                evidence: "\(Words.count(count, "finding")): \(Words.list(failed.map(\.id)))."
            )
        }
        if let first = unknown.first {
            return .init(question: question, outcome: .notEvaluated, evidence: first.evidence)
        }
        let evidence = checks.map(\.evidence).filter { !$0.isEmpty }
        return .init(question: question, outcome: .passed, evidence: evidence.joined(separator: " "))
    }

    private static let all: [(String, [(String, Source)])] = [
        (
            "Tool review",
            [
                ("Which tools are there, and is each one classified?", .facts(inventory)),
                ("Does somebody answer for each?", .checks(["tool-owner"])),
                ("Is it written down what each returns?", .checks(["tool-outputs"])),
                ("Is each the one that was accepted?", .checks(["tool-definition"])),
            ]
        ),
        (
            "Permission review",
            [
                ("Is it written down what each tool must be allowed?", .checks(["tool-permissions"])),
                ("Does no credential open more than its tool needs?", .checks(["broad-credential", "shared-secret"])),
                ("Are tokens short and counted?", .checks(["broad-grant"])),
                ("Is every grant in use?", .checks(["unused-grant"])),
            ]
        ),
        (
            "Security review",
            [
                ("Does the kernel confirm who asks?", .checks(["server-identity", "weak-attestation"])),
                ("Is every server a user of its own?", .checks(["server-overlap", "shared-uid"])),
                ("Are people told from programs?", .checks(["operator-presence"])),
                ("Are credentials changed in time?", .checks(["secret-age", "secret-schedule", "secret-expiry"])),
                ("Does the vault survive the loss of a key or a disk?", .checks(["key-slots", "backups"])),
                ("Was misuse rehearsed?", .facts(rehearsal)),
            ]
        ),
        (
            "Governance review",
            [
                (
                    "Does nothing that harms happen without somebody's yes?",
                    .checks(["approval-critical", "approval-side-effect"])
                ),
                ("Can somebody give it?", .checks(["approvers"])),
                ("Was every emergency looked at?", .checks(["break-glass"])),
                ("Is it known who is called in an incident, and whom they call?", .checks(["incident-path"])),
                ("Is it known how long records are kept?", .checks(["retention"])),
            ]
        ),
        (
            "Monitoring review",
            [
                ("Does every use of a credential leave an event?", .checks(["tool-recorded"])),
                ("Can the log be shown to be whole?", .checks(["log-signed", "checkpoint-outside"])),
                ("Is the number of calls bounded?", .checks(["rate-limits"])),
                ("Is somebody told of what looks like misuse?", .checks(["alerts"])),
                ("Are there decoys?", .facts(honeytokens)),
            ]
        ),
    ]

    private static func inventory(_ facts: ReviewFacts) -> (CheckResult.Outcome, String) {
        guard !facts.tools.isEmpty else { return (.notEvaluated, "There are no tools.") }
        let servers = Set(facts.tools.map(\.server)).count
        let word = facts.onWord.map(\.name)
        return (
            .passed,
            "\(Words.count(facts.tools.count, "tool")) of \(Words.count(servers, "server")), each with a class."
                + (word.isEmpty ? "" : " Lowered with a reason: \(word.count) (\(Words.list(word))).")
        )
    }

    private static func rehearsal(_ facts: ReviewFacts) -> (CheckResult.Outcome, String) {
        switch facts.rehearsal {
        case .notEvaluated(let reason): return (.notEvaluated, reason)
        case .known(let rehearsal):
            // Nobody signed the file: whose word it is stands beside what it says.
            let source = "On \(rehearsal.last.day)" + (rehearsal.file.map { ", as \($0) claims" } ?? "")
            guard rehearsal.failed.isEmpty else {
                return (.failed, "\(source), not refused or not recorded: \(Words.list(rehearsal.failed)).")
            }
            guard rehearsal.last.days(until: facts.taken) <= RehearsalFacts.validDays else {
                return (.notEvaluated, "\(source), and not in the \(RehearsalFacts.validDays) days since.")
            }
            let passed = "\(source), \(Words.count(rehearsal.passed, "step")), all refused and recorded"
            if let open = rehearsal.open, !open.isEmpty {
                return (.notEvaluated, "\(passed); not played: \(Words.list(open)).")
            }
            guard rehearsal.passed > 0 else { return (.notEvaluated, "\(source), of nothing.") }
            return (.passed, passed + ".")
        }
    }

    private static func honeytokens(_ facts: ReviewFacts) -> (CheckResult.Outcome, String) {
        guard case .known(let secrets) = facts.secrets else { return (.notEvaluated, facts.secrets.reason ?? "") }
        if let reason = secrets.lazy.compactMap(\.honeytoken.reason).first { return (.notEvaluated, reason) }
        guard !secrets.isEmpty else { return (.notEvaluated, "There are no secrets.") }
        let count = secrets.count { $0.honeytoken.value == true }
        guard count > 0 else {
            return (.failed, "None. What makes a secret one that nothing uses: warder secret set NAME --honeytoken.")
        }
        return (.passed, "\(Words.count(count, "decoy")).")
    }
}
