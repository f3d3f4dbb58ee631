/// The one call that an approval is about. Whatever differs in it makes another call, which nobody has approved.
package struct ApprovalSubject: Sendable, Codable, Hashable {
    /// What would be released.
    package struct Release: Sendable, Codable, Hashable {
        package let secret: SecretName
        /// A secret that was removed and made anew is another one.
        package let record: RecordID
        package let version: UInt32
        package let fields: [FieldName]

        package init(secret: SecretName, record: RecordID, version: UInt32, fields: [FieldName]) {
            self.secret = secret
            self.record = record
            self.version = version
            self.fields = fields
        }
    }

    package let tool: ToolID
    /// A server or a tool of the same name is another one, once its record is another.
    package let serverRecord: RecordID
    package let toolRecord: RecordID
    package let risk: Tool.Risk
    package let category: Tool.Category
    /// The digest that the vault has accepted; `nil` for a tool that is not pinned.
    package let acceptedDigest: String?
    /// The digest that the server presented.
    package let presentedDigest: String?
    /// Canonical JSON of the call's arguments; `nil` where the server said none.
    package let arguments: String?
    /// Whom the server says it acts for. A claim.
    package let onBehalfOf: PlainText?
    /// The user that the server runs as.
    package let uid: UInt32
    /// By name.
    package let releases: [Release]
    /// Whose votes were asked for.
    package let terms: ApprovalTerms

    package init(
        tool: Tool,
        serverRecord: RecordID,
        presentedDigest: String?,
        arguments: String?,
        onBehalfOf: PlainText?,
        uid: UInt32,
        releases: [Release],
        terms: ApprovalTerms
    ) {
        self.tool = tool.name
        self.serverRecord = serverRecord
        toolRecord = tool.id
        risk = tool.risk
        category = tool.category
        acceptedDigest = tool.definitionDigest
        self.presentedDigest = presentedDigest
        self.arguments = arguments
        self.onBehalfOf = onBehalfOf
        self.uid = uid
        self.releases = releases
        self.terms = terms
    }
}
