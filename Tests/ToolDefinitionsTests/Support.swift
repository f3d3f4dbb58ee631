import Foundation
import StrictJSON
import Testing

@testable import ToolDefinitions

/// The first tool of a list with this one element.
func tool(_ json: String) throws -> ToolDefinition {
    try #require(try ToolList(parsing: Array(#"{"tools":[\#(json)]}"#.utf8)).tools.first)
}

/// Why a page is refused, or `nil` if it is not.
func refusal(_ page: String) -> ToolListError? {
    do throws(ToolListError) {
        _ = try ToolList(parsing: Array(page.utf8))
        return nil
    } catch {
        return error
    }
}

/// The sentence about a tool, alone in a list, that is refused.
func refusalOfTool(_ json: String) -> ToolDefinitionError? {
    guard case .tool(1, let error) = refusal(#"{"tools":[\#(json)]}"#) else { return nil }
    return error
}

/// The lists of real servers. They are no part of a checkout, but lie in a folder beside it. Where that folder is not
/// there, the tests are skipped and say so. Continuous integration takes no skipped test.
enum RealLists {
    static let areThere = FileManager.default.fileExists(atPath: folder.path)
    static let missing: Comment = "The lists of real servers are not at ../shared/data/mcp-tools"
    static let names = [
        "github-mcp-server", "mcp-gitlab", "mcp-server-fetch", "mcp-server-git", "mcp-server-time",
    ]

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "../shared/data/mcp-tools").standardizedFileURL

    static func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: folder.appending(path: "\(name).json")))
    }
}
