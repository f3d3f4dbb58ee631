import Foundation
import Locking
import PostgresTesting
import Testing

/// Consumers that log in without a pause while the passwords that they use are rotated, a hundred times.
@Suite("Logins while passwords are rotated", .serialized)
struct RotationLoginTests {
    private static let secrets = 5
    private static let rounds = 20
    /// For how long both passwords of two roles are valid, in seconds.
    private static let overlap = 1

    @Test("a hundred rotations of roles that take turns: no login fails")
    func alternating() throws {
        let seen = try Self.rotate(alternating: true)
        print("two roles: \(seen)")
        #expect(seen.failed == 0, "\(seen)")
    }

    @Test("a hundred rotations of single roles: whoever asks once more after a failed login never fails twice")
    func single() throws {
        let seen = try Self.rotate(alternating: false)
        print("one role: \(seen)")
        #expect(seen.failedTwice == 0, "\(seen)")
        // The control: there was something to ask once more for.
        #expect(seen.failed > 0)
    }

    /// What consumers saw.
    private struct Seen: CustomStringConvertible {
        var logins = 0
        /// First tries that were refused.
        var failed = 0
        var failedTwice = 0
        /// Refused after the value had been in hand for longer than both are valid.
        var late = 0
        /// Versions that were logged in with.
        var versions: Set<String> = []
        var faults: [String] = []

        var description: String {
            "\(logins) logins with \(versions.count) versions, \(failed) refused, \(failedTwice) twice, \(late) late"
        }
    }

    private static func rotate(alternating: Bool) throws -> Seen {
        let server = try PostgresServer()
        let vault = try VaultProcess(profile: "single-user", settings: VaultProcess.withoutRateLimit)
        let roles = try (0..<secrets).map { try DatabaseRoles(server, name: "app\($0)", alternating: alternating) }
        try vault.addSetting("worker_user: root\nworker:\n  jobs: 6\n" + roles[0].configuration)
        try vault.start()
        try vault.initialise()
        try vault.furnish(uid: 0)
        let names = (0..<secrets).map { "app/login\($0)" }
        for (name, role) in zip(names, roles) {
            try RotationStage.prepare(vault, name, role, overlap: overlap)
        }
        let worker = try WorkerProcess(vault)
        defer { worker.kill() }

        let seen = Locked(Seen())
        let isOver = Locked(false)
        let consumers = DispatchGroup()
        for name in names {
            let consumer = Consumer(vault: vault, server: server, secret: name, overlaps: alternating)
            Thread.detachNewThread(in: consumers) {
                consumer.run(until: { isOver.withLock { $0 } }, seen)
            }
        }
        defer {
            isOver.withLock { $0 = true }
            consumers.wait()
        }
        try drive(vault, names)
        isOver.withLock { $0 = true }
        consumers.wait()

        for (name, role) in zip(names, roles) {
            let versions = try vault.versions(of: name)
            #expect(versions.first?.number == rounds + 1 && versions.first?.state == "current", "\(name): \(versions)")
            #expect(try role.credentials().count == 1, "\(name): more logins are valid than the vault knows of")
            #expect(try !role.accepts(role.first))
        }
        let result = seen.withLock { $0 }
        #expect(result.faults.isEmpty, "\(result.faults)")
        #expect(result.versions.count >= secrets * rounds * 9 / 10, "\(result)")
        #expect(result.logins > secrets * rounds, "\(result)")
        return result
    }

    /// Rotates each secret again as soon as it has been rotated, so often.
    private static func drive(_ vault: VaultProcess, _ names: [String]) throws {
        let connection = try vault.operator()
        var rest = Dictionary(uniqueKeysWithValues: names.map { ($0, rounds) })
        _ = try waiting(for: "a hundred rotations", seconds: 240) { () throws -> Bool? in
            let listed = try connection.request("GET", "/v1/rotations").json["rotations"] as? [[String: Any]] ?? []
            var isDone = true
            for rotation in listed {
                guard let name = rotation["secret"] as? String, let left = rest[name] else { continue }
                let run = rotation["run"] as? [String: Any]
                if run != nil, run?["ended"] == nil {
                    isDone = false
                    let waits = run?["waits"] as? String
                    let stands = waits == "person" || (waits == "time" && run?["phase"] as? String != "overlapping")
                    if stands { throw Stuck(description: "it stands still: \(rotation)") }
                } else if left > 0 {
                    isDone = false
                    rest[name] = left - 1
                    let started = try connection.request("POST", "/v1/rotate/\(name)", body: "{}")
                    guard started.status == 200 else { throw Stuck(description: started.body) }
                }
            }
            usleep(30_000)
            return isDone ? true : nil
        }
    }

    /// A program that uses the login of a secret, and keeps it no longer than for one use.
    private struct Consumer {
        let vault: VaultProcess
        let server: PostgresServer
        let secret: String
        let overlaps: Bool
        private struct Login {
            var user: String
            var password: String
            var version: Int
        }

        func run(until isOver: () -> Bool, _ seen: Locked<Seen>) {
            do {
                let connection = try vault.client()
                var count = 0
                while !isOver() {
                    // Whoever keeps a value for longer than a step takes finds it refused more often.
                    let isKept = !overlaps && !count.isMultiple(of: 2)
                    try logIn(connection, after: isKept ? 400_000 : 0, seen)
                    count += 1
                }
            } catch {
                seen.withLock { $0.faults.append("\(secret): \(error)") }
            }
        }

        /// `pause`: between getting a value and using it, in microseconds.
        private func logIn(_ connection: SocketClient, after pause: UInt32, _ seen: Locked<Seen>) throws {
            let start = ContinuousClock.now
            let login = try resolve(connection)
            usleep(pause)
            if try server.accepts(login.user, login.password) {
                seen.withLock { seen in
                    seen.logins += 1
                    seen.versions.insert("\(secret) \(login.version)")
                }
            } else if overlaps, ContinuousClock.now - start > .seconds(overlap) {
                seen.withLock { $0.late += 1 }
            } else {
                let again = try resolve(connection)
                let isAccepted = try server.accepts(again.user, again.password)
                seen.withLock { seen in
                    seen.failed += 1
                    seen.failedTwice += isAccepted ? 0 : 1
                }
            }
            usleep(5000)
        }

        /// User and password of one version.
        private func resolve(_ connection: SocketClient) throws -> Login {
            let body = #"{"tool":"github/list","secret":"\#(secret)","fields":["username","password"]}"#
            let answer = try connection.request("POST", "/v1/resolve", body: body)
            guard let values = answer.json["values"] as? [[String: String]],
                let version = answer.json["version"] as? Int,
                values.map({ $0["field"] }) == ["username", "password"], let user = values[0]["value"],
                let password = values[1]["value"]
            else { throw Stuck(description: answer.body) }
            return Login(user: user, password: password, version: version)
        }
    }
}

extension Thread {
    /// A thread that the group waits for.
    fileprivate static func detachNewThread(in group: DispatchGroup, _ body: @escaping @Sendable () -> Void) {
        group.enter()
        let thread = Thread {
            body()
            group.leave()
        }
        thread.start()
    }
}
