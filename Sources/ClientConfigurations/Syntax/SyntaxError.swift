/// Why a file was not read, and where. Carries no part of it: what stands there may be a secret.
package struct SyntaxError: Error, Hashable, Sendable {
    package enum Problem: Hashable, Sendable {
        case tooLarge(limitBytes: Int)
        case empty
        case notUTF8
        case nul
        case unexpectedEnd
        case unexpectedCharacter
        case unterminatedText
        case unterminatedComment
        case controlCharacter
        case badEscape
        case badNumber
        /// A second value behind the first.
        case secondValue
        case tooDeep(limit: Int)
        case tooManyTokens(limit: Int)
        /// Two members of one object have the same name: programs differ in which one they take.
        case duplicateKey
    }

    package let problem: Problem
    package let position: SourcePosition
}

extension SyntaxError: CustomStringConvertible {
    /// Where it is, and what is wrong.
    package var description: String { "\(position): \(problem.sentence)" }
}

extension SyntaxError.Problem {
    /// What is wrong, without the place.
    package var sentence: String {
        switch self {
        case .tooLarge(let limit): "the file is longer than \(limit) bytes"
        case .empty: "there is no value"
        case .notUTF8: "these bytes are not UTF-8"
        case .nul: "there is a NUL byte"
        case .unexpectedEnd: "the file ends in the middle of a value"
        case .unexpectedCharacter: "this character cannot stand here"
        case .unterminatedText: "this text has no closing quote in its line"
        case .unterminatedComment: "this comment has no end"
        case .controlCharacter: "a control character stands in a text"
        case .badEscape: "what follows this backslash is no escape of JSON"
        case .badNumber: "this is no number of JSON"
        case .secondValue: "something stands behind the end of the value"
        case .tooDeep(let limit): "more than \(limit) arrays and objects stand inside one another"
        case .tooManyTokens(let limit): "there are more than \(limit) tokens"
        case .duplicateKey: "this name stands twice in one object, and programs differ in which one they take"
        }
    }
}

/// A problem at a byte, before anybody has counted lines.
struct SyntaxFault: Error {
    let problem: SyntaxError.Problem
    let offset: Int

    init(_ problem: SyntaxError.Problem, at offset: Int) {
        self.problem = problem
        self.offset = offset
    }
}
