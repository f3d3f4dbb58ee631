package import StrictJSON
package import WarderModel

/// What a tool says of itself: everything that people and models read before they call it, and that a pin is a digest of.
package struct ToolDefinition: Hashable, Sendable {
    package let name: ToolName
    package let title: String?
    package let description: String?
    /// JSON Schema of the arguments; its root has the type `object`.
    package let inputSchema: RawJSON
    package let outputSchema: RawJSON?
    package let annotations: ToolAnnotations
    /// The request it stands for, where a description of an API was read; `nil` for a tool of an MCP server.
    package let endpoint: Endpoint?
    /// What the digest is over: docs/formats/tool-definition.md.
    package let canonicalBytes: [UInt8]

    /// Reads a definition in which the request stands as the member `endpoint`, as in the canonical form.
    package init(canonical node: JSONNode) throws(ToolDefinitionError) {
        let endpoint = node.kind == .object ? Self.present("endpoint", in: node) : nil
        try self.init(reading: node, endpoint: endpoint.map(Endpoint.init(reading:)))
    }

    /// Reads one element of `tools`.
    ///
    /// `_meta`, `icons` and members that MCP does not define are not read. A member that is `null` counts as one that
    /// is not there.
    package init(reading node: JSONNode, endpoint: Endpoint? = nil) throws(ToolDefinitionError) {
        guard node.kind == .object else { throw .notAnObject }
        guard let nameNode = Self.present("name", in: node) else { throw .noName }
        // The longest name is 128 characters; the parser of names says so, this only keeps the copy small.
        let nameText = try Self.text(nameNode, .name, limit: 4096)
        do throws(NameError) {
            name = try ToolName(nameText)
        } catch {
            throw .badName(error)
        }
        // `@launch` is the vault's own word and no tool of a server.
        guard name != .launch else { throw .badName(.badCharacter) }
        let titleNode = Self.present("title", in: node)
        title = try titleNode.map { (node) throws(ToolDefinitionError) in
            try Self.text(node, .title, limit: ToolLimits.title)
        }
        let descriptionNode = Self.present("description", in: node)
        description = try descriptionNode.map { (node) throws(ToolDefinitionError) in
            try Self.text(node, .description, limit: ToolLimits.description)
        }
        let input = try Self.inputSchema(of: node)
        let output = try Self.outputSchema(of: node)
        inputSchema = try Self.canonical(input)
        outputSchema = try output.map(Self.canonical)
        let annotationsNode = Self.present("annotations", in: node)
        annotations = try annotationsNode.map(ToolAnnotations.init(reading:)) ?? ToolAnnotations()
        self.endpoint = endpoint

        var form = CanonicalDefinition()
        form.add("annotations", try annotationsNode.map(Self.canonical))
        form.add("description", try descriptionNode.map(Self.canonical))
        form.add("endpoint", try endpoint.map(Self.canonical))
        form.add("execution", try Self.execution(of: node).map(Self.canonical))
        form.add("inputSchema", inputSchema)
        form.add("name", try Self.canonical(nameNode))
        form.add("outputSchema", outputSchema)
        form.add("title", try titleNode.map(Self.canonical))
        canonicalBytes = form.finish()
        guard canonicalBytes.count <= ToolLimits.definition else { throw .tooLarge(limit: ToolLimits.definition) }
    }

    private static func present(_ member: String, in node: JSONNode) -> JSONNode? {
        guard let value = node.member(member), !value.isNull else { return nil }
        return value
    }

    private static func text(
        _ node: JSONNode,
        _ member: ToolDefinitionError.Text,
        limit: Int
    ) throws(ToolDefinitionError) -> String {
        let text: String
        do throws(JSONError) {
            text = try node.string(allowingNUL: true)
        } catch {
            throw .notText(member)
        }
        guard text.utf8.count <= limit else { throw .tooLong(member, limit: limit) }
        return text
    }

    private static func inputSchema(of node: JSONNode) throws(ToolDefinitionError) -> JSONNode {
        guard let schema = present("inputSchema", in: node), schema.kind == .object,
            schema.member("type")?.isText("object") == true
        else { throw .badInputSchema }
        return schema
    }

    /// Any schema, so that `true` is one too.
    private static func outputSchema(of node: JSONNode) throws(ToolDefinitionError) -> JSONNode? {
        guard let schema = present("outputSchema", in: node) else { return nil }
        guard schema.kind == .object || schema.kind == .bool else { throw .badOutputSchema }
        return schema
    }

    /// `nil` where it says what holds without it: `taskSupport` is `forbidden`, which servers spell out in one era of
    /// the protocol and cannot say in the other.
    private static func execution(of node: JSONNode) throws(ToolDefinitionError) -> JSONNode? {
        guard let execution = present("execution", in: node) else { return nil }
        guard execution.kind == .object else { throw .badExecution }
        for (key, value) in execution.members {
            guard key.isText("taskSupport"), value.isText("forbidden") || value.isNull else { return execution }
        }
        return nil
    }

    private static func canonical(_ endpoint: Endpoint) throws(ToolDefinitionError) -> RawJSON {
        do throws(JSONError) {
            return try RawJSON(JSONDocument(parsing: endpoint.json, limits: ToolLimits.page).root)
        } catch {
            throw .tooLarge(limit: ToolLimits.definition)
        }
    }

    private static func canonical(_ node: JSONNode) throws(ToolDefinitionError) -> RawJSON {
        do throws(JSONError) {
            return try RawJSON(node)
        } catch {
            throw .badNumber
        }
    }
}
