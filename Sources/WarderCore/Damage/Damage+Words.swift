import Sealing
import WarderModel

/// What a finding means, in sentences for people.
package struct DamageWords: Sendable, Equatable {
    package let happened: String
    package let lost: String
    package let good: String
    package let remedy: String

    init(_ happened: String, lost: String, good: String, remedy: String) {
        self.happened = happened
        self.lost = lost
        self.good = good
        self.remedy = remedy
    }
}

extension Damage {
    /// What happened, what is lost, what is still good, and what to do.
    package var words: DamageWords { kind.words }

    /// The place in one phrase: `secret github/pat (9f…)`, `version 3 of …`, `events 17 to 20`.
    package var place: String {
        switch subject {
        case .record(let kind, let id):
            let noun = kind?.rawValue ?? "record"
            guard let id else { return "a \(noun) without an id" }
            return name.map { "\(noun) \($0) (\(id))" } ?? "\(noun) \(id)"
        case .value(let secret, let version):
            let number = version.map { "version \($0)" } ?? "a version"
            return "\(number) of \(name ?? secret.map { "secret \($0)" } ?? "an unknown secret")"
        case .events(let range):
            return range.count == 1 ? "event \(range.lowerBound)" : "events \(range.lowerBound) to \(range.upperBound)"
        case .span(let span): return "index of times, row \(span)"
        case .hash(let range): return "hash over events \(range.lowerBound) to \(range.upperBound)"
        case .checkpoint(let row): return "checkpoint, row \(row)"
        case .inbox(let number): return "inbox entry \(number)"
        case .slot(let id): return id.map { "key slot \($0)" } ?? "a key slot"
        case .key(let purpose): return purpose.map { "key for \($0.name)" } ?? "the keys"
        case .rows(let table, let after): return "\(table.rawValue), rows after \(after)"
        case .foundation: return "the vault's foundation"
        case .database: return "the database"
        }
    }
}

extension Damage.Kind {
    static let restore = "Restore a backup from before, and put the secrets in again that are newer than it."
    static let suspect = "Ask who could write the vault's database. "
    /// Where a restore puts in order what is wrong with how the log is signed. docs/operations/disk-damaged.md.
    static let restoreThis =
        "Restore a backup of this very database, which mends it, or an older one where none can be made of it: warder "
        + "backup create PATH; with the daemon stopped: warder backup restore --replace --accept-damage PATH"

    var words: DamageWords {
        switch self {
        case .recordUnreadable, .recordShapeless, .recordMalformed, .recordNewer, .recordContested, .referenceBroken,
            .recordPutBack, .recordDeleted, .recordRevived, .recordAheadOfLog, .recordUnlogged:
            recordWords
        case .valueUnreadable, .valueFieldsWrong, .valueMissing, .valueRevived, .valueOrphaned, .tombstoneMissing:
            valueWords
        case .eventUnreadable, .eventMissing, .eventContentMissing, .eventLeafMissing, .eventMisplaced, .spanWrong,
            .originBroken, .treeHashWrong, .checkpointDamaged, .checkpointContradicted, .logKeysBroken,
            .inboxUnreadable, .inboxMissing, .inboxDoubled:
            logWords
        case .slotMalformed, .slotRevived, .slotDeleted, .slotUnlogged, .keyRingMalformed, .keyRingPutBack,
            .profileChanged, .publicKeyWrong, .keyMissing, .rowsUnreadable, .structureBroken:
            keyWords
        }
    }
}
