import OpenAPIDocuments
package import Reviewing
import ToolDefinitions
import ToolRisk
package import WarderModel

/// What a description of an API says to a review, long before anything of it runs.
package enum DocumentFacts {
    /// Facts of a document's operations, as the tools that they would be.
    ///
    /// A document knows nothing of servers, secrets and logs. What protects its tools is therefore not unknown but
    /// absent: nobody is asked, and nothing is recorded.
    ///
    /// `server` is the name that they have, or will have, in a vault (`api` where it is `nil`); `name` what a person calls the document.
    ///
    /// - Throws: ``OpenAPIError`` as a sentence with line and column where there is one.
    package static func read(
        _ bytes: [UInt8],
        server: ServerName?,
        name: String,
        at time: Timestamp
    ) throws(DocumentProblem) -> ReviewFacts {
        let document: OpenAPIDocument
        do throws(OpenAPIError) { document = try OpenAPIDocument(reading: bytes) } catch {
            throw DocumentProblem(description: "\(error)")
        }
        let tools = document.operations.map { tool($0.definition, server?.text ?? "api") }.sorted { $0.name < $1.name }
        return ReviewFacts(
            ofDocument: PlainText(taming: name)?.text ?? "document",
            taken: Instant(time),
            profile: .team,
            tools: tools,
            otherwise: "A document does not say; a vault does."
        )
    }

    private static func tool(_ definition: ToolDefinition, _ server: String) -> ToolFacts {
        let verdict = ToolClassifier.classify(definition)
        let needed = Tool.needsApproval(verdict.risk, verdict.category, in: .team)
        let scopes = definition.endpoint?.scopes.min { $0.count < $1.count } ?? []
        let text = definition.description ?? definition.title
        return ToolFacts(
            name: "\(server)/\(definition.name)",
            description: text.flatMap { PlainText(taming: $0)?.text },
            risk: verdict.risk,
            category: verdict.category,
            reasons: verdict.reasons.map(\.description),
            read: .known(ToolClass(verdict.risk, verdict.category)),
            reasoned: false,
            owner: .notEvaluated("A document does not say who answers for a tool; a vault does."),
            permissions: .known(scopes.compactMap { PlainText(taming: $0)?.text }),
            outputs: .known(definition.outputSchema == nil ? nil : "described by a schema"),
            definition: .notEvaluated("A document is no definition that somebody accepted."),
            approval: .known(needed ? .absent : .unneeded),
            recorded: .known(false),
            used: .notEvaluated("Nothing of a document was used yet.")
        )
    }
}

/// Why a document cannot be read: a sentence, with line and column where there is one.
package struct DocumentProblem: Error, CustomStringConvertible {
    package let description: String
}
