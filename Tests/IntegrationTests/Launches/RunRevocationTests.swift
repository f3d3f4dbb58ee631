import Foundation
import Glibc
import Testing

/// What the operator takes away while a server runs, and what a server that is not honest does about it.
@Suite("Taking away under a running server", .serialized)
struct RunRevocationTests {
    /// It has something in flight for ever: a request that no client answers, after which it says nothing more.
    private static let asking = #"echo '{"jsonrpc":"2.0","id":"x","method":"roots/list"}'; exec sleep 1000"#
    /// So long an id is not kept: nobody knows any more what it has in flight.
    private static let babbling =
        #"echo "{\"id\":\"$(head -c 300 /dev/zero | tr '\0' x)\",\"method\":\"roots/list\"}"; exec sleep 1000"#

    private static func begin(_ vault: VaultProcess, _ script: String) throws -> Launched {
        try Launched(vault, ["--env", "TOKEN=notes/api", "--", "sh", "-c", script])
    }

    @Test("a server that keeps a request in flight does not keep a value that was taken away")
    func inFlight() throws {
        let vault = try VaultProcess.withLaunchedServer()
        let run = try Self.begin(vault, Self.asking)
        #expect(run.line()?.contains("roots/list") == true)
        try vault.ask("DELETE", "/v1/grants/notes/@launch/notes/api", expecting: 200)
        #expect(run.wait(seconds: 5) == 5)
        #expect(run.said.contains("warder grant add notes/@launch notes/api"), "\(run.said)")
    }

    @Test("nor does one that nobody understands any more; and a secret that is gone is taken away as well")
    func blind() throws {
        let vault = try VaultProcess.withLaunchedServer()
        let run = try Self.begin(vault, Self.babbling)
        #expect(run.line()?.contains("roots/list") == true)
        try vault.ask("DELETE", "/v1/secrets/notes/api", expecting: 200)
        #expect(run.wait(seconds: 5) == 3)
        #expect(run.said.contains("there is no notes/api"), "\(run.said)")
    }

    @Test("one that hears of changes by a signal is ended as well; one that is left alone is left alone")
    func policies() throws {
        let vault = try VaultProcess.withLaunchedServer()
        let script = "trap : HUP; echo ready; while :; do sleep 0.05; done"
        let runs = try ["signal:HUP", "ignore"].map { policy in
            try Launched(vault, ["--env", "TOKEN=notes/api", "--on-rotation", policy, "--", "sh", "-c", script])
        }
        for run in runs { #expect(run.line() == "ready") }
        try vault.ask("DELETE", "/v1/grants/notes/@launch/notes/api", expecting: 200)
        #expect(runs[0].wait(seconds: 5) == 5)
        #expect(runs[1].wait(seconds: 1) == nil)
    }

    @Test(
        "a server that is quarantined, or removed, is ended at once with what is in its environment",
        arguments: [true, false]
    )
    func server(isQuarantined: Bool) throws {
        let vault = try VaultProcess.withLaunchedServer()
        let run = try Self.begin(vault, Self.asking)
        #expect(run.line()?.contains("roots/list") == true)
        try Self.takeAway(vault, isQuarantined: isQuarantined)
        #expect(run.wait(seconds: 5) == 5)
        let hint = isQuarantined ? "warder server show notes" : "warder grant add notes/@launch notes/api"
        #expect(run.said.contains(hint), "\(run.said)")
    }

    @Test("one without a secret goes on without the vault, which is asked less and less often")
    func withoutSecrets() throws {
        let vault = try VaultProcess.withLaunchedServer()
        // Whom no server at all matches the vault does not even hear.
        let other = #"{"name":"mail","selectors":{"uid":\#(getuid()),"launch":true}}"#
        try vault.ask("POST", "/v1/servers", other, expecting: 201)
        let run = try Launched(vault, ["--", "sh", "-c", "read line; echo \"$line\""])
        try soon { try vault.events("type=launch.start").count == 1 }
        try Self.takeAway(vault, isQuarantined: false)
        // How long the launcher waited at least between two of them stands in the log, however slow the machine is.
        var refused: [Date] = []
        try soon(seconds: 120) {
            refused = try vault.events("type=launch.start&decision=refused").compactMap(Self.time).sorted()
            return refused.count >= 3
        }
        let last = try #require(zip(refused, refused.dropFirst()).map { $1.timeIntervalSince($0) }.dropFirst().first)
        #expect(last > 3.5, "\(refused)")
        try run.send("still there")
        #expect(run.line() == "still there")
        #expect(run.wait(seconds: 5) == 0)
    }

    private static func time(_ event: [String: Any]) -> Date? {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        return (event["time"] as? String).flatMap { try? style.parse($0) }
    }

    private static func takeAway(_ vault: VaultProcess, isQuarantined: Bool) throws {
        if isQuarantined {
            try vault.ask("POST", "/v1/servers/notes/quarantine", "{}", expecting: 200)
        } else {
            for tool in ["notes/search", "notes/@launch"] {
                try vault.ask("DELETE", "/v1/grants/\(tool)/notes/api", expecting: 200)
                try vault.ask("DELETE", "/v1/tools/\(tool)", expecting: 200)
            }
            try vault.ask("DELETE", "/v1/servers/notes", expecting: 200)
        }
    }
}
