import StrictJSON

/// An event that is read again.
enum EventDocument {
    /// The vault wrote these bytes itself: no length of theirs is too much.
    private static let limits = JSONLimits(maxBytes: .max, maxMembers: .max, maxTokens: .max)

    /// `nil` for bytes that are no event.
    static func read(_ canonical: [UInt8]) -> JSONDocument? {
        do { return try JSONDocument(copying: canonical.span, limits: limits) } catch { return nil }
    }
}
