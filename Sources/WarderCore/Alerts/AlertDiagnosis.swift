import Alerting
import HashTreeCollections
import WarderModel

/// Alerts that wait for somebody.
enum AlertDiagnosis {
    /// How long it may take until somebody was told, in seconds.
    private static let patience: Int64 = 900

    static func collect(_ state: VaultState, at now: Timestamp) -> [Diagnosis] {
        let open = state.openAlerts.values.compactMap { state.alerts[$0] }.filter { !$0.isMuted }
        guard !open.isEmpty else { return [] }
        let rules = Set(open.map(\.rule.rawValue)).sorted().joined(separator: ", ")
        var findings = [
            Diagnosis(
                .warning,
                "alerts_open",
                "Nobody has taken note of \(open.count) alert\(open.count == 1 ? "" : "s"): \(rules).",
                remedy: "See them, and how to take note of one: warder alert list"
            )
        ]
        let untold = open.count { $0.told == nil && $0.first.adding(seconds: patience) < now }
        if untold > 0 {
            let hasFailed = open.contains { $0.told == nil && $0.gaveUp != nil }
            findings.append(
                Diagnosis(
                    .warning,
                    "alerts_untold",
                    "Of \(untold) alert\(untold == 1 ? "" : "s") "
                        + (hasFailed
                            ? "not everybody was told: the program or webhook for it fails."
                            : "nobody was told: there is no program or webhook for it, or no worker."),
                    remedy: hasFailed
                        ? "What it said: warder audit search --type notice.send"
                        : "Set notices.program or notices.webhook in the configuration; is there a worker? See: warder status"
                )
            )
        }
        return findings
    }
}
