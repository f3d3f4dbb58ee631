package import StrictJSON

/// Why the answer to `tools/list` was refused. Carries no part of it.
package enum ToolListError: Error, Equatable, Sendable {
    case notJSON(JSONError)
    /// Neither an object with `tools` nor a JSON-RPC answer with one in it.
    case notAList
    /// The server answered with an error.
    case serverError
    /// The server asks for something before it answers, or answers by a task.
    case notComplete
    case tooManyTools(limit: Int)
    case badCursor
    /// The tool at this place, counted from 1 over all pages.
    case tool(Int, ToolDefinitionError)
    /// A name that an earlier tool has.
    case repeatedName(Int)
    /// The last page says that there is another one.
    case pageMissing
}

extension ToolListError: CustomStringConvertible {
    /// One sentence for a person.
    package var description: String {
        switch self {
        case .notJSON(.tooLarge(let limit)): "the list has more than \(limit) bytes"
        case .notJSON(let error):
            "the list is no JSON that can be read\(error.offset.map { ": look at byte \($0 + 1)" } ?? "")"
        case .notAList: "this is no answer to tools/list: an object with the array tools is expected"
        case .serverError: "the server answered with an error in place of a list"
        case .notComplete: "the server did not answer with a list at once, but wants something first"
        case .tooManyTools(let limit): "the server has more than \(limit) tools"
        case .badCursor: "nextCursor is no text of 1 to \(ToolLimits.cursor) bytes"
        case .tool(let position, let error): "tool \(position) of the list \(error)"
        case .repeatedName(let position): "tool \(position) of the list has the name of an earlier one"
        case .pageMissing: "the last page names a next one, so that tools are missing"
        }
    }
}

extension JSONError {
    /// Where in the bytes it lies, from 0; `nil` where that says nothing.
    package var offset: Int? {
        switch self {
        case .unexpectedEnd(let at), .unexpectedByte(let at), .invalidNumber(let at), .controlCharacter(let at),
            .invalidEscape(let at), .loneSurrogate(let at), .invalidUTF8(let at), .tooDeep(let at),
            .tooManyMembers(let at), .tooManyTokens(let at), .duplicateKey(let at), .unexpectedKind(_, let at),
            .notAnInteger(let at), .numberOutOfRange(let at), .nulInText(let at), .noSecretMemory(let at):
            at
        case .byteOrderMark: 0
        case .tooLarge, .wiped: nil
        }
    }
}
