import OpenAPIDocuments
import StrictJSON
import Testing
import ToolDefinitions
import ToolRisk
import WarderModel

/// Tools whose authors said whether they only read. What they say is taken away before the tools are judged.
@Suite(.enabled(if: Data.isThere, Data.missing)) struct RealToolsTests {
    static let lists = ["github-mcp-server", "mcp-gitlab", "mcp-server-fetch", "mcp-server-git", "mcp-server-time"]

    /// The definition without its annotations.
    private func bare(_ tool: ToolDefinition) throws -> ToolDefinition {
        var buffer = JSONBuffer()
        buffer.beginObject()
        buffer.field("name", tool.name.text)
        if let title = tool.title { buffer.field("title", title) }
        if let description = tool.description { buffer.field("description", description) }
        buffer.key("inputSchema")
        buffer.raw(tool.inputSchema.bytes)
        buffer.endObject()
        return try ToolDefinition(reading: JSONDocument(parsing: buffer.bytes).root)
    }

    @Test func `no tool that writes is called read-only, and few that read are not`() throws {
        var reading = 0
        var found = 0
        for list in Self.lists {
            for tool in try ToolList(parsing: Data.shared("mcp-tools/\(list).json")).tools {
                let isReadOnly = risk(try bare(tool)) == .readOnly
                if tool.annotations.readOnly == true {
                    reading += 1
                    found += isReadOnly ? 1 : 0
                } else {
                    #expect(!isReadOnly, "\(list) \(tool.name.text)")
                }
            }
        }
        #expect(reading > 90)
        #expect(Double(found) >= 0.95 * Double(reading), "\(found) of \(reading)")
    }

    /// Of the GET requests of a document whose methods say little: these change something.
    static let changing: Set = [
        "apps_permissions_request", "apps_permissions_users_request", "apps_uninstall", "auth_revoke", "dialog_open",
        "files_remote_share", "oauth_access", "oauth_token", "oauth_v2_access", "rtm_connect", "views_open",
        "views_publish", "views_push", "views_update", "workflows_stepCompleted", "workflows_stepFailed",
        "workflows_updateStep",
    ]

    @Test func `requests that lie about their method are found out`() throws {
        var reading = 0
        var found = 0
        let document = try OpenAPIDocument(reading: Data.shared("openapi/slack_web_v2_noexamples.json"))
        for operation in document.operations.map(\.definition) {
            let isReadOnly = risk(operation) == .readOnly
            if operation.endpoint?.method == .get, !Self.changing.contains(operation.name.text) {
                reading += 1
                found += isReadOnly ? 1 : 0
            } else {
                #expect(!isReadOnly, "\(operation.name.text)")
            }
        }
        #expect(reading == 63)
        #expect(Double(found) >= 0.95 * Double(reading), "\(found) of \(reading)")
    }

    @Test func `the pet store is read right`() throws {
        let document = try OpenAPIDocument(reading: Data.shared("openapi/petstore3.yaml"))
        let readOnly = document.operations.map(\.definition).filter { risk($0) == .readOnly }.map(\.name.text).sorted()
        #expect(
            readOnly == [
                "findPetsByStatus", "findPetsByTags", "getInventory", "getOrderById", "getPetById", "getUserByName",
            ]
        )
    }
}
