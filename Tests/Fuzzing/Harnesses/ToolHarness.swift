import StrictJSON
import ToolDefinitions
import WarderModel

@testable import WarderCommands

extension Harness {
    /// An answer to `tools/list`, of a server that may be anybody's.
    static let tools = Harness("tools") { input in
        for line in Input(input).lines { try readLine(line) }
        let list: ToolList
        do throws(ToolListError) { list = try ToolList(parsing: input) } catch {
            let words = error.description
            try hold(!words.unicodeScalars.contains(where: HiddenCharacter.contains), "a refusal draws nothing")
            try hold(words.utf8.count < 512, "a refusal is short")
            return
        }
        try hold(Set(list.tools.map(\.name)).count == list.tools.count, "a name stands for one tool")
        for tool in list.tools {
            try hold(tool.endpoint == nil, "a server's tool stands for no request")
            try holdStored(tool)
        }
        guard list.nextCursor == nil else { return }
        try hold(try ToolList.joining([list]) == list, "a page alone is the list")
    }

    /// A line of a server that is asked for its tools, and what is said to a request of its own.
    private static func readLine(_ line: [UInt8]) throws {
        guard let message = try? MCPMessage(line) else { return }
        guard case .request(let id, let method) = message.kind else { return }
        let answer = MCPRequest.answer(to: id, method: method)
        try hold(!answer.contains(UInt8(ascii: "\n")), "an answer is one line")
        guard let back = try MCPMessage(answer) else { throw Broken(property: "an answer is a message") }
        let asked = try JSONDocument(copying: line.span, limits: ToolLimits.page).root.member("id")
        let answered = try JSONDocument(copying: back.line.span, limits: ToolLimits.page).root.member("id")
        try hold(
            try asked.map { try CanonicalJSON.bytes(of: $0) } == answered.map { try CanonicalJSON.bytes(of: $0) },
            "an answer names its request"
        )
    }

    /// A definition is read as it was stored, and pinned as the same.
    static func holdStored(_ tool: ToolDefinition) throws {
        let bytes = tool.canonicalBytes
        let again = try ToolDefinition(canonical: JSONDocument(copying: bytes.span, limits: ToolLimits.page).root)
        try hold(again.canonicalBytes == bytes && again.digest == tool.digest, "a definition has one digest")
        try hold(again == tool, "a definition is read as it was stored")
    }
}
