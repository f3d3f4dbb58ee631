import Alerting
import HashTreeCollections
import WarderCore
import WarderModel

/// Open alerts, counted.
enum AlertMetrics {
    /// With zeros for rules that found nothing, so that the first alert is an increase.
    static func write(_ state: VaultState, to metrics: inout MetricsText) {
        var counts: [AlertRule: Int64] = [:]
        for key in state.openAlerts.keys { counts[key.rule, default: 0] += 1 }
        metrics.add(
            "warder_alerts_open",
            .gauge,
            "Alerts of which nobody has taken note.",
            AlertRule.allCases.map { .init(labels: [("rule", $0.rawValue)], value: counts[$0, default: 0]) }
        )
    }
}
