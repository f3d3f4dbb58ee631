import StrictJSON

/// Makes one schema of everything that a request takes: parameters by their names, the body as `body`.
struct ArgumentReader {
    private struct Parameter {
        let name: String
        let isRequired: Bool
        let node: JSONNode
    }

    let source: DocumentSource
    let references: LocalReferences
    private var parameters: [Parameter] = []
    /// References to parameters and bodies that are not there: not even the names in them are known.
    private var missing: [JSONNode] = []
    private var body: (schema: JSONNode?, isRequired: Bool)?

    init(
        source: DocumentSource,
        references: LocalReferences,
        operation: JSONNode,
        item: JSONNode
    ) throws(OpenAPIError) {
        self.source = source
        self.references = references
        // What the operation says of a parameter counts before what its path says of the one of the same name and place.
        var seen: Set<[String]> = []
        for owner in [operation, item] {
            guard let list = owner.member("parameters") else { continue }
            guard list.kind == .array else { throw source.error(.badOperation, at: list) }
            for element in list.elements {
                guard let node = try references.resolveShared(element) else {
                    missing.append(element)
                    continue
                }
                guard let place = node.member("in")?.text, let name = node.member("name")?.text else {
                    throw source.error(.badOperation, at: element)
                }
                guard seen.insert([place, name]).inserted else { continue }
                let isRequired = node.member("required")?.isTrue ?? false
                if place == "body" {
                    body = body ?? (node.member("schema"), isRequired)
                } else {
                    parameters.append(Parameter(name: name, isRequired: isRequired, node: node))
                }
            }
        }
        if let node = operation.member("requestBody") {
            if let request = try references.resolveShared(node) {
                guard request.kind == .object else { throw source.error(.badOperation, at: node) }
                body = (MediaTypes.schema(in: request), request.member("required")?.isTrue ?? false)
            } else {
                missing.append(node)
                body = (nil, false)
            }
        }
    }

    /// JSON Schema, an object with a member for each argument.
    func schema() throws(OpenAPIError) -> [UInt8] {
        var writer = SchemaWriter(references, SchemaWriter.input)
        var buffer = JSONBuffer(capacity: 1024)
        buffer.beginObject()
        buffer.field("type", "object")
        // Before everything that could use up the share.
        if !missing.isEmpty {
            buffer.key("allOf")
            buffer.beginArray()
            for reference in missing { try writer.write(reference, to: &buffer) }
            buffer.endArray()
        }
        buffer.key("properties")
        buffer.beginObject()
        var names: Set<String> = []
        var required: [String] = []
        for parameter in parameters where names.insert(parameter.name).inserted {
            if parameter.isRequired { required.append(parameter.name) }
            buffer.key(text: parameter.name)
            // Swagger 2 writes type and limits beside the name.
            let schema = parameter.node.member("schema") ?? MediaTypes.schema(in: parameter.node) ?? parameter.node
            try writer.write(schema, to: &buffer, words: parameter.node.member("description"))
        }
        if let body {
            let name = names.contains("body") ? "request_body" : "body"
            if body.isRequired { required.append(name) }
            buffer.key(text: name)
            if let schema = body.schema {
                try writer.write(schema, to: &buffer)
            } else {
                buffer.beginObject()
                buffer.endObject()
            }
        }
        buffer.endObject()
        if !required.isEmpty {
            buffer.field("required", required)
        }
        buffer.endObject()
        return buffer.bytes
    }
}
