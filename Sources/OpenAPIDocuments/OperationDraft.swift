import StrictJSON
import ToolDefinitions

/// An operation that was read and has no name yet.
struct OperationDraft {
    let endpoint: Endpoint
    let operationID: String?
    let title: String?
    let description: String?
    let isDeprecated: Bool
    let tags: [String]
    /// JSON Schema of the arguments.
    let inputSchema: [UInt8]
    /// JSON Schema of the result; `nil` where the document describes none.
    let outputSchema: [UInt8]?
    /// References that lead to nothing.
    let missing: [OpenAPIError]

    func operation(named name: String) throws(OpenAPIError) -> OpenAPIOperation {
        var buffer = JSONBuffer(capacity: inputSchema.count + (outputSchema?.count ?? 0) + 1024)
        buffer.beginObject()
        buffer.field("name", name)
        if let title { buffer.field("title", title) }
        if let description { buffer.field("description", description) }
        buffer.key("inputSchema")
        buffer.raw(inputSchema)
        if let outputSchema {
            buffer.key("outputSchema")
            buffer.raw(outputSchema)
        }
        buffer.endObject()
        return OpenAPIOperation(
            definition: try definition(buffer.bytes),
            operationID: operationID,
            isDeprecated: isDeprecated,
            tags: tags,
            missing: missing
        )
    }

    private func definition(_ bytes: [UInt8]) throws(OpenAPIError) -> ToolDefinition {
        let document: JSONDocument
        do throws(JSONError) {
            document = try JSONDocument(copying: bytes.span, limits: OpenAPILimits.json)
        } catch {
            throw OpenAPIError(.badOperation)
        }
        do throws(ToolDefinitionError) {
            return try ToolDefinition(reading: document.root, endpoint: endpoint)
        } catch {
            throw OpenAPIError(.operationTooLarge)
        }
    }
}
