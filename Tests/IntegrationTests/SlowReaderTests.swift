import Foundation
import Glibc
import Testing

/// Peers that ask for much and read nothing: the daemon holds a little for each, for a while, and goes on.
@Suite("Slow readers", .serialized)
struct SlowReaderTests {
    private func running() throws -> VaultProcess {
        let vault = try VaultProcess(
            profile: "single-user",
            settings: "deadlines:\n  first_byte: 1s\n  headers: 1s\n  body: 2s\n  request: 3s\n  idle: 3s\n"
                + VaultProcess.withoutRateLimit
        )
        try vault.start()
        try vault.initialise()
        return vault
    }

    /// Asks on many connections, looks at the daemon's memory while nobody reads, and waits until all have been ended.
    ///
    /// - Returns: how much memory it had at most, in bytes.
    private func ask(_ vault: VaultProcess, _ request: String, on connections: [SocketClient]) throws -> Int {
        let memory = ProcessMemory(pid: vault.pid)
        for connection in connections { try connection.send(Array(request.utf8)) }
        let start = ContinuousClock.now
        var most = 0
        var open = connections
        while !open.isEmpty {
            guard start.duration(to: .now) < .seconds(20) else {
                Issue.record("\(open.count) connections are still open")
                break
            }
            #expect(try vault.client().request("GET", "/v1/health").status == 200)
            #expect(try vault.ask("GET", "/v1/sys/status").status == 200)
            most = max(most, try memory.resident())
            usleep(50_000)
            open.removeAll { hasEnded($0) }
        }
        return most
    }

    /// Whether the daemon has hung up, whatever lies unread.
    private func hasEnded(_ connection: SocketClient) -> Bool {
        var state = pollfd(fd: connection.descriptor, events: 0, revents: 0)
        return unsafe poll(&state, 1, 0) == 1 && state.revents & Int16(POLLHUP) != 0
    }

    @Test("an export that nobody reads is held a piece at a time, and ends after its deadline")
    func export() throws {
        let vault = try running()
        try vault.furnish(uid: 0)
        let claim = String(repeating: "w", count: 200)
        let claims = ["on_behalf_of", "agent", "session", "purpose"].map { "\"\($0)\":\"\(claim)\"" }
        let body = "{\"tool\":\"list\",\"secret\":\"github/pat\",\(claims.joined(separator: ","))}"
        let client = try vault.client()
        for _ in 0..<5000 { #expect(try client.request("POST", "/v1/resolve", body: body).status == 200) }
        let size = try vault.ask("GET", "/v1/audit/export").body.utf8.count
        #expect(size > 5_000_000)

        let readers = 12
        let before = try ProcessMemory(pid: vault.pid).resident()
        for round in 1...3 {
            let request = "GET /v1/audit/export HTTP/1.1\r\nHost: w\r\n\r\n"
            let most = try ask(vault, request, on: (0..<readers).map { _ in try vault.operator() })
            #expect(most - before < readers * size / 2, "round \(round), of \(readers) times \(size) bytes")
        }
    }

    @Test("values that nobody reads are held once each, and end after their deadline")
    func values() throws {
        let vault = try running()
        let size = 1 << 20
        try vault.furnish(uid: 0, value: String(repeating: "v", count: size))
        let body = "{\"tool\":\"list\",\"secret\":\"github/pat\"}"
        let request =
            "POST /v1/resolve HTTP/1.1\r\nHost: w\r\nContent-Type: application/json\r\n"
            + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"

        let readers = 40
        let before = try ProcessMemory(pid: vault.pid).resident()
        for round in 1...3 {
            let most = try ask(vault, request, on: (0..<readers).map { _ in try vault.client() })
            #expect(most - before < readers * size * 2, "round \(round)")
        }
        let resolved = try vault.client().request("POST", "/v1/resolve", body: body)
        #expect((resolved.json["value"] as? String)?.utf8.count == size)
    }
}
