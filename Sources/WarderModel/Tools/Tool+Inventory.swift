extension Tool {
    /// When a token request has to present the definition's digest.
    package enum Pin: String, Sendable, Codable, CaseIterable {
        case always
        /// A request without a digest is let through: for servers that know nothing of digests.
        case whenPresented = "when-presented"
    }

    /// Somebody's word on a tool.
    package struct Decision: Hashable, Sendable, Codable {
        package let by: OperatorName
        package let at: Timestamp
        package let reason: PlainText?

        package init(by: OperatorName, at: Timestamp, reason: PlainText?) {
            self.by = by
            self.at = at
            self.reason = reason
        }
    }

    /// A definition that waits for somebody to accept it.
    package struct Offer: Hashable, Sendable, Codable {
        /// SHA-256, lowercase hex.
        package let digest: String
        /// When it was seen first.
        package let since: Timestamp

        package init(digest: String, since: Timestamp) {
            self.digest = digest
            self.since = since
        }
    }

    /// How old the moment of the last use may be before it is written down anew, in seconds: not every token is worth a
    /// row.
    package static let useSeconds: Int64 = 60

    /// Takes down that a token was issued.
    /// - Returns: whether that is worth a row.
    package mutating func noteUse(at time: Timestamp) -> Bool {
        // A clock that was set back is no use.
        if let lastUse, time < lastUse.adding(seconds: Self.useSeconds) { return false }
        lastUse = time
        return true
    }

    /// Why a token request that presents this digest, or none, gets nothing; `nil` where it may go on.
    package func refusal(presenting digest: String?) -> Refusal? {
        if offer != nil { return .toolChanged }
        guard let definitionDigest else { return nil }
        guard let digest else { return pin == .whenPresented ? nil : .toolDigestMissing }
        return digest == definitionDigest ? nil : .toolDigestMismatch
    }

    /// Takes over what got worse from one proposal to the next. What got better waits for a person: a changed
    /// definition must not talk itself into a lower class, nor into another category, where other people are asked.
    package mutating func reclass(from earlier: Definition.Proposal?, to proposal: Definition.Proposal) {
        if proposal.risk > earlier?.risk ?? .readOnly { risk = max(risk, proposal.risk) }
        if category == .standard, proposal.category != earlier?.category { category = proposal.category }
    }
}

/// By the harm: `readOnly` is the least.
extension Tool.Risk: Comparable {
    package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .readOnly: 0
        case .sideEffect: 1
        case .critical: 2
        }
    }
}
