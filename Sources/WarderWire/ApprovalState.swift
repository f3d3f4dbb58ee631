/// `GET /v1/approvals/{approval}`, and the `202` of a request that people have to approve first: where an approval
/// stands, as far as a server may know.
public struct ApprovalState: Codable, Sendable {
    /// Its name; the same after a restart of the vault.
    public var approval: String
    /// `pending`, `approved`, `denied`, `expired`, `used` or `void`.
    public var state: String
    /// When it ends if nothing happens.
    public var expires: String

    /// Puts the answer together.
    public init(approval: String, state: String, expires: String) {
        self.approval = approval
        self.state = state
        self.expires = expires
    }
}
