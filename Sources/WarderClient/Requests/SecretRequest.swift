import WarderModel
import WarderWire

/// A call's wish for fields of one secret, with every name parsed before anything is sent.
struct SecretRequest: Sendable {
    let name: SecretName
    let field: FieldName
    /// More fields of the same version, each once.
    let others: [FieldName]
    let demand: TokenDemand

    /// `standsAlone`: whether its token is shared with no other call, even where the call says nothing of itself.
    ///
    /// - Throws: `.invalidRequest` for a name or digest that the vault could not take either.
    init(
        secret: String,
        fields: [String],
        tool: String,
        toolDigest: String?,
        arguments: CallArguments?,
        context: CallContext,
        standsAlone: Bool = false
    ) throws(WarderClientError) {
        let names: [FieldName]
        do throws(NameError) {
            name = try SecretName(secret)
            names = try fields.map { field throws(NameError) in try FieldName(field) }
            // A tool alone means the one of the only server that this process can be.
            if tool.utf8.contains(UInt8(ascii: "/")) { _ = try ToolID(tool) } else { _ = try ToolName(tool) }
        } catch {
            throw WarderClientError(.invalidRequest)
        }
        guard let first = names.first, Set(names).count == names.count else {
            throw WarderClientError(.invalidRequest)
        }
        field = first
        others = Array(names.dropFirst())
        if let toolDigest {
            guard toolDigest.utf8.count == 64, LowercaseHex.isAll(toolDigest.utf8) else {
                throw WarderClientError(.invalidRequest)
            }
        }
        demand = TokenDemand(
            tool: tool,
            toolDigest: toolDigest,
            arguments: arguments,
            context: context,
            standsAlone: standsAlone
        )
    }
}
