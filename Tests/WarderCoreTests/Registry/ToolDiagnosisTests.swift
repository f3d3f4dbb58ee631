import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// Each finding about tools appears with its cause, and goes with it.
@Suite struct ToolDiagnosisTests {
    @Test("a tool without an owner, until it or its server has one")
    func owner() async throws {
        let kit = try await stand()
        try await kit.importTools([.reads, .writes])
        #expect(try await kit.codes() == ["note tool_without_owner"])
        var changes = Tools.Changes()
        changes.owner = .some(try PlainText("platform"))
        for name in ["notes/list_notes", "notes/delete_note"] {
            _ = try await kit.vault.perform(Tools.set(try ToolID(name), changes, by: kit.admin))
        }
        #expect(try await kit.codes() == [])
        changes.owner = .some(nil)
        _ = try await kit.vault.perform(Tools.set(try ToolID("notes/list_notes"), changes, by: kit.admin))
        #expect(try await kit.codes() == ["note tool_without_owner"])
        _ = try await kit.vault.perform(
            Servers.update(
                try ServerName("notes"),
                owner: .some(try PlainText("platform")),
                selectors: Selectors(uid: 2000),
                by: kit.admin
            )
        )
        #expect(try await kit.codes() == [])
    }

    @Test("a tool without a definition, but not what a server needs to start")
    func undefined() async throws {
        let kit = try await stand(owner: "platform")
        try await kit.mustAddTool("notes/list_notes")
        try await kit.mustAddTool("notes/@launch")
        #expect(try await kit.codes() == ["note tool_undefined"])
        try await kit.importTools([.reads])
        #expect(try await kit.codes() == [])
    }

    @Test("a definition that waits is a warning, until it is accepted")
    func changed() async throws {
        let kit = try await stand(owner: "platform")
        try await kit.importTools([.named("get_file")])
        try await kit.importTools([.named("get_file", description: "Get any file.")])
        #expect(try await kit.codes() == ["warning tool_changed"])
        try await kit.accept(["notes/get_file"])
        #expect(try await kit.codes() == [])
    }

    @Test("a tool that the list no longer has, until it is back or removed")
    func gone() async throws {
        let kit = try await stand(owner: "platform")
        try await kit.importTools([.reads, .writes])
        try await kit.importTools([.writes])
        #expect(try await kit.codes() == ["note tool_gone"])
        try await kit.vault.perform(Tools.remove(try ToolID("notes/list_notes"), by: kit.admin))
        #expect(try await kit.codes() == [])
    }

    @Test("a finding about a thousand tools names a few and counts the others")
    func many() async throws {
        let kit = try await stand()
        try await kit.importTools((1...1000).map { .named("get_\($0)") })
        let finding = try #require(try await kit.toolFindings().first)
        #expect(finding.message.contains("and 995 more") && finding.message.utf8.count < 200)
    }

    private func stand(owner: String? = nil) async throws -> TestVault {
        let kit = try await TestVault()
        _ = try await kit.vault.perform(
            Servers.add(
                try ServerName("notes"),
                owner: try owner.map { try PlainText($0) },
                selectors: Selectors(uid: 2000),
                by: kit.admin
            )
        )
        return kit
    }
}

extension TestVault {
    fileprivate func toolFindings() async throws -> [Diagnosis] {
        try await vault.perform(Doctor.read(vault.jobs.presence, by: admin)).filter { $0.code.hasPrefix("tool_") }
    }

    fileprivate func codes() async throws -> [String] {
        try await toolFindings().map { "\($0.severity.rawValue) \($0.code)" }
    }
}
