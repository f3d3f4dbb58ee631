import StrictJSON

/// The HTTP request that a tool stands for, where a description of an API says so.
///
/// Part of the definition digest: the same words about another request are another tool.
package struct Endpoint: Hashable, Sendable {
    /// The methods of OpenAPI's path items.
    package enum Method: String, CaseIterable, Hashable, Sendable {
        case get, put, post, delete, options, head, patch, trace

        /// Whether HTTP calls the method safe (RFC 9110, section 9.2.1): asking for nothing to change. Servers are
        /// free to break that promise.
        package var isSafe: Bool {
            switch self {
            case .get, .head, .options, .trace: true
            case .put, .post, .delete, .patch: false
            }
        }
    }

    package let method: Method
    /// A template as the document writes it: `/accounts/{account_id}/owner`.
    package let path: String
    /// OAuth scopes: any one of the inner lists suffices, and each of its members is needed. Empty where the document
    /// names none.
    package let scopes: [[String]]

    package init(method: Method, path: String, scopes: [[String]] = []) {
        self.method = method
        self.path = path
        self.scopes = scopes
    }

    /// The member `endpoint` of a canonical definition.
    init(reading node: JSONNode) throws(ToolDefinitionError) {
        guard node.kind == .object, let method = node.member("method"), let path = node.member("path"),
            let scopes = node.member("scopes"), scopes.kind == .array,
            let known = Method.allCases.first(where: { method.isText($0.rawValue) })
        else { throw .badEndpoint }
        self.method = known
        self.path = try Self.text(path)
        self.scopes = try scopes.elements.map { (list) throws(ToolDefinitionError) in
            guard list.kind == .array else { throw .badEndpoint }
            return try list.elements.map(Self.text)
        }
    }

    private static func text(_ node: JSONNode) throws(ToolDefinitionError) -> String {
        do throws(JSONError) {
            return try node.string(allowingNUL: true)
        } catch {
            throw .badEndpoint
        }
    }

    /// As it stands in the canonical form of a definition, before its keys are sorted.
    var json: [UInt8] {
        var buffer = JSONBuffer()
        buffer.beginObject()
        buffer.field("method", method.rawValue)
        buffer.field("path", path)
        buffer.key("scopes")
        buffer.beginArray()
        for alternative in scopes {
            buffer.beginArray()
            for scope in alternative { buffer.string(scope) }
            buffer.endArray()
        }
        buffer.endArray()
        buffer.endObject()
        return buffer.bytes
    }
}
