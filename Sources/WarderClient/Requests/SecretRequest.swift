import WarderModel
import WarderWire

/// A call's wish for one field of one secret, with every name parsed before anything is sent.
struct SecretRequest: Sendable {
    let name: SecretName
    let field: FieldName
    let demand: TokenDemand

    /// - Throws: `.invalidRequest` for a name or digest that the vault could not take either.
    init(
        secret: String,
        field: String,
        tool: String,
        toolDigest: String?,
        arguments: CallArguments?,
        context: CallContext
    ) throws(WarderClientError) {
        do throws(NameError) {
            name = try SecretName(secret)
            self.field = try FieldName(field)
            // A tool alone means the one of the only server that this process can be.
            if tool.utf8.contains(UInt8(ascii: "/")) { _ = try ToolID(tool) } else { _ = try ToolName(tool) }
        } catch {
            throw WarderClientError(.invalidRequest)
        }
        if let toolDigest {
            guard toolDigest.utf8.count == 64, LowercaseHex.isAll(toolDigest.utf8) else {
                throw WarderClientError(.invalidRequest)
            }
        }
        demand = TokenDemand(tool: tool, toolDigest: toolDigest, arguments: arguments, context: context)
    }
}
