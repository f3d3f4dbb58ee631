import ToolDefinitions
import WarderModel

/// Everything that a definition says, read once.
struct ToolReading {
    let name: PhraseReading
    let path: PathReading?
    let method: Endpoint.Method?
    let description: DescriptionReading?
    let arguments: ArgumentReading
    let scopes: ScopeReading
    let annotations: ToolAnnotations
    /// Whether a part of what it takes or answers is only referred to, and not there.
    let isIncomplete: Bool
    /// Whether the answer has a field that holds a credential.
    let givesCredentials: Bool
    /// Words of name and path, with their singulars.
    let words: Set<String>
    /// Words that say what it is about: those of the name and of the end of the path. What stands before in a path says
    /// where the thing belongs.
    let subject: Set<String>

    init(_ tool: ToolDefinition) {
        name = Self.phrase(tool)
        path = tool.endpoint.map { PathReading($0.path) }
        method = tool.endpoint?.method
        description = tool.description.map { DescriptionReading($0) }
        arguments = ArgumentReading(tool.inputSchema)
        scopes = ScopeReading(tool.endpoint?.scopes ?? [])
        annotations = tool.annotations
        let schemas = [tool.inputSchema, tool.outputSchema].compactMap(\.self)
        isIncomplete = schemas.contains { MissingReferences.areIn($0, isWhole: tool.endpoint != nil) }
        let sent = arguments.names
        givesCredentials = tool.outputSchema.map { CredentialFields.areNew(in: $0, besides: sent) } ?? false
        subject = Set((name.words + (path?.lastWords ?? [])).flatMap { Words.bases(of: $0) })
        words = Set((name.words + (path?.words ?? [])).flatMap { Words.bases(of: $0) })
    }

    /// `post-search` and `patch_page`: some generators begin a name with the method, which has its own place here.
    private static func phrase(_ tool: ToolDefinition) -> PhraseReading {
        let whole = PhraseReading(name: tool.name.text)
        let methods: [Endpoint.Method] = [.post, .put, .patch, .head, .options]
        guard let method = tool.endpoint?.method, methods.contains(method), whole.words.count > 1,
            whole.words.first == method.rawValue
        else { return whole }
        return PhraseReading(words: Array(whole.words.dropFirst()))
    }
}
