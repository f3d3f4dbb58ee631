import StrictJSON
import ToolDefinitions

/// Reads the operations of a document.
struct OperationReader {
    let source: DocumentSource
    let dialect: OpenAPIDocument.Dialect
    let references: LocalReferences

    init(source: DocumentSource, dialect: OpenAPIDocument.Dialect) {
        self.source = source
        self.dialect = dialect
        references = LocalReferences(source)
    }

    func operations() throws(OpenAPIError) -> [OperationDraft] {
        // A document of OpenAPI 3.1 may have components alone.
        guard let paths = source.root.member("paths") else { return [] }
        guard paths.kind == .object else { throw source.error(.badPaths, at: paths) }
        let security = try SecurityReader(source, references)
        let basePath = dialect == .swagger2 ? source.root.member("basePath")?.text ?? "" : ""
        var drafts: [OperationDraft] = []
        for (key, value) in paths.members {
            guard let path = key.text, !path.hasPrefix("x-") else { continue }
            guard path.hasPrefix("/") else { throw source.error(.badPaths, at: key) }
            // Which operations a path has stands there: without it nothing can be said of them.
            let item = try references.require(value)
            guard item.kind == .object else { throw source.error(.badPaths, at: value) }
            for (name, operation) in item.members {
                guard let method = name.text.flatMap({ Endpoint.Method(rawValue: $0) }) else { continue }
                guard drafts.count < OpenAPILimits.operations else {
                    throw source.error(.tooManyOperations(limit: OpenAPILimits.operations), at: operation)
                }
                guard operation.kind == .object else { throw source.error(.badOperation, at: operation) }
                let full = basePath.hasSuffix("/") ? basePath.dropLast() + path : basePath + path
                let endpoint = Endpoint(method: method, path: full, scopes: security.scopes(of: operation))
                drafts.append(try draft(operation, item, endpoint))
            }
        }
        return drafts
    }

    private func draft(
        _ operation: JSONNode,
        _ item: JSONNode,
        _ endpoint: Endpoint
    ) throws(OpenAPIError) -> OperationDraft {
        let summary = operation.member("summary") ?? item.member("summary")
        let description = operation.member("description") ?? item.member("description")
        let words = [summary, description].compactMap(\.self)
        guard words.reduce(0, { $0 + $1.byteCount }) <= OpenAPILimits.description else {
            throw source.error(.operationTooLarge, at: operation)
        }
        let texts = words.compactMap(\.text).filter { !$0.isEmpty }
        let arguments = try ArgumentReader(source: source, references: references, operation: operation, item: item)
        let inputSchema = try arguments.schema()
        let outputSchema = try ResponseReader(source: source, references: references).schema(of: operation)
        return OperationDraft(
            endpoint: endpoint,
            operationID: operation.member("operationId")?.text,
            title: nil,
            description: texts.isEmpty ? nil : texts.joined(separator: "\n\n"),
            isDeprecated: operation.member("deprecated")?.isTrue ?? false,
            tags: operation.member("tags")?.texts ?? [],
            inputSchema: inputSchema,
            outputSchema: outputSchema,
            missing: references.takeMissing()
        )
    }
}
