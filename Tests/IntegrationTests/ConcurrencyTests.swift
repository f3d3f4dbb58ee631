import Foundation
import Glibc
import Locking
import Testing

/// Many clients at once, on every path that shares something. `make sanitize` runs it on a daemon whose every access to
/// memory is watched; a report of the thread sanitizer fails it.
@Suite("Concurrency", .serialized)
struct ConcurrencyTests {
    private static let clients = 64
    private static let callsOfEach = 40

    @Test("sixty-four clients and three operators at once get each their answers, and every call is in the log")
    func manyAtOnce() throws {
        let reports = "/tmp/warder-races-" + UUID().uuidString.prefix(8)
        // Clients open their next connection before they close the last one.
        let limits = VaultProcess.withoutRateLimit + "\n  connections_per_uid: \(2 * Self.clients)"
        let vault = try VaultProcess(profile: "single-user", settings: limits)
        try vault.start(environment: ["TSAN_OPTIONS": "exitcode=66 log_path=\(reports)"])
        try vault.initialise()
        try vault.furnish(uid: 0)

        let wrong = Locked<[String]>([])
        let answered = Locked(0)
        let journal = Journal()
        var threads: [Thread] = []
        let done = DispatchGroup()
        func run(_ body: @escaping @Sendable () throws -> Void) {
            done.enter()
            let thread = Thread {
                defer { done.leave() }
                do { try body() } catch { wrong.withLock { $0.append("\(error)") } }
            }
            threads.append(thread)
            thread.start()
        }
        for client in 0..<Self.clients {
            run { try Self.call(vault, client, wrong, answered, journal) }
        }
        run { try Self.rotate(vault) }
        run { try Self.audit(vault) }
        run { try Self.register(vault) }
        done.wait()

        #expect(wrong.withLock { $0 } == [])
        #expect(answered.withLock { $0 } == Self.clients * Self.callsOfEach)
        let log = LogReader()
        try log.read(vault)
        #expect(journal.entries.withLock { $0.answered }.isSubset(of: log.answered))
        #expect(log.isContiguous)

        // Sealing under load: whoever asks meanwhile hears that the vault is sealed, or gets nothing.
        let late = DispatchGroup()
        for client in 0..<Self.clients / 4 {
            late.enter()
            Thread {
                defer { late.leave() }
                try? Self.call(vault, client, Locked([]), Locked(0), Journal())
            }.start()
        }
        try vault.ask("POST", "/v1/sys/seal", expecting: 200)
        late.wait()
        try vault.unseal()
        #expect(vault.stop() == 0, "\(vault.said)")

        let found = try FileManager.default.contentsOfDirectory(atPath: "/tmp")
            .filter { ("/tmp/" + $0).hasPrefix(reports) }
        for name in found {
            let text = try String(contentsOfFile: "/tmp/" + name, encoding: .utf8)
            try FileManager.default.removeItem(atPath: "/tmp/" + name)
            Issue.record("\(text)")
        }
    }

    /// One server: a token, and calls with it and without, over one connection and over new ones.
    private static func call(
        _ vault: VaultProcess,
        _ number: Int,
        _ wrong: Locked<[String]>,
        _ answered: Locked<Int>,
        _ journal: Journal
    ) throws {
        var connection = try vault.client()
        let issued = try connection.request("POST", "/v1/tokens", body: #"{"tool":"github/list"}"#)
        guard let token = issued.json["token"] as? String else {
            return wrong.withLock { $0.append("no token: \(issued.status) \(issued.body)") }
        }
        for round in 0..<callsOfEach {
            let session = "\(number)-\(round)"
            if round % 8 == 7 { connection = try vault.client() }
            let answer =
                switch (number + round) % 4 {
                case 0: try connection.request("GET", "/v1/secrets/github/pat?field=value", token: token)
                case 1:
                    try connection.request(
                        "POST",
                        "/v1/resolve",
                        body: #"{"tool":"github/list","secret":"github/pat","session":"\#(session)"}"#
                    )
                case 2: try connection.request("GET", "/v1/health")
                default: try connection.request("GET", "/v1/whoami")
                }
            if answer.status == 200 {
                answered.withLock { $0 += 1 }
                if (number + round) % 4 == 1 { journal.answered(session) }
            } else {
                wrong.withLock { $0.append("\(answer.status) \(answer.body)") }
            }
        }
    }

    private static func rotate(_ vault: VaultProcess) throws {
        for round in 1...10 {
            try vault.ask("PUT", "/v1/secrets/github/pat", #"{"fields":{"value":"value-\#(round)"}}"#)
            try vault.ask("GET", "/v1/secrets/github/pat", expecting: 200)
        }
    }

    private static func audit(_ vault: VaultProcess) throws {
        for _ in 0..<10 {
            try vault.ask("GET", "/v1/audit/events?limit=50", expecting: 200)
            try vault.ask("GET", "/v1/sys/status", expecting: 200)
        }
    }

    private static func register(_ vault: VaultProcess) throws {
        for round in 0..<5 {
            try vault.ask(
                "POST",
                "/v1/servers",
                #"{"name":"other\#(round)","selectors":{"uid":\#(70_000 + round)}}"#,
                expecting: 201
            )
        }
    }
}
