import HashTreeCollections
import StrictJSON
import Testing
import ToolDefinitions
import WarderModel
import WarderTesting

@testable import WarderCore

/// What an import does, and what nobody gets past by it.
@Suite struct ToolImportTests {
    // MARK: The list

    @Test("what is new gets the class that the rules propose, with their reasons, and its definition is accepted")
    func added() async throws {
        let kit = try await stand()
        let imported = try await kit.importTools([.reads, .writes, .unknown])
        #expect(imported.lines.map(\.outcome) == [.added, .added, .added] && imported.unchanged == 0)
        let tools = try await kit.vault.perform(Tools.list(by: kit.admin))
        #expect(tools.map(\.tool.name.text) == ["notes/delete_note", "notes/frobnicate", "notes/list_notes"])
        #expect(tools.map(\.tool.risk) == [.sideEffect, .sideEffect, .readOnly])
        for tool in tools {
            #expect(tool.tool.acceptance?.by.text == "ada" && tool.tool.offer == nil)
            #expect(tool.definition?.accepted?.digest == tool.tool.definitionDigest)
            #expect(tool.definition?.accepted?.proposal.reasons.isEmpty == false)
            #expect(tool.tool.decision == nil)
        }
    }

    @Test("the same list again changes nothing, in whatever order its keys and tools are")
    func idempotent() async throws {
        let kit = try await stand()
        try await kit.importTools([.reads, .writes])
        let before = try #require(kit.vault.state)
        let other =
            #"{"inputSchema":{"properties":{},"type":"object"},"description":"List the notes.","name":"list_notes"}"#
        let again = try await kit.importTools([.writes, .init(text: other)])
        #expect(again.lines.isEmpty && again.unchanged == 2)
        let after = try #require(kit.vault.state)
        for (name, tool) in before.tools { #expect(after.revisions[tool.id] == before.revisions[tool.id], "\(name)") }
        #expect(try kit.lastEvent().changes == ["tools=2", "unchanged=2", "revoked=0"])
    }

    @Test("names that differ by case are two tools")
    func caseOfNames() async throws {
        let kit = try await stand()
        try await kit.importTools([.named("getFile"), .named("getfile")])
        try await kit.importTools([.named("getFile", description: "Another one."), .named("getfile")])
        #expect(try await kit.tool("notes/getFile").tool.offer != nil)
        #expect(try await kit.tool("notes/getfile").tool.offer == nil)
    }

    @Test("a tool that the list no longer has is marked, kept, and unmarked when it is back")
    func gone() async throws {
        let kit = try await stand()
        try await kit.importTools([.reads, .writes])
        let without = try await kit.importTools([.reads])
        #expect(without.lines.map(\.outcome) == [.gone] && without.lines.first?.tool.name.text == "notes/delete_note")
        #expect(try await kit.tool("notes/delete_note").tool.gone == kit.clock.now().wall)
        #expect(try await kit.importTools([.reads]).lines.isEmpty)
        #expect(try await kit.importTools([.reads, .writes]).lines.map(\.outcome) == [.returned])
        #expect(try await kit.tool("notes/delete_note").tool.gone == nil)
    }

    @Test("a tool of another server, and one that was registered by hand, are not gone")
    func others() async throws {
        let kit = try await stand()
        try await kit.mustAddServer("mail", Selectors(uid: 2001))
        try await kit.importTools([.reads], of: "mail")
        try await kit.mustAddTool("notes/by_hand")
        let imported = try await kit.importTools([.writes])
        #expect(imported.lines.map(\.outcome) == [.added])
    }

    @Test("a class that a person gave by hand stays, and the tool gets its first definition")
    func defined() async throws {
        let kit = try await stand()
        try await kit.mustAddTool("notes/list_notes", risk: .critical, category: .financial)
        #expect(try await kit.importTools([.reads]).lines.map(\.outcome) == [.defined])
        let tool = try await kit.tool("notes/list_notes")
        #expect(tool.tool.risk == .critical && tool.tool.category == .financial)
        #expect(tool.tool.definitionDigest == tool.definition?.accepted?.digest)
        #expect(tool.definition?.accepted?.proposal.risk == .readOnly)
    }

    @Test("hostile words are tamed where they are shown, and kept where they are evidence")
    func hostileWords() async throws {
        let kit = try await stand()
        let hostile = "Lists\u{1B}[2J notes\u{202E} for\nyou"
        try await kit.importTools([.named("list_notes", description: hostile)])
        let tool = try await kit.tool("notes/list_notes")
        #expect(tool.tool.text?.text == "Lists [2J notes for you")
        #expect(tool.definition?.accepted?.canonical.contains("\u{202E}") == true)
    }

    // MARK: Who may

    @Test("only an admin imports, sets and accepts, and only in person")
    func permission() async throws {
        let kit = try await stand()
        let offers = [try OfferedTool(.reads)]
        let server = try ServerName("notes")
        let auditor = try await kit.mustAddOperator("eve", uid: 3001, roles: [.auditor, .rotator, .reader, .approver])
        let asEve = kit.caller(auditor, .operator)
        #expect(
            await kit.refusal(of: Tools.take(offers, of: server, pin: .always, by: asEve)) == .roleMissing
        )
        try await kit.importTools([.reads])
        var changes = Tools.Changes()
        changes.owner = .some(try PlainText("eve"))
        #expect(await kit.refusal(of: Tools.set(try ToolID("notes/list_notes"), changes, by: asEve)) == .roleMissing)
        let acceptance = Tools.Acceptance(
            tool: try ToolID("notes/list_notes"),
            digest: String(repeating: "0", count: 64)
        )
        let accept = Tools.accept([acceptance], reason: try PlainText("mine"), by: asEve)
        #expect(await kit.refusal(of: accept) == .roleMissing)
        for action in [Action.toolImport, .toolSet, .toolAccept] { #expect(action.needsPresence, "\(action)") }
    }

    @Test("a server that is not registered has no tools")
    func unknownServer() async throws {
        let kit = try await stand()
        let take = Tools.take([try OfferedTool(.reads)], of: try ServerName("nobody"), pin: .always, by: kit.admin)
        #expect(await kit.refusal(of: take) == .notFound)
    }

    @Test("an import into a quarantined server is taken, and its tools get nothing")
    func quarantined() async throws {
        let kit = try await stand()
        try await kit.importTools([.reads])
        try await kit.mustGrant("notes/list_notes", "notes/api")
        _ = try await kit.vault.perform(Servers.quarantine(try ServerName("notes"), reason: nil, by: kit.admin))
        #expect(try await kit.importTools([.reads, .writes]).lines.map(\.outcome) == [.added])
        #expect(await kit.refusal(of: try kit.issue("notes/list_notes")) == .serverQuarantined)
    }

    @Test("a tool that is removed is gone, and an import makes another one of it")
    func removed() async throws {
        let kit = try await stand()
        try await kit.importTools([.reads])
        let first = try await kit.tool("notes/list_notes")
        try await kit.vault.perform(Tools.remove(first.tool.name, by: kit.admin))
        #expect(await kit.refusal(of: Tools.show(first.tool.name, by: kit.admin)) == .notFound)
        try await kit.importTools([.reads])
        #expect(try await kit.tool("notes/list_notes").tool.id != first.tool.id)
    }

    @Test("what was read of a tool stays as long as its server, and is no definition of one that is registered anew")
    func readBefore() async throws {
        let kit = try await stand()
        try await kit.importTools([.reads])
        let name = try await kit.tool("notes/list_notes").tool.name
        try await kit.vault.perform(Tools.remove(name, by: kit.admin))
        try await kit.mustAddTool("notes/list_notes")
        let later = try await kit.reopened()
        #expect(try await later.tool("notes/list_notes").definition == nil)
        #expect(later.vault.state?.definitions[name]?.accepted != nil && later.vault.state?.lost.isEmpty == true)
        try await later.vault.perform(Tools.remove(name, by: later.admin))
        try await later.vault.perform(Servers.remove(try ServerName("notes"), by: later.admin))
        #expect(later.vault.state?.definitions.isEmpty == true)
        #expect(try await later.reopened().vault.state?.definitions.isEmpty == true)
    }

    @Test("the inventory is there after a restart, and nothing of it is damaged")
    func restart() async throws {
        let kit = try await stand()
        try await kit.importTools([.reads, .writes])
        try await kit.importTools([.named("list_notes", description: "Lists and deletes."), .writes])
        let before = try await kit.tool("notes/list_notes")
        let later = try await kit.reopened()
        let after = try await later.tool("notes/list_notes")
        #expect(after.tool.offer == before.tool.offer && after.definition?.offered == before.definition?.offered)
        #expect(later.vault.state?.lost.isEmpty == true)
    }

    private func stand() async throws -> TestVault {
        let kit = try await TestVault()
        try await kit.mustPut("notes/api")
        try await kit.mustAddServer("notes")
        return kit
    }
}
