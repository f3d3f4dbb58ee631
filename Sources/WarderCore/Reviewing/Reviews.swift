import HashTreeCollections
package import Reviewing
import Rotating
import Scheduling
import Sealing
import WarderModel

/// What a security review asks of the vault: names, dates and rules, in one reading of the state. No value is in it.
package enum Reviews {
    /// What the state does not say: the log as it stands, and what the configuration says of people.
    package struct Surroundings: Sendable {
        package var audit: AuditFacts
        package var governance: GovernanceFacts
        /// Programs that are told what people should hear.
        package var notices: [String]

        package init(audit: AuditFacts, governance: GovernanceFacts, notices: [String]) {
            self.audit = audit
            self.governance = governance
            self.notices = notices
        }
    }

    /// Requires `admin` or `auditor`.
    package static func facts(_ surroundings: Surroundings, by caller: Caller) -> Command<ReviewFacts> {
        Command(.reportRead, by: caller) { transaction, event throws(Refusal) in
            let facts = collect(
                transaction.state,
                transaction.foundation,
                surroundings,
                usual: transaction.rates.usual,
                at: transaction.now.wall
            )
            event.changes = ["count=\(facts.tools.count)"]
            return facts
        }
    }

    static func collect(
        _ state: VaultState,
        _ foundation: Foundation,
        _ surroundings: Surroundings,
        usual: RateLedger.Usual,
        at now: Timestamp
    ) -> ReviewFacts {
        ReviewFacts(
            ofVault: "\(state.logOrigin(foundation))",
            taken: Instant(now),
            profile: state.profile,
            tools: state.tools.values.sorted { $0.name < $1.name }.map { ToolFacts($0, in: state, at: now) },
            servers: state.servers.values.sorted { $0.name < $1.name }.map { ServerFacts($0, in: state) },
            grants: state.grants.sorted { $0.key < $1.key }.map { GrantFacts($0.value, in: state) },
            secrets: state.secrets.values.filter { $0.deleted == nil }.sorted { $0.name < $1.name }.map {
                SecretFacts($0, in: state)
            },
            operators: state.operators.values.sorted { $0.name < $1.name }.map { OperatorFacts($0, in: state) },
            approvals: ApprovalFacts(of: state, at: now),
            limits: LimitFacts(of: state, usual: usual),
            alerts: AlertFacts(of: state, toldTo: surroundings.notices, at: now),
            audit: surroundings.audit,
            slots: foundation.slots.map(SlotFacts.init),
            // They stand in the log alone: ``Vault/backups()``.
            backups: .notEvaluated("Nobody looked for backups in the log."),
            governance: surroundings.governance,
            rehearsal: .notEvaluated("The vault does not remember rehearsals: warder report --rehearsal FILE.")
        )
    }
}
