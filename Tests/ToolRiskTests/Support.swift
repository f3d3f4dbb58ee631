import Foundation
import OpenAPIDocuments
import StrictJSON
import Testing
import ToolDefinitions
import ToolRisk
import WarderModel

/// A tool of an MCP server that says no more than this.
func tool(
    _ name: String,
    _ description: String? = nil,
    properties: String = "",
    annotations: String = "",
    output: String = ""
) throws -> ToolDefinition {
    var buffer = JSONBuffer()
    buffer.beginObject()
    buffer.field("name", name)
    if let description { buffer.field("description", description) }
    buffer.key("inputSchema")
    buffer.raw(#"{"type":"object","properties":{\#(properties)}}"#.utf8)
    if !output.isEmpty {
        buffer.key("outputSchema")
        buffer.raw(output.utf8)
    }
    if !annotations.isEmpty {
        buffer.key("annotations")
        buffer.raw(#"{\#(annotations)}"#.utf8)
    }
    buffer.endObject()
    return try ToolDefinition(reading: JSONDocument(parsing: buffer.bytes).root)
}

/// A request that says no more than its name; every part of the path in braces is an argument.
func request(
    _ method: Endpoint.Method,
    _ path: String,
    _ name: String,
    _ description: String? = nil,
    scopes: [[String]] = []
) throws -> ToolDefinition {
    var buffer = JSONBuffer()
    buffer.beginObject()
    buffer.field("name", name)
    if let description { buffer.field("description", description) }
    buffer.key("inputSchema")
    buffer.raw(#"{"type":"object"}"#.utf8)
    buffer.endObject()
    let document = try JSONDocument(parsing: buffer.bytes)
    return try ToolDefinition(
        reading: document.root,
        endpoint: Endpoint(method: method, path: path, scopes: scopes)
    )
}

func risk(_ tool: ToolDefinition) -> Tool.Risk { ToolClassifier.classify(tool).risk }

/// Files beside the tests and beside the checkout.
enum Data {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let shared = root.appending(path: "../shared/data").standardizedFileURL
    static let isThere = FileManager.default.fileExists(atPath: shared.appending(path: "mcp-tools").path)
    static let missing: Comment = "Real lists and documents are not at ../shared/data"

    static func ours(_ path: String) throws -> [UInt8] { try bytes(root.appending(path: path)) }
    static func shared(_ path: String) throws -> [UInt8] { try bytes(shared.appending(path: path)) }

    private static func bytes(_ url: URL) throws -> [UInt8] { Array(try Foundation.Data(contentsOf: url)) }
}
