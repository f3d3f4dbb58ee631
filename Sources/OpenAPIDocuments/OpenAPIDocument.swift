package import ToolDefinitions
import StrictJSON

/// A description of an HTTP API, as far as tools come of it: OpenAPI 3.0 and 3.1, Swagger 2.0, in JSON or YAML.
///
/// Nothing is fetched: a document that refers to others is refused. One that refers to what it does not have is read as far
/// as that goes. What is not needed to make tools (examples, servers,
/// links, callbacks) is not looked at.
package struct OpenAPIDocument: Sendable {
    package enum Dialect: String, Sendable {
        case swagger2 = "Swagger 2.0"
        case openAPI30 = "OpenAPI 3.0"
        case openAPI31 = "OpenAPI 3.1"
    }

    package let dialect: Dialect
    /// By path and method, in the order of the document.
    package let operations: [OpenAPIOperation]

    /// Reads a whole document.
    ///
    /// A text that begins with `{` is JSON, every other one YAML.
    ///
    /// - Throws: ``OpenAPIError``, with line and column wherever there is one to name.
    package init(reading bytes: [UInt8]) throws(OpenAPIError) {
        let source = try DocumentSource(bytes)
        dialect = try Dialect(of: source.root)
        try LocalReferences.check(source)
        let reader = OperationReader(source: source, dialect: dialect)
        operations = try OperationNames.named(try reader.operations())
    }
}

extension OpenAPIDocument.Dialect {
    init(of root: JSONNode) throws(OpenAPIError) {
        guard root.kind == .object else { throw OpenAPIError(.notAnAPI) }
        if let version = root.member("swagger") {
            // YAML without quotes makes a number of it.
            guard Self.text(version) == "2.0" else { throw OpenAPIError(.unknownVersion) }
            self = .swagger2
        } else if let version = root.member("openapi") {
            let parts = Self.text(version).split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count >= 2, parts[0] == "3" else { throw OpenAPIError(.unknownVersion) }
            switch parts[1] {
            case "0": self = .openAPI30
            case "1": self = .openAPI31
            default: throw OpenAPIError(.unknownVersion)
            }
        } else {
            throw OpenAPIError(.notAnAPI)
        }
    }

    private static func text(_ node: JSONNode) -> String {
        if node.kind == .number { return String(decoding: node.rawBytes, as: UTF8.self) }
        return node.text ?? ""
    }
}

/// One operation of a document, and the tool that it makes.
package struct OpenAPIOperation: Sendable {
    /// Name, description, schemas and the HTTP request.
    package let definition: ToolDefinition
    /// `operationId` as the document has it, which need not be a legal name of a tool.
    package let operationID: String?
    package let isDeprecated: Bool
    package let tags: [String]
    /// `$ref`s in what it takes and answers that lead to nothing, each with the first place of the document where such a
    /// one stands. The definition has them as they are, so that nobody takes what is not known for harmless.
    package let missing: [OpenAPIError]
}
