import NIOHTTP1
import Reviewing
import WarderCore
import WarderModel

/// What reviews are made of.
extension RouteTable {
    static let reports: [Route] = [
        Route(.GET, "/v1/report/facts", action: .reportRead) { exchange in
            exchange.ask(Reviews.facts(exchange.reviewSurroundings, by: exchange.caller)) {
                Answer(.ok, body: ReviewJSON.bytes(of: $0))
            }
        }
    ]
}

extension Exchange {
    /// What is not in the vault's state: how far the log is signed, and what the configuration says.
    fileprivate var reviewSurroundings: Reviews.Surroundings {
        let governance = context.facts.governance
        return Reviews.Surroundings(
            audit: AuditFacts(
                events: vault.sequence,
                signed: vault.checkpoint?.size,
                broken: vault.isLogBroken,
                checkpoints: governance.checkpoints,
                copies: governance.copies,
                days: vault.retention.keepDays,
                hold: vault.retention.legalHold
            ),
            governance: GovernanceFacts(
                owner: governance.incidentOwner,
                escalation: governance.escalation,
                retention: governance.retention
            ),
            notices: governance.notices
        )
    }
}
