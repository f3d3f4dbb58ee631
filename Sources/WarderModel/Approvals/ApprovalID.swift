/// The public name of an approval: `apr_` and 22 base62 characters. Nobody can guess one, and knowing one lets nothing
/// through.
package struct ApprovalID: ParsedName {
    package static let prefix = "apr_"

    package let text: String

    package init(_ text: String) throws(NameError) {
        guard text.hasPrefix(Self.prefix), text.utf8.count == Self.prefix.utf8.count + Base62.length(ofBytes: 16),
            Base62.decode(text.dropFirst(Self.prefix.count), byteCount: 16) != nil
        else { throw .badCharacter }
        self.text = text
    }

    /// - Parameter id: of the stored record.
    package init(_ id: RecordID) { text = Self.prefix + Base62.encode(id.bytes) }
}

/// The same of a standing approval: `sta_` and 22 base62 characters.
package struct StandingApprovalID: ParsedName {
    package static let prefix = "sta_"

    package let text: String

    package init(_ text: String) throws(NameError) {
        guard text.hasPrefix(Self.prefix), text.utf8.count == Self.prefix.utf8.count + Base62.length(ofBytes: 16),
            Base62.decode(text.dropFirst(Self.prefix.count), byteCount: 16) != nil
        else { throw .badCharacter }
        self.text = text
    }

    /// - Parameter id: of the stored record.
    package init(_ id: RecordID) { text = Self.prefix + Base62.encode(id.bytes) }
}
