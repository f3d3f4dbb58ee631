import StrictJSON

/// What a server says about the effects of its tool: hints of the one who is to be judged, believed in no point that
/// makes the tool look harmless.
package struct ToolAnnotations: Hashable, Sendable {
    /// `nil` where the server says nothing; the specification's default is then `false`.
    package var readOnly: Bool?
    /// `nil` where the server says nothing; the specification's default is then `true`.
    package var destructive: Bool?
    package var idempotent: Bool?
    package var openWorld: Bool?

    package init(
        readOnly: Bool? = nil,
        destructive: Bool? = nil,
        idempotent: Bool? = nil,
        openWorld: Bool? = nil
    ) {
        self.readOnly = readOnly
        self.destructive = destructive
        self.idempotent = idempotent
        self.openWorld = openWorld
    }

    /// The `annotations` of a tool; members that MCP does not define are no hints.
    init(reading node: JSONNode) throws(ToolDefinitionError) {
        guard node.kind == .object else { throw .badAnnotations }
        readOnly = try Self.hint("readOnlyHint", in: node)
        destructive = try Self.hint("destructiveHint", in: node)
        idempotent = try Self.hint("idempotentHint", in: node)
        openWorld = try Self.hint("openWorldHint", in: node)
    }

    private static func hint(_ name: String, in node: JSONNode) throws(ToolDefinitionError) -> Bool? {
        guard let value = node.member(name), !value.isNull else { return nil }
        do throws(JSONError) {
            return try value.bool()
        } catch {
            throw .badAnnotations
        }
    }
}
