package import Rotating
package import Scheduling
package import WarderModel

/// What is said of a server.
package struct ServerTerms: Equatable, Sendable {
    package var owner: PlainText?
    /// `nil`: what the vault has stays.
    package var selectors: Selectors?

    package init(owner: PlainText? = nil, selectors: Selectors? = nil) {
        self.owner = owner
        self.selectors = selectors
    }
}

/// What is said of a tool.
package struct ToolTerms: Equatable, Sendable {
    package var risk: Tool.Risk
    package var category: Tool.Category = .standard
    /// Why the class is what it is; `nil`: what the vault has stays.
    package var reason: PlainText?
    package var owner: PlainText?
    /// `nil`: the definition's own words.
    package var text: PlainText?
    package var expectedOutputs: PlainText?
    /// `nil` where nobody stated any, empty where it needs none.
    package var permissions: [PlainText]?
    /// SHA-256 of the accepted definition, lowercase hex; `nil`: what the vault has stays.
    package var definition: String?
    /// `nil`: what the vault has stays, and of a new one `always`.
    package var pin: Tool.Pin?

    package init(risk: Tool.Risk) { self.risk = risk }
}

/// What is said of a grant.
package struct GrantTerms: Equatable, Sendable {
    /// Ascending.
    package var fields: [FieldName] = [.value]
    /// Seconds.
    package var lifetime = Token.defaultLifetime
    package var uses: Int64?
    package var approval = Grant.Approval.byClass
    /// Seconds.
    package var maxStale: Int64?
    package var attestation = Peer.Attestation.uid
    package var expires: Timestamp?

    package init() {}
}

/// What is said of how a secret is rotated.
package struct RotationTerms: Equatable, Sendable {
    package var rotator: Rotator
    package var settings: [RotatorSetting: PlainText] = [:]
    package var helper: SecretName?
    package var timing: RotationTiming?
    /// Seconds.
    package var overlap: Int64?
    package var attempts = Rotation.defaultAttempts

    package init(rotator: Rotator) { self.rotator = rotator }
}
