import ArgumentParser
import WarderModel

/// Names from the command line. They are checked here, so that a path made of them cannot leave its route.
enum NameArgument {
    static func secret(_ text: String) throws -> SecretName {
        try parse(text, "up to 8 parts of a-z, 0-9, '.', '_' and '-' joined by '/', such as github/pat")
    }

    static func server(_ text: String) throws -> ServerName {
        try parse(text, "a-z, 0-9, '.', '_' and '-', such as github")
    }

    static func tool(_ text: String) throws -> ToolID {
        try parse(text, "SERVER/TOOL, such as github/create_issue")
    }

    static func toolName(_ text: String) throws -> ToolName {
        try parse(text, "the tool's name without its server's, such as create_issue")
    }

    static func field(_ text: String) throws -> FieldName {
        try parse(text, "letters, digits, '.', '_' and '-', such as private_key")
    }

    static func operatorName(_ text: String) throws -> OperatorName {
        try parse(text, "a-z, 0-9, '.', '_' and '-', such as ada")
    }

    static func accessor(_ text: String) throws -> TokenAccessor {
        try parse(text, "write the public name of a token, as in: warder token list")
    }

    static func approval(_ text: String) throws -> ApprovalID {
        try parse(text, "write the name of an approval, as in: warder approval list")
    }

    static func standing(_ text: String) throws -> StandingApprovalID {
        try parse(text, "write the name of a standing approval, as in: warder approval standing list")
    }

    static func serverOrTool(_ text: String) throws -> ServerOrTool {
        guard text.utf8.contains(UInt8(ascii: "/")) else { return ServerOrTool(server: try server(text), tool: nil) }
        let tool = try tool(text)
        return ServerOrTool(server: tool.server, tool: tool.tool)
    }

    static func vote(_ text: String) throws -> ApprovalTerms.Seat {
        do throws(NameError) { return try ApprovalTerms.Seat(text) } catch {
            throw InputError("a group of approvers such as security, or owner, or operator")
        }
    }

    private static func parse<Name: ParsedName>(_ text: String, _ rule: String) throws -> Name {
        do throws(NameError) {
            return try Name(text)
        } catch {
            throw InputError(rule)
        }
    }
}

extension Tool.Risk: ExpressibleByArgument {}
extension Tool.Category: ExpressibleByArgument {}
extension Role: ExpressibleByArgument {}
extension Peer.Attestation: ExpressibleByArgument {}

extension Grant.Approval: ExpressibleByArgument {}
