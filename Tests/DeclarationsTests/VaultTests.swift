import Foundation
import Glibc
import Testing
import WarderCore
import WarderModel
import WarderTesting
import WarderWire

@testable import Declarations

/// Files against a real vault over its socket.
@Suite struct VaultTests {
    private struct Refused: Error {
        let answer: RawClient.Answer
    }

    private static func standing(_ server: TestServer) throws -> Standing {
        let answer = try server.connect(.operator).ask("GET", "/v1/inventory")
        try #require(answer.status == 200, "\(answer.text)")
        return try Standing(try JSONDecoder().decode(Inventory.self, from: Data(answer.body)))
    }

    private static func apply(_ plan: Plan, _ server: TestServer) throws {
        if plan.changes.isEmpty { return }
        let body = String(decoding: try JSONEncoder().encode(plan.request), as: UTF8.self)
        let answer = try server.connect(.operator).ask("POST", "/v1/apply", body: body)
        guard answer.status == 200 else { throw Refused(answer: answer) }
    }

    private static func plan(_ text: String, _ server: TestServer, prunes: Bool = true) throws -> Plan {
        try Planner.plan(DeclarationReader(Array(text.utf8)), against: standing(server), prunes: prunes)
    }

    private static func kit() async throws -> TestVault {
        let kit = try await TestVault(uid: geteuid())
        for secret in RandomDeclaration.secrets { try await kit.mustPut(secret) }
        // A rule asks groups of which somebody is.
        try await kit.mustAddOperator("sam", uid: 60_100, roles: [.approver], groups: ["security"], withPresence: false)
        return kit
    }

    @Test("whatever a vault has, its export changes nothing, and makes the same of another vault")
    func pairs() async throws {
        var random = RandomDeclaration(numbers: SeededNumbers())
        let seed = random.numbers.seed
        let kit = try await Self.kit()
        try await TestServer.with(kit) { server in
            for round in 0..<25 {
                let wanted = DeclarationText.of(try random.make())
                do {
                    try Self.apply(try Self.plan(wanted, server), server)
                } catch let refused as Refused {
                    Issue.record("seed \(seed), round \(round): \(refused.answer.text)\n\(wanted)")
                    return
                } catch let faults as DeclarationFaults {
                    Issue.record("seed \(seed), round \(round): \(faults.faults.map { $0.line(in: "f") })\n\(wanted)")
                    return
                }
                let exported = DeclarationText.of(try Self.standing(server).declaration)
                try #require(exported == wanted, "seed \(seed), round \(round)")
                try #require(try Self.plan(exported, server).changes.isEmpty, "seed \(seed), round \(round)")
            }
        }
    }

    @Test("without being asked to, a file takes nothing away")
    func additive() async throws {
        let kit = try await Self.kit()
        try await kit.mustSetUpNotes()
        try await TestServer.with(kit) { server in
            let before = try Self.standing(server).declaration
            let text = "warder: 1\nservers: {wiki: {uid: 60001, tools: {search: read-only}}}\n"
            try Self.apply(try Self.plan(text, server, prunes: false), server)
            let after = try Self.standing(server).declaration
            #expect(after.servers.count == before.servers.count + 1 && after.tools.count == before.tools.count + 1)
            #expect(after.grants == before.grants)
        }
    }

    @Test("a plan of another state is a conflict")
    func stale() async throws {
        let kit = try await Self.kit()
        try await TestServer.with(kit) { server in
            let plan = try Self.plan("warder: 1\nservers: {wiki: {uid: 60001}}\n", server)
            try await kit.mustAddServer("other")
            do {
                try Self.apply(plan, server)
                Issue.record("a plan of another state was applied")
            } catch let refused as Refused {
                #expect(refused.answer.status == 409)
                #expect(refused.answer.text.contains("\"reason\":\"check_failed\""))
            }
        }
    }

    @Test("because of one change that is refused none is made, and the answer says which it was")
    func refusedChange() async throws {
        let kit = try await Self.kit()
        try await TestServer.with(kit) { server in
            let before = try Self.standing(server)
            let sequence = kit.vault.sequence
            let changes = [
                #"{"server.add":{"name":"wiki","selectors":{"uid":60001}}}"#,
                #"{"tool.add":{"name":"wiki/search","risk":"read-only","category":"standard"}}"#,
                #"{"grant.add":{"tool":"wiki/search","secret":"wiki/none"}}"#,
                #"{"limit.set":{"risk":"critical","limit":"off"}}"#,
            ]
            let body = #"{"mark":"\#(before.mark)","changes":[\#(changes.joined(separator: ","))]}"#
            let answer = try server.connect(.operator).ask("POST", "/v1/apply", body: body)
            #expect(answer.status == 404, "\(answer.text)")
            #expect(answer.text.contains("Nothing was changed, because change 3 was refused."), "\(answer.text)")
            #expect(answer.text.contains(#""reason":"secret_missing""#), "\(answer.text)")
            let after = try Self.standing(server)
            #expect(after.declaration == before.declaration && after.mark == before.mark)
            let events = try kit.events().filter { $0.sequence > sequence && $0.type != "inventory.read" }
            #expect(events.map(\.line) == ["inventory.apply: secret_missing"])
            #expect(events.last?.changes == ["changes=4", "change=3", "refused=grant.add"])
        }
    }

    @Test("a definition that is accepted raises the class, and the next plan shows what the file has less")
    func accepting() async throws {
        let kit = try await Self.kit()
        try await kit.mustAddServer("notes", Selectors(uid: 60001))
        try await TestServer.with(kit) { server in
            func take(_ description: String) throws {
                let tool = #"{"name":"get_file","description":"\#(description)","inputSchema":{"type":"object"}}"#
                let answer = try server.connect(.operator).ask(
                    "POST",
                    "/v1/tools/import",
                    body: #"{"server":"notes","tools":[\#(tool)]}"#
                )
                try #require(answer.status == 200, "\(answer.text)")
            }
            let name = try ToolID("notes/get_file")
            try take("Get a file.")
            let exported = DeclarationText.of(try Self.standing(server).declaration)
            let old = try #require(try Self.standing(server).declaration.tools[name])
            #expect(old.risk == .readOnly)
            try take("Delete all files permanently.")
            let offered = try #require(try Self.standing(server).offers[name])
            let file = exported.replacing(try #require(old.definition), with: "\(offered)\n        reason: read it")

            let first = try Self.plan(file, server)
            #expect(first.changes.count == 1 && first.changes[0].widens == ["another definition is accepted"])
            try Self.apply(first, server)
            let raised = try #require(try Self.standing(server).declaration.tools[name])
            #expect(raised.risk > .readOnly && raised.definition == offered)

            // The reason for the definition is none for a lower class.
            #expect(throws: DeclarationFaults.self) { try Self.plan(file, server) }
            let again = try Self.plan(file.replacing("read it", with: "it deletes copies alone"), server)
            #expect(again.changes.count == 1)
            #expect(again.changes[0].widens.contains("taken to be less harmful"), "\(again.changes)")
            #expect(again.changes[0].details.contains("risk: \(raised.risk.rawValue) → read-only"))
        }
    }

    @Test("a plan is not applied to another secret of the name")
    func anotherSecret() async throws {
        let kit = try await Self.kit()
        try await TestServer.with(kit) { server in
            let text = "warder: 1\nservers: {wiki: {uid: 60001, tools: {t: {risk: read-only, grants: {shop/db: }}}}}\n"
            let plan = try Self.plan(text, server)
            let name = try SecretName("shop/db")
            _ = try await kit.vault.perform(Secrets.destroy(name, version: nil, by: kit.admin))
            try await kit.mustPut("shop/db", "of somebody else")
            do {
                try Self.apply(plan, server)
                Issue.record("a plan was applied to another secret")
            } catch let refused as Refused {
                #expect(refused.answer.status == 409)
            }
        }
    }

    @Test("what is no list of changes is refused before anything is decided, and not repeated in the answer")
    func shapes() async throws {
        let kit = try await Self.kit()
        try await TestServer.with(kit) { server in
            let mark = try Self.standing(server).mark
            let before = kit.vault.sequence
            let canary = "canary-77aa"
            let changes = [
                "", "{}", #"{"\#(canary)":1}"#, #"{"server.add":{"name":"\#(canary) x","selectors":{"uid":1}}}"#,
                #"{"server.add":{"name":"a","selectors":{"unit":"\#(canary)"}}}"#,
                #"{"tool.set":{"name":"a/b","update":{}}}"#, #"{"limit.set":{"risk":"\#(canary)","limit":"off"}}"#,
                #"{"alert.set":{"rule":"\#(canary)","settings":{}}}"#, #"{"tool.accept":{"tools":[],"reason":"x"}}"#,
                #"{"rotation.set":{"secret":"a","plan":{"rotator":"\#(canary)"}}}"#,
                #"{"server.remove":"\#(canary)!"}"#,
            ]
            for change in changes {
                let body = #"{"mark":"\#(mark)","changes":[\#(change)]}"#
                let answer = try server.connect(.operator).ask("POST", "/v1/apply", body: body)
                #expect(answer.status == 400, "\(change): \(answer.text)")
                #expect(!answer.text.contains(canary), "\(change)")
            }
            let many = Array(repeating: #"{"server.remove":"a"}"#, count: 5001).joined(separator: ",")
            let tooMany = try server.connect(.operator).ask(
                "POST",
                "/v1/apply",
                body: #"{"mark":"\#(mark)","changes":[\#(many)]}"#
            )
            #expect(tooMany.status == 400 && tooMany.text.contains("at most 1000 changes"))
            #expect(kit.vault.sequence == before)
        }
    }
}
