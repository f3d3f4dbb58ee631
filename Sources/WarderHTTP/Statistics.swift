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

    /// Prometheus text format, version 0.0.4.
    func text(facts: [(name: String, help: String, value: Int64)]) -> String {
        var text = ""
        func add(_ name: String, _ kind: String, _ help: String, _ lines: [(labels: String, value: String)]) {
            text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n"
            for line in lines { text += "\(name)\(line.labels) \(line.value)\n" }
        }
        for fact in facts { add(fact.name, "gauge", fact.help, [("", String(fact.value))]) }
        add("warder_connections", "gauge", "Open connections.", [("", String(connections.load(ordering: .relaxed)))])
        add(
            "warder_connections_accepted_total",
            "counter",
            "Connections accepted.",
            [("", String(accepted.load(ordering: .relaxed)))]
        )
        add(
            "warder_connections_refused_total",
            "counter",
            "Connections closed because a limit was reached.",
            [("", String(turnedAway.load(ordering: .relaxed)))]
        )
        add(
            "warder_requests_total",
            "counter",
            "Requests answered.",
            [("", String(requests.load(ordering: .relaxed)))]
        )
        let failures = counts.withLock { $0.answers }.sorted { $0.key < $1.key }
        add(
            "warder_failures_total",
            "counter",
            "Requests answered with an error, by code.",
            failures.map { ("{code=\"\($0.key)\"}", String($0.value)) }
        )
        return text
    }
}
