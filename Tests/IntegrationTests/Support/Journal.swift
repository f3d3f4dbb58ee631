import Foundation
import Locking
import Testing

/// What clients themselves wrote down: which of their calls were answered with a value, and which changes were
/// confirmed.
final class Journal: Sendable {
    struct Entries {
        /// Sessions of calls that were answered with a value.
        var answered: Set<String> = []
        /// Versions that a put was confirmed with, by secret.
        var stored: [String: Set<Int>] = [:]
    }

    let entries = Locked(Entries())

    /// How much was answered so far.
    var count: Int { entries.withLock { $0.answered.count + $0.stored.values.reduce(0) { $0 + $1.count } } }

    func answered(_ session: String) { entries.withLock { _ = $0.answered.insert(session) } }
    func stored(_ secret: String, _ version: Int) {
        entries.withLock { _ = $0.stored[secret, default: []].insert(version) }
    }
}

/// Clients that ask as fast as they can until the daemon is gone.
final class Load {
    private var threads: [Thread] = []
    private let finished = DispatchGroup()

    init(_ vault: VaultProcess, round: Int, resolvers: Int, writers: Int, journal: Journal) {
        let (client, `operator`) = (vault.clientSocket, vault.operatorSocket)
        for number in 0..<resolvers {
            start { Self.resolve(client, "r\(round)-\(number)", journal) }
        }
        for number in 0..<writers {
            start { Self.write(`operator`, "load/writer-\(number)", journal) }
        }
    }

    /// Waits until every client has seen the daemon go.
    func wait() { finished.wait() }

    private func start(_ body: @escaping @Sendable () -> Void) {
        finished.enter()
        let group = finished
        let thread = Thread {
            body()
            group.leave()
        }
        thread.start()
        threads.append(thread)
    }

    private static func resolve(_ socket: String, _ name: String, _ journal: Journal) {
        guard let connection = try? SocketClient(socket) else { return }
        var number = 0
        while true {
            let session = "\(name)-\(number)"
            number += 1
            let body = "{\"tool\":\"github/list\",\"secret\":\"github/pat\",\"session\":\"\(session)\"}"
            guard let answer = try? connection.request("POST", "/v1/resolve", body: body) else { return }
            if answer.status == 200 { journal.answered(session) }
        }
    }

    private static func write(_ socket: String, _ secret: String, _ journal: Journal) {
        guard let connection = try? SocketClient(socket) else { return }
        while true {
            guard
                let answer = try? connection.request(
                    "PUT",
                    "/v1/secrets/\(secret)",
                    body: "{\"fields\":{\"value\":\"\(secret)\"}}"
                )
            else { return }
            if let version = answer.json["version"] as? Int { journal.stored(secret, version) }
        }
    }
}

/// What the log says, read on from where the last look ended.
final class LogReader {
    private(set) var answered: Set<String> = []
    private(set) var stored: [String: Set<Int>] = [:]
    private(set) var lastSequence = 0
    private(set) var isContiguous = true
    /// A hash of each event as it was read, in order.
    private(set) var fingerprints: [Int] = []

    /// Reads on from where the last look ended; a new reader reads everything.
    func read(_ vault: VaultProcess) throws {
        while true {
            let page = try vault.ask("GET", "/v1/audit/events?limit=1000&after=\(lastSequence)").json
            let events = page["events"] as? [[String: Any]] ?? []
            for event in events { take(event) }
            if events.isEmpty || page["complete"] as? Bool == true { return }
        }
    }

    private func take(_ event: [String: Any]) {
        guard let sequence = event["seq"] as? Int else { return isContiguous = false }
        if sequence != lastSequence + 1 { isContiguous = false }
        lastSequence = sequence
        fingerprints.append((try? JSONSerialization.data(withJSONObject: event, options: .sortedKeys))?.hashValue ?? 0)
        guard event["decision"] as? String == "allowed" else { return }
        switch event["type"] as? String {
        case "secret.resolve":
            if let session = event["session"] as? String { answered.insert(session) }
        case "secret.put":
            if let secret = event["secret"] as? String, let version = event["version"] as? Int {
                stored[secret, default: []].insert(version)
            }
        default: break
        }
    }
}
