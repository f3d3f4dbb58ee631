/// This tool may use these fields of this secret, for at most this long and this often.
package struct Grant: Sendable, Codable, Identifiable {
    /// Whether calls under this grant wait for somebody's yes.
    package enum Approval: String, Sendable, Codable, CaseIterable {
        /// As the tool's class demands.
        case byClass = "by-class"
        /// Never; an operator took that on themselves. The log and `doctor` show it.
        case none
    }

    /// An hour, as the longest life of a token: what was taken back is used no longer than that.
    package static let longestStaleness: Int64 = 3600

    package let id: RecordID
    package let tool: ToolID
    package let secret: SecretName
    /// Ascending, at least one.
    package var fields: [FieldName]
    /// Longest life of a token under this grant, in seconds, 1 to 3600.
    package var lifetime: Int64
    /// How often one token may resolve this secret; `nil` is without limit, and critical tools get one whatever this
    /// says.
    package var uses: Int64?
    package var approval: Approval
    /// How old a value may get that a server goes on with while nobody can ask the vault, in seconds, 1 to
    /// ``longestStaleness``; `nil` is never. Critical tools never do, whatever this says, and nobody does after
    /// ``expires``.
    package var maxStale: Int64?
    /// Weakest acceptable confirmation of the peer.
    package var minimumAttestation: Peer.Attestation
    /// When the grant itself ends.
    package var expires: Timestamp?
    package let created: Timestamp
    package let createdBy: OperatorName

    package init(
        id: RecordID,
        tool: ToolID,
        secret: SecretName,
        fields: [FieldName],
        lifetime: Int64,
        uses: Int64?,
        approval: Approval,
        maxStale: Int64? = nil,
        minimumAttestation: Peer.Attestation,
        expires: Timestamp?,
        created: Timestamp,
        createdBy: OperatorName
    ) {
        self.id = id
        self.tool = tool
        self.secret = secret
        self.fields = fields
        self.lifetime = lifetime
        self.uses = uses
        self.approval = approval
        self.maxStale = maxStale
        self.minimumAttestation = minimumAttestation
        self.expires = expires
        self.created = created
        self.createdBy = createdBy
    }

    package func allowedUses(by risk: Tool.Risk) -> Int64? { risk == .critical ? 1 : uses }

    /// Seconds, not beyond the end of the grant; 0 is never.
    package func allowedStaleness(by risk: Tool.Risk, at now: Timestamp) -> Int64 {
        guard risk != .critical, let maxStale else { return 0 }
        guard let expires else { return maxStale }
        return min(maxStale, max(0, (expires.milliseconds - now.milliseconds) / 1000))
    }
}
