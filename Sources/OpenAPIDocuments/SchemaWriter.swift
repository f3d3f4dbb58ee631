import StrictJSON

/// Writes a schema with its local references put in, as far as a tool shows it.
///
/// A document's schemas may refer to one another in circles, and one written out whole may be larger than the document.
/// So a schema ends where it comes round to itself, where it is too deep, and where its share of values or bytes is used
/// up: there stands `{}`, which allows everything. What is cut off depends on the schema alone, so that the same document
/// makes the same tool.
struct SchemaWriter {
    private static let depth = 12
    /// Of the arguments: subschemas, and bytes of text in them.
    static let input = (schemas: 600, bytes: 49_152)
    /// Of the results, which fewer people read.
    static let output = (schemas: 150, bytes: 16_384)

    let references: LocalReferences
    private var schemas: Int
    private var bytes: Int
    /// References that are being written out, from the outside in.
    private var open: [String] = []

    init(_ references: LocalReferences, _ share: (schemas: Int, bytes: Int)) {
        self.references = references
        schemas = share.schemas
        bytes = share.bytes
    }

    /// Writes one schema as a value. `words` describe a schema that has no description of its own.
    mutating func write(
        _ schema: JSONNode,
        to buffer: inout JSONBuffer,
        depth: Int = 0,
        words: JSONNode? = nil
    ) throws(OpenAPIError) {
        guard schema.kind != .bool else { return buffer.bool(schema.isTrue) }
        guard schema.kind == .object, depth < Self.depth, schemas > 0, bytes > 0 else { return empty(&buffer) }
        schemas -= 1
        try references.visit(schema)
        guard let pointer = LocalReferences.pointer(of: schema) else {
            return try writeMembers(of: schema, to: &buffer, depth: depth, words: words)
        }
        guard !open.contains(pointer) else { return empty(&buffer) }
        open.append(pointer)
        defer { open.removeLast() }
        guard let target = try references.resolve(schema) else { return writeMissing(schema, to: &buffer) }
        guard target.kind == .object else { return empty(&buffer) }
        try references.visit(target)
        try writeMembers(of: target, to: &buffer, depth: depth, words: words)
    }

    /// What is not there stays a reference: `{}` would say that everything is allowed. Whoever judges the tool knows by it
    /// that something is unknown.
    private mutating func writeMissing(_ reference: JSONNode, to buffer: inout JSONBuffer) {
        guard let pointer = reference.member("$ref") else { return empty(&buffer) }
        bytes -= pointer.byteCount
        buffer.beginObject()
        buffer.key("$ref")
        buffer.raw(pointer.rawBytes)
        buffer.endObject()
    }

    private func empty(_ buffer: inout JSONBuffer) {
        buffer.beginObject()
        buffer.endObject()
    }

    private mutating func writeMembers(
        of schema: JSONNode,
        to buffer: inout JSONBuffer,
        depth: Int,
        words: JSONNode?
    ) throws(OpenAPIError) {
        buffer.beginObject()
        if let words, words.kind == .string, schema.member("description") == nil {
            writeConstraint("description", words, to: &buffer)
        }
        for (key, value) in schema.members {
            guard let keyword = key.text else { continue }
            switch keyword {
            case "properties", "patternProperties", "dependentSchemas":
                guard value.kind == .object else { continue }
                buffer.key(text: keyword)
                buffer.beginObject()
                for (name, property) in value.members {
                    guard schemas > 0, name.byteCount <= bytes, let text = name.text else { break }
                    bytes -= name.byteCount
                    buffer.key(text: text)
                    try write(property, to: &buffer, depth: depth + 1)
                }
                buffer.endObject()
            case "items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames":
                guard value.kind == .object || value.kind == .bool else { continue }
                buffer.key(text: keyword)
                try write(value, to: &buffer, depth: depth + 1)
            case "allOf", "anyOf", "oneOf", "prefixItems":
                guard value.kind == .array else { continue }
                buffer.key(text: keyword)
                buffer.beginArray()
                for part in value.elements where schemas > 0 { try write(part, to: &buffer, depth: depth + 1) }
                buffer.endArray()
            default:
                writeConstraint(keyword, value, to: &buffer)
            }
        }
        buffer.endObject()
    }

    /// Everything that is no schema: types, limits, values, words.
    private mutating func writeConstraint(_ keyword: String, _ value: JSONNode, to buffer: inout JSONBuffer) {
        guard Self.constraints.contains(keyword) else { return }
        guard value.byteCount <= bytes else { return }
        bytes -= value.byteCount
        buffer.key(text: keyword)
        buffer.raw(value.rawBytes)
    }

    private static let constraints: Set<String> = [
        "const", "default", "deprecated", "description", "enum", "exclusiveMaximum", "exclusiveMinimum", "format",
        "maxItems", "maxLength", "maxProperties", "maximum", "minItems", "minLength", "minProperties", "minimum",
        "multipleOf", "nullable", "pattern", "readOnly", "required", "title", "type", "uniqueItems", "writeOnly",
    ]
}
