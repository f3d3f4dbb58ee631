package import WarderModel

/// Everything that a review is made of. No value of a secret is in it, and nothing that one could be made of.
///
/// What a vault, a document or an older version of either does not know is a ``Fact`` that was not evaluated.
package struct ReviewFacts: Codable, Hashable, Sendable {
    /// Of the form in which facts are written: docs/formats/report.md.
    package static let format = 1

    /// Where the facts come from.
    package enum Source: String, Codable, Sendable {
        /// A running vault.
        case vault
        /// A description of an API that nothing of runs yet.
        case document
    }

    package var format = Self.format
    package var source: Source
    /// The vault's log origin, or the document's name.
    package var name: String
    package var taken: Instant
    package var profile: Profile
    /// By name.
    package var tools: [ToolFacts]
    package var servers: Fact<[ServerFacts]>
    package var grants: Fact<[GrantFacts]>
    package var secrets: Fact<[SecretFacts]>
    package var operators: Fact<[OperatorFacts]>
    package var approvals: Fact<ApprovalFacts>
    package var limits: Fact<LimitFacts>
    package var alerts: Fact<AlertFacts>
    package var audit: Fact<AuditFacts>
    package var slots: Fact<[SlotFacts]>
    package var backups: Fact<BackupFacts>
    package var governance: Fact<GovernanceFacts>
    package var rehearsal: Fact<RehearsalFacts>

    /// Facts of a running vault. None can be left out: what a vault cannot say is passed as such, with why.
    package init(
        ofVault name: String,
        taken: Instant,
        profile: Profile,
        tools: [ToolFacts],
        servers: [ServerFacts],
        grants: [GrantFacts],
        secrets: [SecretFacts],
        operators: [OperatorFacts],
        approvals: ApprovalFacts,
        limits: LimitFacts,
        alerts: AlertFacts,
        audit: AuditFacts,
        slots: [SlotFacts],
        backups: Fact<BackupFacts>,
        governance: GovernanceFacts,
        rehearsal: Fact<RehearsalFacts>
    ) {
        source = .vault
        self.name = name
        self.taken = taken
        self.profile = profile
        self.tools = tools
        self.servers = .known(servers)
        self.grants = .known(grants)
        self.secrets = .known(secrets)
        self.operators = .known(operators)
        self.approvals = .known(approvals)
        self.limits = .known(limits)
        self.alerts = .known(alerts)
        self.audit = .known(audit)
        self.slots = .known(slots)
        self.backups = backups
        self.governance = .known(governance)
        self.rehearsal = rehearsal
    }

    /// Facts of a document, of which everything but the tools is unknown, for one reason.
    package init(
        ofDocument name: String,
        taken: Instant,
        profile: Profile,
        tools: [ToolFacts],
        otherwise reason: String
    ) {
        source = .document
        self.name = name
        self.taken = taken
        self.profile = profile
        self.tools = tools
        servers = .notEvaluated(reason)
        grants = .notEvaluated(reason)
        secrets = .notEvaluated(reason)
        operators = .notEvaluated(reason)
        approvals = .notEvaluated(reason)
        limits = .notEvaluated(reason)
        alerts = .notEvaluated(reason)
        audit = .notEvaluated(reason)
        slots = .notEvaluated(reason)
        backups = .notEvaluated(reason)
        governance = .notEvaluated(reason)
        rehearsal = .notEvaluated(reason)
    }
}
