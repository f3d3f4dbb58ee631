import StrictJSON

/// The schema of what an operation answers when it succeeds.
struct ResponseReader {
    let source: DocumentSource
    let references: LocalReferences

    /// `nil` where the document describes no such answer.
    func schema(of operation: JSONNode) throws(OpenAPIError) -> [UInt8]? {
        guard let responses = operation.member("responses") else { return nil }
        guard responses.kind == .object else { throw source.error(.badOperation, at: responses) }
        var answer: JSONNode?
        for (status, response) in responses.members where answer == nil {
            guard let status = status.text, status.hasPrefix("2") else { continue }
            answer = response
        }
        guard let answer = answer ?? responses.member("default") else { return nil }
        let schema: JSONNode
        if let response = try references.resolveShared(answer) {
            guard let described = response.member("schema") ?? MediaTypes.schema(in: response) else { return nil }
            schema = described
        } else {
            // Of an answer that is not there its reference says that there is one.
            schema = answer
        }
        var buffer = JSONBuffer(capacity: 1024)
        var writer = SchemaWriter(references, SchemaWriter.output)
        try writer.write(schema, to: &buffer)
        return buffer.bytes
    }
}
