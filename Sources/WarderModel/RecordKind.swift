/// The nouns that are stored, one sealed record each. The raw value stands in the database and is bound into every
/// seal.
package enum RecordKind: String, Sendable, CaseIterable {
    case secret
    case server
    case tool
    case grant
    case `operator`
    /// Where the log begins anew: a restored backup.
    case origin
    /// How a secret is rotated, and where its rotation stands.
    case rotation
    /// Which version of a secret a server received last.
    case consumer
    /// How far the log was pruned.
    case retention
    /// A request to let one call through, and its votes.
    case approval
    /// Whose votes the calls of a class need.
    case approvalRule = "approval_rule"
    /// A yes to calls that come later.
    case standingApproval = "standing_approval"
    /// How many tokens a minute may be asked for.
    case limit
    /// What a tool says of itself.
    case definition
    /// What a rule of the vault's found.
    case alert
    /// What is set about such a rule.
    case watch
    /// What is usual for a server.
    case habit
}
