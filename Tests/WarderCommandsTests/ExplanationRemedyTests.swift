import HashTreeCollections
import Testing
import WarderModel
import WarderTesting

@testable import WarderCommands
@testable import WarderCore

/// Whatever stands in a request's way, the command that mends it is one that can be pasted.
@Suite("Remedies of explanations")
struct ExplanationRemedyTests {
    private static let tools = [
        "notes/search", "notes/pay", "notes/new", "ghost/walk", "notes/@launch", "note/search", "notes/serach",
    ]
    private static let secrets = ["notes/api", "shop/db", "new/one", "old/one", "gone/one", "none/there", "lost/one"]

    /// Explanations of a vault in which everything is in the way that can be.
    private static func explanations() async throws -> [Explanation] {
        let kit = try await TestVault(limits: RateLedger.Usual { _ in 1 })
        try await kit.mustAddServer("notes", Selectors(uid: 2000, isLaunched: true))
        try await kit.mustAddTool("notes/search")
        try await kit.mustAddTool("notes/pay", risk: .critical, category: .financial)
        try await kit.mustAddTool("notes/@launch", risk: .critical)
        try await kit.mustPut("notes/api")
        try await kit.mustPut("shop/db", fields: ["username": "ada", "password": "hunter2"])
        try await kit.mustPut("new/one", pending: true)
        for value in ["first", "second"] { try await kit.mustPut("old/one", value) }
        _ = try await kit.vault.perform(Secrets.destroy(try SecretName("old/one"), version: 2, by: kit.admin))
        try await kit.mustPut("gone/one")
        _ = try await kit.vault.perform(Secrets.delete(try SecretName("gone/one"), by: kit.admin))
        for tool in ["notes/search", "notes/pay", "notes/@launch"] {
            let end = tool == "notes/search" ? kit.clock.now().wall.adding(seconds: 1) : nil
            try await kit.mustGrant(tool, "notes/api", fields: ["value"], expires: end)
            try await kit.mustGrant(tool, "shop/db", fields: ["later", "username"])
        }
        kit.clock.advance(seconds: 2)
        let sound = try #require(kit.vault.state)
        let rates = kit.vault.rates
        let now = kit.clock.now()
        return try [sound, spoiled(sound, at: now.wall)].flatMap { state in
            try tools.flatMap { tool in
                try secrets.flatMap { secret in
                    try [[], ["value"], ["later", "username"]].map { fields in
                        let question = Explanation.Question(
                            tool: try ToolID(tool),
                            secret: try SecretName(secret),
                            fields: try fields.map { try FieldName($0) }
                        )
                        let key = RateLedger.Key(server: question.tool.server, risk: .readOnly)
                        _ = rates.take(key, perMinute: 1, at: now.uptime)
                        return ExplanationWalk(question, in: state, rates: rates, at: now).explanation()
                    }
                }
            }
        }
    }

    /// The same with what no command does.
    private static func spoiled(_ sound: VaultState, at now: Timestamp) throws -> VaultState {
        var state = sound
        state.servers[try ServerName("notes")]?.quarantine = Server.Quarantine(since: now, by: nil, reason: nil)
        state.tools[try ToolID("notes/search")]?.offer = Tool.Offer(
            digest: String(repeating: "0", count: 64),
            since: now
        )
        state.lost.insert(missing: .secret(try SecretName("lost/one")))
        state.lost.insert(LostRecords.Entry(reason: .damaged, kind: .approvalRule, id: nil, name: nil))
        state.origins[2] = LogOrigin(
            id: RecordID(high: 0, low: 7),
            number: 2,
            began: now,
            previous: LogOrigin.Previous(origin: RecordID(high: 0, low: 7), size: 1, leaf: nil),
            backup: LogOrigin.Backup(created: now, header: "00")
        )
        return state
    }

    @Test("every remedy names commands that can be run, with the options that it gives them")
    func remedies() async throws {
        var met: Set<Explanation.Rule> = []
        for explanation in try await Self.explanations() {
            for step in explanation.missing {
                met.insert(step.rule)
                let remedy = try #require(step.remedy, "\(step)")
                let commands = RemedyTests.commands(in: remedy)
                #expect(!commands.isEmpty, "\(remedy)")
                #expect(remedy.matches(of: #/\bwarder\s/#).count == commands.count, "\(remedy)")
                for command in commands {
                    let fault = RemedyTests.fault(of: command)
                    #expect(fault == nil, "\(remedy): \(fault ?? "")")
                }
            }
        }
        // What the imagined process always meets.
        #expect(Set(Explanation.Rule.allCases).subtracting(met) == [.launch, .attestation])
    }
}
