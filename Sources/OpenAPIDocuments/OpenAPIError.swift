/// Why a document was refused. Carries no part of it.
package struct OpenAPIError: Error, Hashable, Sendable {
    /// What is wrong.
    package let problem: Problem
    /// Where; `nil` where it is the document as a whole.
    package let place: Place?

    /// A place in the text, both counted from 1; the column counts bytes in JSON and characters in YAML.
    package struct Place: Hashable, Sendable {
        package let line: Int
        package let column: Int

        package init(line: Int, column: Int) {
            self.line = line
            self.column = column
        }
    }

    package enum Problem: Hashable, Sendable {
        case tooLarge(limit: Int)
        case notText
        case notJSON
        case notYAML
        case repeatedKey
        case tooDeep(limit: Int)
        case tooManyValues(limit: Int)
        /// Aliases that make more of the document than the limit.
        case aliasesTooLarge(limit: Int)
        /// References that lead to so much, so often, that operations would take too long to make.
        case referencesTooLarge(limit: Int)
        /// An alias as a name, or a name that is a list.
        case complexKey
        case mergeKey
        case severalDocuments
        case notAnAPI
        case unknownVersion
        case remoteReference
        case danglingReference
        case danglingReferences(limit: Int)
        case badReference
        case badPaths
        case badOperation
        case tooManyOperations(limit: Int)
        case operationTooLarge
    }

    init(_ problem: Problem, _ place: Place? = nil) {
        self.problem = problem
        self.place = place
    }
}

extension OpenAPIError: CustomStringConvertible {
    /// One sentence for a person.
    package var description: String {
        guard let place else { return problem.sentence }
        return "line \(place.line), column \(place.column): \(problem.sentence)"
    }
}

extension OpenAPIError.Problem {
    var sentence: String {
        switch self {
        case .tooLarge(let limit): "the document has more than \(limit) bytes"
        case .notText: "the document is no UTF-8 text"
        case .notJSON: "this is no JSON"
        case .notYAML: "this is no YAML"
        case .repeatedKey: "a name stands here that stands before on the same level"
        case .tooDeep(let limit): "this is nested more than \(limit) levels deep"
        case .tooManyValues(let limit): "the document has more than \(limit) values in it"
        case .aliasesTooLarge(let limit): "with its aliases written out the document has more than \(limit) bytes"
        case .referencesTooLarge(let limit): "with its references written out the document has more than \(limit) bytes"
        case .complexKey: "a name in YAML must be a plain text here, neither an alias nor a list"
        case .mergeKey: "merge keys (<<) are no part of YAML 1.2: write out what is merged"
        case .severalDocuments: "there is more than one YAML document in it"
        case .notAnAPI: "this is no OpenAPI document: neither openapi nor swagger stands at its top"
        case .unknownVersion: "only OpenAPI 3.0 and 3.1 and Swagger 2.0 are understood"
        case .remoteReference: "a $ref leads out of the document, and nothing is fetched: bundle it into one file first"
        case .danglingReference: "a $ref leads to nothing in the document"
        case .danglingReferences(let limit): "$refs lead to more than \(limit) places in the document where nothing is"
        case .badReference: "a $ref is no text that leads somewhere, or leads in a circle"
        case .badPaths: "paths must be an object whose names begin with a slash"
        case .badOperation:
            "an operation, its parameters or its responses do not have the shape that OpenAPI gives them"
        case .tooManyOperations(let limit): "the document has more than \(limit) operations"
        case .operationTooLarge: "the description of an operation is too long"
        }
    }
}
