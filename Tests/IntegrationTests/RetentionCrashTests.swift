import Foundation
import Glibc
import Testing
import WarderTesting

/// The daemon is killed at every write and sync while the log is pruned. Afterwards the vault is sound, the log begins
/// where the mark says, and what was left to delete goes.
@Suite("Crashes while the log is pruned", .serialized)
struct RetentionCrashTests {
    private static func ask(_ vault: VaultProcess, _ path: String, _ body: String) throws -> SocketClient.Response {
        let client = try vault.operator()
        let passphrase = #"{"passphrase":"\#(TestVault.passphrase)"}"#
        let proof = try client.request("POST", "/v1/presence", body: passphrase).json["proof"] as? String
        return try client.request("POST", path, body: body, presence: proof)
    }

    private static func unseal(_ vault: VaultProcess) throws {
        let body = #"{"passphrase":"\#(TestVault.passphrase)"}"#
        try vault.ask("POST", "/v1/sys/unseal", body, expecting: 200)
    }

    private static func waitUntilDeleted(_ vault: VaultProcess) throws {
        while try vault.ask("GET", "/v1/audit/retention").json["deleting"] as? Bool == true { usleep(100_000) }
    }

    @Test(
        "a kill at every write and sync of a prune leaves a vault as sound as it was, and its prune is whole or not there",
        arguments: [nil, 12] as [Int?]
    )
    func everyFaultPoint(damaged: Int?) async throws {
        let program = Programs.path("warderd-on-faulty-disk")
        let origin = try await OldVault.make()
        var (struck, finished, point, without) = (0, 0, 0, 0)
        // Until two lives in a row were too short for the fault: then every point was met.
        while finished < 2, point < 400 {
            let vault = try VaultProcess(profile: "single-user")
            let state = vault.stateDirectory
            try OldVault.put(origin, into: vault)
            if let damaged { try OldVault.harm(event: damaged, in: vault) }
            let environment = ["WARDER_TEST_VOLUME": state, "WARDER_TEST_KILL_AT": String(point)]
            let ended = (try? Self.live(vault, program, environment)) ?? false
            if ended, vault.process.isRunning { finished += 1 } else { (struck, finished) = (struck + 1, 0) }
            vault.kill()

            try vault.start(program: program, environment: ["WARDER_TEST_VOLUME": state])
            try Self.unseal(vault)
            if try !Self.isWhole(vault, damaged, "at \(point)") { without += 1 }
            vault.kill()
            point += 1
        }
        print("prune: \(struck) points struck, \(point) lives, \(without) without a prune")
        #expect(struck > 5 && without > 0 && without < struck, "the faults hardly ever struck where they should")
        #expect(finished == 2, "there were more points than were tried")
    }

    private static func live(
        _ vault: VaultProcess,
        _ program: String,
        _ environment: [String: String]
    ) throws -> Bool {
        try vault.start(program: program, environment: environment)
        try unseal(vault)
        let answer = try ask(vault, "/v1/audit/prune", #"{"before":"2021-01-01"}"#)
        guard answer.status == 200 else { return false }
        try waitUntilDeleted(vault)
        return true
    }

    /// Whether there was a prune; the vault has to be sound either way, but for a damaged event, which is still there.
    private static func isWhole(_ vault: VaultProcess, _ damaged: Int?, _ when: String) throws -> Bool {
        try waitUntilDeleted(vault)
        let check = try vault.ask("POST", "/v1/sys/check")
        let findings = check.body.split(separator: "\n").filter { $0.hasPrefix(#"{"finding":"#) }
        try #require(findings.count == (damaged == nil ? 0 : 1), "\(when): \(check.body)")
        if let damaged {
            let isNamed = findings[0].contains(#""kind":"event_unreadable""#) && findings[0].contains("\(damaged)")
            try #require(isNamed, "\(when): \(check.body)")
        } else {
            try #require(check.body.contains(#""verdict":"sound""#), "\(when): \(check.body)")
        }
        let state = try vault.ask("GET", "/v1/audit/retention").json
        let events = try vault.events("limit=1")
        let first = events.first?["seq"] as? Int
        guard let through = state["pruned_through"] as? Int else {
            try #require(first == 1, "\(when)")
            return false
        }
        try #require(first == through + 1 && state["deleting"] as? Bool == false, "\(when)")
        let prunes = try vault.events("type=audit.prune").compactMap { $0["changes"] as? [String] }
        let prune = prunes.first { $0.contains("through=\(through)") }
        try #require(prune?.contains("damaged=1") == (damaged != nil), "\(when)")
        return true
    }
}
