import HashTreeCollections
import Rotating
import Scheduling
import WarderCore
import WarderModel

/// Rotations and the ages of values, counted.
struct RotationMetrics {
    private var due: Int64 = 0
    private var overdue: Int64 = 0
    private var underWay: Int64 = 0
    private var waiting: Int64 = 0
    private var orphans: Int64 = 0
    private var ages: [MetricsText.Sample] = []
    private var expiries: [MetricsText.Sample] = []

    init(_ state: VaultState, at now: Timestamp) {
        for rotation in state.rotations.values {
            orphans += Int64(rotation.orphans.count)
            if let run = rotation.run, !run.hasEnded {
                underWay += 1
                if run.waitsForPerson { waiting += 1 }
            }
            if let next = state.nextDue(rotation, at: now), next.at <= now { due += 1 }
            if state.overdueSince(rotation, at: now) != nil { overdue += 1 }
        }
        for secret in state.secrets.values.sorted(by: { $0.name < $1.name }) where secret.deleted == nil {
            guard let current = secret.current else { continue }
            let labels = [("secret", secret.name.text), ("owner", secret.owner?.text ?? "")]
            // A clock that was ahead makes nothing younger than new.
            ages.append(.init(labels: labels, value: max(0, (now.milliseconds - current.created.milliseconds) / 1000)))
            if let expires = secret.expires {
                expiries.append(.init(labels: labels, value: expires.milliseconds / 1000))
            }
        }
    }

    func write(to metrics: inout MetricsText) {
        for (name, help, value) in [
            ("warder_rotations_due", "Rotations whose time has come and that have not begun.", due),
            ("warder_rotations_overdue", "Rotations that should have begun half an hour ago or earlier.", overdue),
            ("warder_rotations_under_way", "Rotations that have begun and not ended.", underWay),
            ("warder_rotations_waiting", "Rotations under way that wait for a person.", waiting),
            ("warder_rotation_orphans", "Credentials that rotations left behind at their upstreams.", orphans),
        ] {
            metrics.add(name, .gauge, help, value)
        }
        metrics.add("warder_secret_age_seconds", .gauge, "Age of the current version.", ages)
        metrics.add(
            "warder_secret_expiry_timestamp_seconds",
            .gauge,
            "When the upstream stops accepting the current version, in seconds since 1970.",
            expiries
        )
    }

    /// With zeros for what every rotator in use has not come to yet, so that the first failure is an increase.
    static func write(_ tally: StepTally, _ state: VaultState, to metrics: inout MetricsText) {
        var counts = tally.all
        for rotator in Set(state.rotations.values.filter { $0.rotator.needsWorker }.map(\.rotator.text)) {
            for outcome in [StepOutcome.done, .failed, .unknown] {
                counts[StepTally.Key(rotator: rotator, outcome: outcome), default: 0] += 0
            }
        }
        let sorted = counts.sorted {
            ($0.key.rotator, $0.key.outcome.rawValue) < ($1.key.rotator, $1.key.outcome.rawValue)
        }
        metrics.add(
            "warder_rotation_steps_total",
            .counter,
            "Steps that rotators were asked for since the daemon began, by what came of them.",
            sorted.map { key, count in
                .init(labels: [("rotator", key.rotator), ("outcome", key.outcome.rawValue)], value: count)
            }
        )
    }
}
