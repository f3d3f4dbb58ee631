import NIOHTTP1
import Reviewing
import WarderCore
import WarderModel

/// What reviews are made of.
extension RouteTable {
    static let reports: [Route] = [
        Route(.GET, "/v1/report/facts", action: .reportRead) { exchange in
            exchange.reviewFacts()
        }
    ]
}

extension Exchange {
    /// The log is asked for the newest backup, and whether anybody was told of anything, after the permission is on disk.
    fileprivate func reviewFacts() -> Work {
        let (vault, context) = (vault, context)
        let command = Reviews.facts(reviewSurroundings, by: caller)
        return .decision(command.action) { finish in
            vault.submit(command) { outcome in
                switch outcome {
                case .failure(let refusal): finish { .failure(refusal) }
                case .success(let facts):
                    context.slowWork {
                        var facts = facts
                        facts.backups = vault.backups()
                        if case .known(var alerts) = facts.alerts {
                            alerts.told = vault.lastTold()
                            facts.alerts = .known(alerts)
                        }
                        let bytes = ReviewJSON.bytes(of: facts)
                        finish { .success(Answer(.ok, body: bytes)) }
                    }
                }
            }
        }
    }

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
                stuck: vault.outside.facts,
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
