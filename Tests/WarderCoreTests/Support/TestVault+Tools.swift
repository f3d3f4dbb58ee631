import StrictJSON
import Testing
import ToolDefinitions
import WarderModel
import WarderTesting

@testable import WarderCore

extension ToolDefinition {
    /// One element of a list.
    init(text: String) throws {
        try self.init(canonical: JSONDocument(copying: Array(text.utf8).span).root)
    }
}

/// A tool as a test's server describes it.
struct Described {
    let text: String

    init(text: String) { self.text = text }

    static let reads = Described(
        text: #"{"name":"list_notes","description":"List the notes.","inputSchema":{"type":"object","properties":{}}}"#
    )
    static let writes = Described(
        text: #"{"name":"delete_note","description":"Delete a note for good.","inputSchema":{"type":"object"}}"#
    )
    static let unknown = Described(text: #"{"name":"frobnicate","inputSchema":{"type":"object"}}"#)

    static func named(_ name: String, description: String = "Get a file.", schema: String = "") -> Described {
        var buffer = JSONBuffer()
        buffer.string(description)
        let words = String(decoding: buffer.bytes, as: UTF8.self)
        let properties = schema.isEmpty ? "" : #","properties":{\#(schema)}"#
        return Described(
            text: #"{"name":"\#(name)","description":\#(words),"inputSchema":{"type":"object"\#(properties)}}"#
        )
    }
}

extension OfferedTool {
    init(_ described: Described) throws { self.init(try ToolDefinition(text: described.text)) }
}

extension TestVault {
    @discardableResult
    func importTools(
        _ tools: [Described],
        of server: String = "notes",
        pin: Tool.Pin = .whenPresented
    ) async throws -> ImportedTools {
        let offers = try tools.map { try OfferedTool($0) }
        return try await vault.perform(Tools.take(offers, of: try ServerName(server), pin: pin, by: admin))
    }

    /// The same vault after a restart of the daemon.
    func reopened() async throws -> TestVault {
        let later = try TestVault(restarting: self)
        try await later.unseal().get()
        return later
    }

    func tool(_ name: String) async throws -> Tools.Overview {
        try await vault.perform(Tools.show(try ToolID(name), by: admin))
    }

    /// A server's demand for a token.
    func issue(_ name: String, digest: String? = nil) throws -> Command<Requested<Tokens.Issued>> {
        Tokens.issue(Tokens.Demand(tool: .whole(try ToolID(name)), toolDigest: digest), by: server(.synthetic()))
    }

    @discardableResult
    func accept(_ names: [String], digest: String? = nil, reason: String = "read it") async throws -> [Tools.Overview] {
        var acceptances: [Tools.Acceptance] = []
        for name in names {
            let offered = try await tool(name).tool.offer?.digest
            acceptances.append(Tools.Acceptance(tool: try ToolID(name), digest: try digest ?? #require(offered)))
        }
        return try await vault.perform(Tools.accept(acceptances, reason: try PlainText(reason), by: admin))
    }
}
