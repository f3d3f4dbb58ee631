import OpenAPIDocuments
import ToolDefinitions
import WarderModel

extension Harness {
    /// A description of an HTTP API, as somebody else wrote it.
    static let openAPI = Harness("openapi") { input in
        let document: OpenAPIDocument
        do throws(OpenAPIError) { document = try OpenAPIDocument(reading: input) } catch {
            let words = error.description
            try hold(!words.unicodeScalars.contains(where: HiddenCharacter.contains), "a refusal draws nothing")
            try hold(words.utf8.count < 512, "a refusal is short")
            return
        }
        let operations = document.operations
        try hold(Set(operations.map(\.definition.name)).count == operations.count, "a name stands for one operation")
        for operation in operations {
            try hold(operation.definition.endpoint != nil, "a tool says which request it stands for")
            try holdStored(operation.definition)
        }
        let again = try OpenAPIDocument(reading: input)
        try hold(again.operations.map(\.definition) == operations.map(\.definition), "a document has one meaning")
    }
}
