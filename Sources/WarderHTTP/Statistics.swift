import Locking
import Synchronization

/// Counters since the start of the daemon. Labels are routes and codes of the vault's own tables, never what a peer
/// sent.
package final class Statistics: Sendable {
    private struct Counts {
        var answers: [String: UInt64] = [:]
    }

    private let counts = Locked(Counts())
    private let connections = Atomic<Int>(0)
    private let accepted = Atomic<UInt64>(0)
    private let turnedAway = Atomic<UInt64>(0)
    private let requests = Atomic<UInt64>(0)

    init() {}

    func connectionOpened() {
        connections.add(1, ordering: .relaxed)
        accepted.add(1, ordering: .relaxed)
    }

    func connectionClosed() { connections.subtract(1, ordering: .relaxed) }
    func connectionTurnedAway() { turnedAway.add(1, ordering: .relaxed) }
    func requestAnswered() { requests.add(1, ordering: .relaxed) }

    func failed(code: String) { counts.withLock { $0.answers[code, default: 0] += 1 } }

    func write(to metrics: inout MetricsText) {
        metrics.add("warder_connections", .gauge, "Open connections.", Int64(connections.load(ordering: .relaxed)))
        metrics.add(
            "warder_connections_accepted_total",
            .counter,
            "Connections accepted.",
            Int64(clamping: accepted.load(ordering: .relaxed))
        )
        metrics.add(
            "warder_connections_refused_total",
            .counter,
            "Connections closed because a limit was reached.",
            Int64(clamping: turnedAway.load(ordering: .relaxed))
        )
        metrics.add(
            "warder_requests_total",
            .counter,
            "Requests answered.",
            Int64(clamping: requests.load(ordering: .relaxed))
        )
        let failures = counts.withLock { $0.answers }.sorted { $0.key < $1.key }
        metrics.add(
            "warder_failures_total",
            .counter,
            "Requests answered with an error, by code.",
            failures.map { .init(labels: [("code", $0.key)], value: Int64(clamping: $0.value)) }
        )
    }
}
