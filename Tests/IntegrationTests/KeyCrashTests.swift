import Foundation
import Glibc
import Testing

/// The daemon is killed at every write and sync while slots and keys change. Afterwards a slot opens the vault, and
/// everything in it can be read: values, events, and every row that a check opens.
@Suite("Crashes while keys change", .serialized)
struct KeyCrashTests {
    private static let secrets = 12
    private static let second = "another correct battery horse"
    /// What the second slot's passphrase is changed to.
    private static let third = "a third correct battery"

    /// What is going on when the fault strikes. Each has more writes and syncs than it has points here.
    enum Change: String, CaseIterable {
        case addSlot, changePassphrase, removeSlot, rotateKeys, rotateRoot, rotateLog
        /// A new root key while what an earlier rotation left to do is still going on.
        case rotateRootMeanwhile
    }

    /// What a vault said before it was killed.
    private struct Said {
        /// Whether the change was made.
        var isAnswered = false
        /// Two of the shares of an added slot.
        var shares: [String] = []
        /// The public key of the log, before and after.
        var logKeys: [String]
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
        let logKey = try #require(try Self.logKey(origin))
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
            var said = Said(logKeys: [logKey])
            let ended = (try? Self.live(vault, program, environment, change, &said)) ?? false
            if ended, vault.process.isRunning { finished += 1 } else { (struck, finished) = (struck + 1, 0) }
            vault.kill()

            try vault.start(program: program, environment: ["WARDER_TEST_VOLUME": vault.stateDirectory])
            // The first slot is never touched, so that it has to open whatever happened.
            try vault.unseal()
            try Self.readEverything(vault, "\(change) at \(point)")
            try Self.trySecondSlot(vault, change, said.isAnswered, "\(change) at \(point)")
            try Self.tryShares(vault, said, "\(change) at \(point)")
            try Self.tryLogKey(vault, change, said, "\(change) at \(point)")
            vault.kill()
            point += 1
        }
        print("\(change.rawValue): \(struck) points struck, \(point) lives")
        #expect(struck > 5, "the faults hardly ever struck")
        #expect(finished == 2, "there were more points than were tried")
    }

    /// Opens the vault, changes keys, and waits until what goes on in the background is done.
    ///
    /// `said`: what the vault answered as long as it lived.
    private static func live(
        _ vault: VaultProcess,
        _ program: String,
        _ environment: [String: String],
        _ change: Change,
        _ said: inout Said
    ) throws -> Bool {
        try vault.start(program: program, environment: environment)
        try vault.unseal()
        let slots = try vault.ask("GET", "/v1/keys").json["slots"] as? [[String: Any]] ?? []
        let ids = slots.compactMap { $0["id"] as? String }
        guard ids.count == 2 else { return false }
        let answer: SocketClient.Response
        switch change {
        case .addSlot: answer = try vault.ask("POST", "/v1/keys/slots", #"{"threshold":2,"shares":3}"#)
        case .changePassphrase:
            answer = try vault.ask(
                "POST",
                "/v1/keys/slots/\(ids[1])/passphrase",
                #"{"old":"\#(second)","new":"\#(third)"}"#
            )
        case .removeSlot: answer = try vault.ask("DELETE", "/v1/keys/slots/\(ids[1])")
        case .rotateKeys: answer = try vault.ask("POST", "/v1/keys/rotate")
        case .rotateLog: answer = try vault.ask("POST", "/v1/keys/log")
        case .rotateRoot, .rotateRootMeanwhile:
            if change == .rotateRootMeanwhile {
                let begun = try vault.ask("POST", "/v1/keys/rotate")
                try #require(begun.status == 200, "\(change): \(begun.body)")
            }
            let opened = zip(ids, [VaultProcess.passphrase, second]).map { #"{"slot":"\#($0)","passphrase":"\#($1)"}"# }
            answer = try vault.ask("POST", "/v1/keys/root", #"{"slots":[\#(opened.joined(separator: ","))]}"#)
        }
        said.isAnswered = answer.status < 300
        try #require(said.isAnswered, "\(change): \(answer.body)")
        said.shares = (answer.json["shares"] as? [String]).map { Array($0.suffix(2)) } ?? []
        if let key = (answer.json["log"] as? [String: Any] ?? answer.json)["log_key"] as? String {
            said.logKeys.append(key)
        }
        switch change {
        // Each look is an event, and so a few points more.
        case .rotateKeys, .rotateRoot, .rotateRootMeanwhile:
            let end = ContinuousClock.now + .seconds(600)
            while try isRotating(vault) {
                try #require(ContinuousClock.now < end, "\(change): rows or keys of before stay")
                usleep(300_000)
            }
        case .rotateLog: try vault.ask("GET", "/v1/audit/checkpoint")
        case .addSlot, .changePassphrase, .removeSlot: break
        }
        return true
    }

    private static func logKey(_ vault: VaultProcess) throws -> String? {
        try vault.ask("GET", "/v1/sys/status").json["log_key"] as? String
    }

    /// Whether rows lie under old keys, or there are still the old keys that go after the last of these rows.
    private static func isRotating(_ vault: VaultProcess) throws -> Bool {
        let answer = try vault.ask("GET", "/v1/keys").json
        let replaced = (answer["keys"] as? [[String: Any]] ?? []).filter { key in
            ["key-encryption", "metadata"].contains(key["purpose"] as? String) && key["current"] as? Bool == false
        }
        return answer["rows_under_old_keys"] as? Int != 0 || !replaced.isEmpty
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
        // What was begun before the kill is ended without anybody asking.
        let end = ContinuousClock.now + .seconds(120)
        while try isRotating(vault) {
            try #require(ContinuousClock.now < end, "\(when): rows or keys of before stay")
            usleep(100_000)
        }
        let events = try vault.events()
        try #require((1..<1000).contains(events.count), "\(when): \(events.count) events are read")
        try #require(events.allSatisfy { $0["damaged"] == nil && $0["type"] is String }, "\(when): \(events)")
        let check = try vault.ask("POST", "/v1/sys/check").body
        try #require(check.contains(#""verdict":"sound""#), "\(when): \(check)")
    }

    /// The second slot opens with the passphrase that it has: the old one or the new one where nobody was answered, and
    /// never both.
    private static func trySecondSlot(
        _ vault: VaultProcess,
        _ change: Change,
        _ isAnswered: Bool,
        _ when: String
    ) throws {
        let opened = try [second, third].map { passphrase in
            try vault.ask("POST", "/v1/sys/seal")
            try #require(vault.ask("GET", "/v1/sys/status").json["state"] as? String == "sealed", "\(when)")
            return try vault.ask("POST", "/v1/sys/unseal", #"{"passphrase":"\#(passphrase)"}"#).status == 200
        }
        let allowed: [[Bool]] =
            switch (change, isAnswered) {
            case (.changePassphrase, true): [[false, true]]
            case (.changePassphrase, false): [[true, false], [false, true]]
            case (.removeSlot, true): [[false, false]]
            case (.removeSlot, false): [[true, false], [false, false]]
            case (.addSlot, _), (.rotateKeys, _), (.rotateRoot, _), (.rotateLog, _), (.rotateRootMeanwhile, _):
                [[true, false]]
            }
        try #require(allowed.contains(opened), "\(when): second and third passphrase open: \(opened)")
    }

    /// Shares that were given out open the vault, and every value with it.
    private static func tryShares(_ vault: VaultProcess, _ said: Said, _ when: String) throws {
        guard !said.shares.isEmpty else { return }
        try vault.ask("POST", "/v1/sys/seal")
        let first = try vault.ask("POST", "/v1/sys/unseal/share", #"{"share":"\#(said.shares[0])"}"#)
        let unsealing = first.json["unsealing"] as? [String: Any]
        let attempt = try #require(unsealing?["attempt"] as? String, "\(when): \(first.body)")
        let last = try vault.ask(
            "POST",
            "/v1/sys/unseal/share",
            #"{"share":"\#(said.shares[1])","attempt":"\#(attempt)"}"#
        )
        try #require(last.json["state"] as? String == "unsealed", "\(when): \(last.body)")
        try readEverything(vault, when)
    }

    /// The log has the key that was answered, or one of the two where nobody was answered; and another than before only
    /// where the change replaces it. What it signs verifies for whoever has the key from before.
    private static func tryLogKey(_ vault: VaultProcess, _ change: Change, _ said: Said, _ when: String) throws {
        let before = said.logKeys[0]
        if try vault.ask("GET", "/v1/sys/status").json["state"] as? String != "unsealed" { try vault.unseal() }
        let now = try logKey(vault)
        switch change {
        case .rotateRoot, .rotateRootMeanwhile, .rotateLog:
            if said.isAnswered {
                try #require(said.logKeys.count == 2 && now == said.logKeys[1] && now != before, "\(when)")
            }
            try verify(vault, with: before, when)
        case .addSlot, .changePassphrase, .removeSlot, .rotateKeys: try #require(now == before, "\(when)")
        }
    }

    /// Checks the log against a checkpoint that is signed now, with a key that it has or had.
    private static func verify(_ vault: VaultProcess, with key: String, _ when: String) throws {
        let (log, checkpoint) = (vault.directory + "/log.jsonl", vault.directory + "/checkpoint")
        let exported = try RestoreStory.warder(["audit", "export", "--output-file", log], vault)
        try #require(exported.status == 0, "\(when): \(exported.errors)")
        let size = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").count
        let signed = try RestoreStory.warder(
            ["audit", "checkpoint", "--size", "\(size)", "--output-file", checkpoint],
            vault
        )
        try #require(signed.status == 0, "\(when): \(signed.errors)")
        let verdict = try RestoreStory.warder(
            ["audit", "verify", log, "--key", key, "--checkpoint", checkpoint],
            vault
        )
        try #require(verdict.status == 0, "\(when): \(verdict.output)\(verdict.errors)")
    }
}

extension FileManager {
    fileprivate func removeItem(atPath path: String, ifPresent: Bool) throws {
        if fileExists(atPath: path) { try removeItem(atPath: path) }
    }
}
