/// What a tool says of itself: what was accepted of it, and what was seen last where that is something else.
///
/// A record of its own beside the tool's, which has the digests: whether a tool works never depends on these texts.
package struct Definition: Sendable, Codable, Identifiable {
    package let id: RecordID
    package let tool: ToolID
    package var accepted: Form?
    package var offered: Form?

    package init(id: RecordID, tool: ToolID, accepted: Form? = nil, offered: Form? = nil) {
        self.id = id
        self.tool = tool
        self.accepted = accepted
        self.offered = offered
    }

    /// A definition, and what was read in it when it was seen.
    package struct Form: Hashable, Sendable, Codable {
        /// SHA-256 of `canonical`, lowercase hex.
        package let digest: String
        /// docs/formats/tool-definition.md. Words of the server, hostile ones included.
        package let canonical: String
        package let seen: Timestamp
        /// The description with everything taken out that could drive a terminal.
        package let text: PlainText?
        /// OAuth scopes: any one of the inner lists suffices. `nil` where the definition names none.
        package let scopes: [[PlainText]]?
        package let proposal: Proposal

        package init(
            digest: String,
            canonical: String,
            seen: Timestamp,
            text: PlainText?,
            scopes: [[PlainText]]?,
            proposal: Proposal
        ) {
            self.digest = digest
            self.canonical = canonical
            self.seen = seen
            self.text = text
            self.scopes = scopes
            self.proposal = proposal
        }
    }

    /// What the rules make of a definition, and why.
    package struct Proposal: Hashable, Sendable, Codable {
        package let risk: Tool.Risk
        package let category: Tool.Category
        /// One sentence each, the one that weighs most first.
        package let reasons: [PlainText]

        package init(risk: Tool.Risk, category: Tool.Category, reasons: [PlainText]) {
            self.risk = risk
            self.category = category
            self.reasons = reasons
        }
    }
}
