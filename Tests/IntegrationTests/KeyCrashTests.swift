import Foundation
import Glibc
import Testing

/// The daemon is killed at every write and sync while slots and keys change. Afterwards a slot opens the vault, and
/// everything in it can be read.
@Suite("Crashes while keys change", .serialized)
struct KeyCrashTests {
    private static let secrets = 12
    private static let second = "another correct battery horse"

    /// What is going on when the fault strikes. Each has more writes and syncs than it has points here.
    enum Change: String, CaseIterable {
        case addSlot, changePassphrase, removeSlot, rotateKeys, rotateRoot, rotateLog
    }

    @Test(
        "a kill at every write and sync of a change of keys leaves a vault that opens and can be read",
        arguments: Change.allCases
    )
    func everyFaultPoint(change: Change) throws {
        let program = Programs.path("warderd-on-faulty-disk")
        let origin = try VaultProcess(profile: "single-user")
        try origin.start(program: program, environment: ["WARDER_TEST_VOLUME": origin.stateDirectory])
        try origin.initialise()
        try origin.furnish(uid: 0)
        for number in 0..<Self.secrets {
            try origin.ask(
                "PUT",
                "/v1/secrets/load/s\(number)",
                #"{"fields":{"value":"value \#(number)"}}"#,
                expecting: 201
            )
            try origin.ask("POST", "/v1/grants", #"{"tool":"github/list","secret":"load/s\#(number)"}"#, expecting: 201)
        }
        try origin.ask("POST", "/v1/keys/slots", #"{"passphrase":"\#(Self.second)"}"#, expecting: 201)
        #expect(origin.stop() == 0)

        var struck = 0
        var finished = 0
        var point = 0
        // Until two lives in a row were too short for the fault: then every point was met.
        while finished < 2, point < 400 {
            let vault = try VaultProcess(profile: "single-user")
            try FileManager.default.removeItem(atPath: vault.stateDirectory, ifPresent: true)
            try FileManager.default.copyItem(atPath: origin.stateDirectory, toPath: vault.stateDirectory)
            let environment = ["WARDER_TEST_VOLUME": vault.stateDirectory, "WARDER_TEST_KILL_AT": String(point)]
            let ended = (try? Self.live(vault, program, environment, change)) ?? false
            if ended, vault.process.isRunning { finished += 1 } else { (struck, finished) = (struck + 1, 0) }
            vault.kill()

            try vault.start(program: program, environment: ["WARDER_TEST_VOLUME": vault.stateDirectory])
            // The first slot is never touched, so that it has to open whatever happened.
            try vault.unseal()
            try Self.readEverything(vault, "\(change) at \(point)")
            vault.kill()
            point += 1
        }
        print("\(change.rawValue): \(struck) points struck, \(point) lives")
        #expect(struck > 5, "the faults hardly ever struck")
        #expect(finished == 2, "there were more points than were tried")
    }

    /// Opens the vault, changes keys, and waits until what goes on in the background is done.
    private static func live(
        _ vault: VaultProcess,
        _ program: String,
        _ environment: [String: String],
        _ change: Change
    ) throws -> Bool {
        try vault.start(program: program, environment: environment)
        try vault.unseal()
        let slots = try vault.ask("GET", "/v1/keys").json["slots"] as? [[String: Any]] ?? []
        let ids = slots.compactMap { $0["id"] as? String }
        guard ids.count == 2 else { return false }
        switch change {
        case .addSlot: try vault.ask("POST", "/v1/keys/slots", #"{"threshold":2,"shares":3}"#)
        case .changePassphrase:
            try vault.ask(
                "POST",
                "/v1/keys/slots/\(ids[1])/passphrase",
                #"{"old":"\#(second)","new":"a third correct battery"}"#
            )
        case .removeSlot: try vault.ask("DELETE", "/v1/keys/slots/\(ids[1])")
        case .rotateKeys:
            try vault.ask("POST", "/v1/keys/rotate")
            // Each look is an event, and so a few points more.
            while (try vault.ask("GET", "/v1/keys").json["rows_under_old_keys"] as? Int) != 0 { usleep(300_000) }
        case .rotateLog:
            try vault.ask("POST", "/v1/keys/log")
            try vault.ask("GET", "/v1/audit/checkpoint")
        case .rotateRoot:
            let opened = zip(ids, [VaultProcess.passphrase, second]).map { #"{"slot":"\#($0)","passphrase":"\#($1)"}"# }
            try vault.ask("POST", "/v1/keys/root", #"{"slots":[\#(opened.joined(separator: ","))]}"#)
        }
        return true
    }

    private static func readEverything(_ vault: VaultProcess, _ when: String) throws {
        let client = try vault.client()
        for number in 0..<secrets {
            let answer = try client.request(
                "POST",
                "/v1/resolve",
                body: #"{"tool":"github/list","secret":"load/s\#(number)"}"#
            )
            try #require(answer.json["value"] as? String == "value \(number)", "\(when): \(answer.body)")
        }
        // Whatever key the log has, it is the one that the log was given.
        let checkpoint = try vault.ask("GET", "/v1/audit/checkpoint")
        try #require(checkpoint.status == 200, "\(when): \(checkpoint.body)")
        let events = try vault.ask("GET", "/v1/audit/events?limit=1000")
        try #require(events.status == 200, "\(when): \(events.body)")
    }
}

extension FileManager {
    fileprivate func removeItem(atPath path: String, ifPresent: Bool) throws {
        if fileExists(atPath: path) { try removeItem(atPath: path) }
    }
}
