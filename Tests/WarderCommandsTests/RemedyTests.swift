import ArgumentParser
import Foundation
import HashTreeCollections
import Testing
import WarderModel
import WarderTesting
import WarderWire

@testable import WarderCommands
@testable import WarderCore
@testable import WarderHTTP

/// Every command that the vault or `warder` recommends is one that exists, with the options that it is given.
@Suite("Remedies")
struct RemedyTests {
    /// What stands in remedies for what the reader knows.
    private static let placeholders = [
        "NAME": "name", "UID": "1000", "DATE": "2027-01-31", "WHO": "platform", "ROLE": "reader", "SERVER": "notes",
        "SERVER/TOOL": "notes/search", "SECRET": "notes/api", "N": "1",
    ]

    // MARK: Reading commands

    /// The command lines in a text, without `warder`. A command begins the text, or follows a colon, a semicolon or a
    /// parenthesis; it ends with a comma, a semicolon, a parenthesis, or the text.
    private static func commands(in text: String) -> [[String]] {
        text.matches(of: #/(?:^|[:;(]\s*)warder ([^;,()\n]+)/#).map { match in
            var line = String(match.1)
            if line.hasSuffix(".") { line.removeLast() }
            return line.split(separator: " ").filter { $0 != "…" }.map { placeholders[String($0)] ?? String($0) }
        }
    }

    /// Why a command line is none.
    private static func fault(of words: [String]) -> String? {
        do {
            _ = try Warder.parseAsRoot(words)
            return nil
        } catch {
            // `--version` and `--help` end the program in order.
            return Warder.exitCode(for: error) == .success ? nil : Warder.message(for: error)
        }
    }

    @Test("a command that does not exist, and an option that it does not have, are noticed")
    func reading() {
        let text = "warder secret set a/b --owner WHO; then (as ada): warder nonsense now, or: warder status --deep."
        let commands = Self.commands(in: text)
        #expect(
            commands == [
                ["secret", "set", "a/b", "--owner", "platform"], ["nonsense", "now"], ["status", "--deep"],
            ]
        )
        let faults = commands.map { Self.fault(of: $0) != nil }
        #expect(faults == [false, true, true])
        #expect(Self.commands(in: "Are warder and warderd of one version?").isEmpty)
    }

    // MARK: The doctor

    /// Findings of a vault in which everything is wrong that the doctor knows.
    private static func everyFinding() async throws -> [Diagnosis] {
        let kit = try await TestVault()
        kit.clock.advance(seconds: 1000 * 86_400)
        let now = kit.clock.now().wall
        try await kit.mustPut("a/expired", expires: now, owner: "platform")
        try await kit.mustPut("a/soon", expires: now.adding(seconds: 86_400), owner: "platform")
        try await kit.mustPut("a/pending", pending: true, owner: "platform")
        try await kit.mustPut("a/nobody")
        try await kit.mustAddOperator("grace", uid: 1001, roles: [.reader], withPresence: false)
        try await kit.mustAddServer("notes", Selectors(gid: 7, executable: "/opt/notes"))
        try await kit.mustAddServer("mail", Selectors(uid: 1001, group: 5, unit: "mail.service"))
        _ = try await kit.vault.perform(
            Servers.quarantine(try ServerName("mail"), reason: nil, by: kit.admin)
        )
        try await kit.mustAddTool("notes/delete", risk: .sideEffect)
        try await kit.mustAddTool("notes/search")
        try await kit.mustGrant("notes/delete", "a/nobody", approval: .none)
        try await kit.mustGrant("notes/delete", "a/soon", fields: ["zz"], uses: 3, attestation: .pidfd)
        try await kit.mustGrant("notes/search", "a/soon", fields: ["value", "zz"], expires: now.adding(seconds: 60))
        try await kit.mustGrant("notes/search", "a/nobody", expires: now.adding(seconds: 1))
        kit.clock.advance(seconds: 1)
        var state = try #require(kit.vault.state)
        for reason in [LostRecords.Entry.Reason.damaged, .contested, .stale, .missing] {
            state.lost.insert(LostRecords.Entry(reason: reason, kind: .secret, id: nil, name: "a/lost"))
        }
        state.origins[2] = LogOrigin(
            id: RecordID(high: 0, low: 7),
            number: 2,
            began: now,
            previous: LogOrigin.Previous(origin: RecordID(high: 0, low: 7), size: 1, leaf: nil),
            backup: LogOrigin.Backup(created: now, header: "00")
        )
        let lost = Doctor.collect(state, at: kit.clock.now().wall).filter {
            $0.code.hasPrefix("record_") || $0.code.hasPrefix("restored_")
        }
        return try await kit.vault.perform(Doctor.read(by: kit.admin)) + lost
    }

    /// The codes that the sources of the core have.
    private static func codesInSources() throws -> Set<String> {
        let core = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Sources/WarderCore")
            .standardized
        var codes: Set<String> = []
        let files = try FileManager.default.subpathsOfDirectory(atPath: core.path).filter { $0.hasSuffix(".swift") }
        for file in files {
            let text = try String(contentsOf: core.appending(path: file), encoding: .utf8)
            codes.formUnion(
                text.matches(of: #/Diagnosis\(\s*\.(?:error|warning|note),\s*"([a-z_]+)"/#).map { String($0.1) }
            )
        }
        return codes
    }

    @Test("every finding of the vault is provoked here, and its remedy's commands can be run")
    func doctor() async throws {
        let findings = try await Self.everyFinding()
        let codes = Set(findings.map(\.code))
        let known = try Self.codesInSources()
        #expect(known.count >= 16)
        // A new finding has to be provoked above, so that its remedy is tried.
        #expect(known.subtracting(codes) == [])
        #expect(codes.isSuperset(of: ["record_damaged", "record_contested", "record_stale", "record_missing"]))
        for finding in findings {
            let commands = Self.commands(in: finding.remedy)
            #expect(!commands.isEmpty, "\(finding.code): \(finding.remedy)")
            // None that the rule above does not see.
            let mentions = finding.remedy.matches(of: #/\bwarder\s/#).count
            #expect(mentions == commands.count, "\(finding.code): \(finding.remedy)")
            for command in commands {
                let fault = Self.fault(of: command)
                #expect(fault == nil, "\(finding.code): \(command): \(fault ?? "")")
            }
        }
    }

    @Test("what the command itself says of a daemon names commands that can be run")
    func daemon() {
        for state in ["sealed", "not_initialised", "later"] {
            let status = VaultStatus(
                state: state,
                vault: nil,
                profile: "team",
                version: "0",
                pid: 0,
                started: "",
                slots: [],
                unsealing: nil,
                secrets: nil,
                servers: nil,
                events: nil,
                memoryLocked: false,
                logKey: nil,
                clientSocket: ""
            )
            let remedies = DaemonCheck(status: status, commandVersion: "1").findings.map(\.remedy)
            let commands = remedies.flatMap { Self.commands(in: $0) }
            #expect(commands.count == 1, "\(state)")
            for command in commands { #expect(Self.fault(of: command) == nil, "\(command)") }
        }
    }

    // MARK: Refusals

    /// What a command line names for an action.
    private static func name(for action: Action) -> String {
        switch action {
        case .toolAdd, .toolRemove: "notes/search"
        case .grantAdd, .grantRemove: "notes/search notes/api"
        default: "name"
        }
    }

    @Test("what is said of a refusal names commands that exist, whatever it was about", arguments: Refusal.allCases)
    func refusal(_ refusal: Refusal) {
        for action in Action.allCases {
            let problem = Problem.forOperator(refusal, about: action)
            let failure = CommandFailure(
                ErrorBody.Failure(
                    code: problem.code,
                    message: problem.message,
                    reason: refusal.rawValue,
                    requestID: "req_1"
                ),
                about: Subject(action: action, name: Self.name(for: action)),
                retryAfterSeconds: 1
            )
            for text in [problem.message, failure.message] + failure.hints {
                for command in Self.commands(in: text) {
                    guard let fault = Self.fault(of: command) else { continue }
                    // Here a command may stand without its arguments: the reader has just typed what it is about.
                    let isOnlyUnfinished = fault.contains("Missing expected argument")
                    #expect(isOnlyUnfinished, "\(refusal) of \(action): \(command): \(fault)")
                }
            }
        }
    }
}
