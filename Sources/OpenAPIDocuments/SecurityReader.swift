import StrictJSON

/// The OAuth scopes that an operation asks for.
struct SecurityReader {
    /// Names of the schemes that have scopes: OAuth 2 and OpenID Connect.
    private let scoped: Set<String>
    /// Of operations that say nothing themselves.
    private let general: JSONNode?

    init(_ source: DocumentSource, _ references: LocalReferences) throws(OpenAPIError) {
        let root = source.root
        general = root.member("security")
        var scoped: Set<String> = []
        let schemes = root.member("securityDefinitions") ?? root.member("components")?.member("securitySchemes")
        if let schemes {
            for (name, scheme) in schemes.members {
                guard let type = try references.require(scheme).member("type"), let name = name.text,
                    type.isText("oauth2") || type.isText("openIdConnect")
                else { continue }
                scoped.insert(name)
            }
        }
        self.scoped = scoped
    }

    /// Alternatives, each with the scopes that it needs; empty where none of them has any.
    func scopes(of operation: JSONNode) -> [[String]] {
        guard let requirements = operation.member("security") ?? general else { return [] }
        var alternatives: [[String]] = []
        for requirement in requirements.elements {
            var scopes: [String] = []
            for (name, list) in requirement.members {
                guard let name = name.text, scoped.contains(name) else { continue }
                scopes += list.texts
            }
            alternatives.append(Array(Set(scopes)).sorted())
        }
        // An alternative without scopes leaves the others nothing to say.
        return alternatives.contains([]) ? [] : alternatives
    }
}
