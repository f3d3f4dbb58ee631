import StrictJSON

/// The schemas under `content`.
enum MediaTypes {
    /// That of JSON, or where there is none that of the first media type; `nil` without any.
    static func schema(in node: JSONNode) -> JSONNode? {
        guard let content = node.member("content"), content.kind == .object else { return nil }
        var first: JSONNode?
        for (type, media) in content.members {
            guard let schema = media.member("schema") else { continue }
            if let type = type.text, type.hasPrefix("application/json") || type.hasSuffix("+json") { return schema }
            first = first ?? schema
        }
        return first
    }
}
