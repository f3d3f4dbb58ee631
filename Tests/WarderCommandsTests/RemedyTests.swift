import ArgumentParser
import Foundation
import HashTreeCollections
import Rotating
import Scheduling
import StrictJSON
import Testing
import ToolDefinitions
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
        "APPROVAL": "apr_0000000000000000000000", "TEXT": "why", "GROUP": "security",
        "REASON": "reviewed", "FILE": "tools.json", "PATH": "warder.backup",
    ]

    // MARK: Reading commands

    /// The command lines in a text, without `warder`. A command begins the text, or follows a colon, a semicolon or a
    /// parenthesis; it ends with a comma, a semicolon, a parenthesis, or the text.
    static func commands(in text: String) -> [[String]] {
        text.matches(of: #/(?:^|[:;(]\s*)warder ([^;,()\n]+)/#).map { match in
            var line = String(match.1)
            if line.hasSuffix(".") { line.removeLast() }
            return line.split(separator: " ").filter { $0 != "…" }.map { placeholders[String($0)] ?? String($0) }
        }
    }

    /// Why a command line is none.
    static func fault(of words: [String]) -> String? {
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
        try await refuse(kit)
        kit.clock.advance(seconds: 1100 * 86_400)
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
        try await inventory(kit)
        try await kit.mustGrant("notes/delete", "a/nobody", approval: .none)
        try await kit.mustGrant("notes/delete", "a/soon", fields: ["zz"], uses: 3, attestation: .pidfd)
        try await kit.mustGrant("notes/search", "a/soon", fields: ["value", "zz"], expires: now.adding(seconds: 60))
        try await kit.mustGrant("notes/search", "a/nobody", expires: now.adding(seconds: 1))
        try await letThroughAlone(kit)
        kit.clock.advance(seconds: 1)
        var state = try #require(kit.vault.state)
        let ofRotations = try ofRotations(in: state, at: now.adding(seconds: 30 * 86_400))
        for reason in [LostRecords.Entry.Reason.damaged, .contested, .stale, .missing] {
            state.lost.insert(LostRecords.Entry(reason: reason, kind: .secret, id: nil, name: "a/lost"))
        }
        for kind in [RecordKind.limit, .watch, .approvalRule, .origin] {
            state.lost.insert(LostRecords.Entry(reason: .damaged, kind: kind, id: nil, name: nil))
        }
        state.origins[2] = LogOrigin(
            id: RecordID(high: 0, low: 7),
            number: 2,
            began: now,
            previous: LogOrigin.Previous(origin: RecordID(high: 0, low: 7), size: 1, leaf: nil),
            backup: LogOrigin.Backup(created: now, header: "00")
        )
        let nobody = WorkerPresence(connections: 0, keeper: nil)
        let lost = Doctor.collect(state, nobody, at: kit.clock.now().wall).filter {
            $0.code.hasPrefix("record_") || $0.code.hasPrefix("restored_")
        }
        let workers = WorkerPresence.Keeper.allCases.compactMap {
            WorkerPresence(connections: 0, keeper: $0).diagnosis
        }
        state.rotationStandsStill = true
        let ring = try #require(kit.vault.keys).ring
        let foundation = try #require(kit.vault.foundation)
        let ofKeys = KeyDiagnosis.collect(foundation, ring, state, at: kit.clock.now().wall)
        return try await kit.vault.perform(Doctor.read(nobody, by: kit.admin)) + lost + workers + ofRotations + ofKeys
    }

    /// More refusals than are usual, of which nobody was told.
    private static func refuse(_ kit: TestVault) async throws {
        _ = try await kit.vault.record(TurnedAway(kind: .notOperator, uid: 9000, requests: 50))
        kit.vault.raiseAlerts()
        for _ in 0..<4 { await kit.vault.heartbeat() }
    }

    /// A call that waited for people, and that an admin let through.
    private static func letThroughAlone(_ kit: TestVault) async throws {
        try await kit.mustAddServer("shop", Selectors(uid: 3000))
        try await kit.mustAddTool("shop/pay", risk: .critical)
        try await kit.mustGrant("shop/pay", "a/nobody")
        let issue = Tokens.issue(try kit.demand("shop/pay"), by: kit.server(.synthetic(uid: 3000)))
        guard case .waits(let status) = try await kit.vault.perform(issue) else {
            throw TestFailure("nobody was asked")
        }
        _ = try await kit.vault.perform(
            Approvals.breakGlass(status.id, reason: try PlainText("outage"), by: kit.admin)
        )
        // And calls that they let through in advance, before the server became theirs.
        let server = try ServerName("shop")
        let advance = Approvals.StandingTerms(
            server: server,
            tool: nil,
            arguments: nil,
            seconds: 3600,
            uses: 1,
            reason: try PlainText("returns")
        )
        _ = try await kit.vault.perform(Approvals.addStanding(advance, by: kit.admin))
        _ = try await kit.vault.perform(
            Servers.update(server, owner: .some(try PlainText("ada")), selectors: Selectors(uid: 3000), by: kit.admin)
        )
    }

    /// A tool that changed, and one that is gone.
    private static func inventory(_ kit: TestVault) async throws {
        for names in [["list", "get"], ["list"]] {
            let offers = try names.map { name in
                let words = names.count == 1 ? #","description":"Lists.""# : ""
                let text = #"{"name":"\#(name)"\#(words),"inputSchema":{"type":"object"}}"#
                return OfferedTool(try ToolDefinition(canonical: JSONDocument(copying: Array(text.utf8).span).root))
            }
            let server = try ServerName("notes")
            _ = try await kit.vault.perform(Tools.take(offers, of: server, pin: .always, by: kit.admin))
        }
    }

    /// Of a vault in which every rotation stands still, each for another reason.
    private static func ofRotations(in state: VaultState, at now: Timestamp) throws -> [Diagnosis] {
        var state = state
        func add(_ name: String, _ change: (inout Rotation) throws -> Void = { _ in }) throws {
            let name = try SecretName(name)
            var rotation = Rotation(
                id: RecordID(high: 1, low: UInt64(state.rotations.count)),
                secret: name,
                rotator: try Rotating.Rotator("exec:h"),
                created: state.secrets[name]?.created ?? now
            )
            rotation.timing = try RotationTiming(schedule: Schedule("rate(1 day)"))
            try change(&rotation)
            state.rotations[name] = rotation
        }
        try add("a/nobody")
        try add("a/soon") { rotation in
            let cause = RotationCause.person(by: try OperatorName("ada"), reason: nil)
            var run = RotationRun(id: RecordID(high: 2, low: 1), cause: cause, origin: 1, at: now)
            rotation.begin(run)
            for step in [RotationStep.create, .discard] {
                run.begin(step)
                run.answered(StepAnswer(.failed, mayRetry: false), at: now, limits: rotation.limits, chance: 0)
            }
            try run.abort(at: now)
            rotation.update(run, at: now)
            run = RotationRun(id: RecordID(high: 2, low: 2), cause: cause, origin: 1, at: now)
            run.holdAfterRestore()
            rotation.begin(run)
        }
        try add("a/pending")
        state.secrets[try SecretName("a/pending")]?.deleted = now
        return Doctor.collect(state, WorkerPresence(connections: 0, keeper: nil), at: now).filter {
            $0.code.hasPrefix("rotation_")
        }
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

    @Test(
        "what a deep check says of each kind of damage names commands that can be run",
        arguments: Damage.Kind.allCases
    )
    func damage(_ kind: Damage.Kind) {
        let words = kind.words
        for text in [words.happened, words.lost, words.good, words.remedy] {
            let commands = Self.commands(in: text)
            #expect(text.matches(of: #/\bwarder\s/#).count == commands.count, "\(kind): \(text)")
            for command in commands {
                let fault = Self.fault(of: command)
                #expect(fault == nil, "\(kind): \(command): \(fault ?? "")")
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

    @Test("what replaces the key slots that a person knows are commands that make the same again")
    func slots() throws {
        func command(_ kind: String) throws -> any ParsableCommand {
            let slot = KeySlotSummary(
                id: String(repeating: "a1", count: 16),
                kind: kind,
                created: "",
                threshold: 2,
                shares: 5
            )
            let words: [String] = try #require(Self.commands(in: ShowOperator.slot(slot) ?? "").first)
            return try Warder.parseAsRoot(words)
        }
        let added = try #require(try command("shares") as? AddSlot)
        #expect(added.shares == 5 && added.threshold == 2)
        #expect(try command("passphrase") is ChangePassphrase)
    }

    // MARK: Refusals

    /// What a command line names for an action.
    private static func name(for action: Action) -> String {
        switch action {
        case .toolAdd, .toolRemove, .toolSet: "notes/search"
        case .grantAdd, .grantRemove: "notes/search notes/api"
        case .approvalRequest, .approvalWatch, .approvalList, .approvalShow, .approvalApprove, .approvalDeny,
            .approvalBreakGlass, .approvalReview:
            "apr_0000000000000000000000"
        case .alertList, .alertAck, .alertMute, .alertSet, .alertRaise, .alertLearn: "0a1b2c3d"
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
