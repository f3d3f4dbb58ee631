import WarderCore
import WarderModel
import WarderWire

extension QuarantineStatus {
    /// `nil` for a vault that is in none.
    init?(_ state: VaultState) {
        guard state.isQuarantined else { return nil }
        self.init(
            backup: state.newestOrigin?.backup.created.description,
            restored: state.newestOrigin?.began.description
        )
    }
}

extension BackupCheck {
    init(_ made: MadeBackup) {
        switch made.verdict {
        case .sound: self.init(verdict: "sound", counts: [], findings: [], unchecked: nil)
        case .damaged(let findings, let counts):
            self.init(
                verdict: "damaged",
                counts: counts.sorted { $0.key.rawValue < $1.key.rawValue }.map {
                    DamageCount(kind: $0.key.rawValue, count: $0.value)
                },
                findings: findings.map { damage in
                    let words = damage.words
                    return DamageFinding(
                        kind: damage.kind.rawValue,
                        place: damage.place,
                        happened: words.happened,
                        lost: words.lost,
                        good: words.good,
                        remedy: words.remedy
                    )
                },
                unchecked: nil
            )
        case .unchecked(let stop):
            self.init(verdict: "unchecked", counts: [], findings: [], unchecked: CheckLines.words(of: stop).message)
        }
    }
}

extension BackupReview {
    /// `page`: places of the secrets that are wanted, from 0.
    init(_ review: RestoreReview, page: Range<Int>) {
        func count(_ degree: RestoreReview.Outdated) -> Int { review.secrets.count { $0.outdated == degree } }
        self.init(
            backup: review.origin.backup.created.description,
            restored: review.origin.began.description,
            gapSince: review.since.description,
            gapSeconds: review.gapSeconds,
            newestEvent: review.origin.previous.size,
            released: review.origin.released?.time.description,
            unreadable: review.unreadable,
            counts: Counts(likely: count(.likely), possible: count(.possible), unlikely: count(.unlikely)),
            secrets: review.secrets[page.clamped(to: review.secrets.indices)].map {
                Secret(
                    name: $0.name.text,
                    outdated: $0.outdated.rawValue,
                    version: $0.version,
                    made: $0.made?.description,
                    served: $0.served?.description,
                    changes: $0.changes,
                    expired: $0.expired?.description
                )
            },
            servers: review.servers.map { Server(name: $0.name, tokens: $0.tokens) }
        )
    }
}
