import WarderModel
import WarderWire

/// A call's wish for fields of one secret, with every name parsed before anything is sent.
struct SecretRequest: Sendable {
    let name: SecretName
    let field: FieldName
    /// More fields of the same version, each once.
    let others: [FieldName]
    let demand: TokenDemand
    /// For how long an older value will do while the vault cannot be asked.
    let maxStale: Duration

    /// All of them, in the order in which they were asked for.
    var fields: [FieldName] { [field] + others }

    /// Under which its values are kept.
    var key: KeptValues.Key { KeptValues.Key(name: name, fields: fields, token: demand.key) }

    /// `standsAlone`: whether its token is shared with no other call, even where the call says nothing of itself.
    ///
    /// - Throws: `.invalidRequest` for a name or digest that the vault could not take either, or a time below zero.
    init(
        secret: String,
        fields: [String],
        tool: String,
        toolDigest: String?,
        arguments: CallArguments?,
        context: CallContext,
        maxStale: Duration = .zero,
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
        // Nearly all calls want one field.
        guard let first = names.first, names.count == 1 || Set(names).count == names.count, maxStale >= .zero else {
            throw WarderClientError(.invalidRequest)
        }
        self.maxStale = maxStale
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
