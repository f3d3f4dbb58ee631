package import WarderModel

/// Why a server's description of one tool was refused. Carries no part of it.
package enum ToolDefinitionError: Error, Equatable, Sendable {
    /// A member that holds text.
    package enum Text: String, Sendable {
        case name, title, description
    }

    case notAnObject
    case noName
    case badName(NameError)
    case notText(Text)
    case tooLong(Text, limit: Int)
    case badInputSchema
    case badOutputSchema
    case badAnnotations
    case badExecution
    case badEndpoint
    /// A number that no double is near, so that it has no canonical form.
    case badNumber
    case tooLarge(limit: Int)
}

extension ToolDefinitionError: CustomStringConvertible {
    /// What is wrong with it, as the end of a sentence that begins with the tool.
    package var description: String {
        switch self {
        case .notAnObject: "is no JSON object"
        case .noName: "has no name"
        case .badName: "has a name that is not 1 to 128 of the characters A-Z a-z 0-9 _ . -"
        case .notText(let text): "has a \(text.rawValue) that is no text"
        case .tooLong(let text, let limit): "has a \(text.rawValue) of more than \(limit) bytes"
        case .badInputSchema: "has no input schema that is an object of the type object"
        case .badOutputSchema: "has an output schema that is neither an object nor true or false"
        case .badAnnotations: "has annotations that are no object of hints, each true or false"
        case .badExecution: "has a member execution that is no object"
        case .badEndpoint: "has a member endpoint that is no HTTP request: method, path and scopes"
        case .badNumber: "has a number in it that is out of range"
        case .tooLarge(let limit): "has a definition of more than \(limit) bytes"
        }
    }
}
