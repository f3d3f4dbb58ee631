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
}
