/// The public name of an approval: `apr_` and 22 base62 characters. Nobody can guess one, and knowing one lets nothing
/// through.
package struct ApprovalID: ParsedName {
    package static let prefix = "apr_"

    package let text: String

    package init(_ text: String) throws(NameError) {
        guard RecordID.isPublicName(text, prefix: Self.prefix) else { throw .badCharacter }
        self.text = text
    }

    /// - Parameter id: of the stored record.
    package init(_ id: RecordID) { text = id.publicName(prefix: Self.prefix) }
}

/// The same of a standing approval: `sta_` and 22 base62 characters.
package struct StandingApprovalID: ParsedName {
    package static let prefix = "sta_"

    package let text: String

    package init(_ text: String) throws(NameError) {
        guard RecordID.isPublicName(text, prefix: Self.prefix) else { throw .badCharacter }
        self.text = text
    }

    /// - Parameter id: of the stored record.
    package init(_ id: RecordID) { text = id.publicName(prefix: Self.prefix) }
}
