/// What is wrong with records, in words.
extension Damage.Kind {
    var recordWords: DamageWords {
        switch self {
        case .recordShapeless:
            DamageWords(
                "A row among the records is none that Warder writes.",
                lost: "Whatever it was. The vault does without it.",
                good: "All other records.",
                remedy: Self.restore
            )
        case .recordMalformed:
            DamageWords(
                "A record opens with the vault's keys, and is not what a record of its kind is.",
                lost: "That record. The vault does without it.",
                good: "All other records, and the values of a secret that it may be.",
                remedy: "Report it: Warder itself wrote this. " + Self.restore
            )
        case .recordNewer:
            DamageWords(
                "A later version of Warder wrote a record that this one does not know.",
                lost:
                    "Nothing. This version does not open the vault, because the record may restrict what others allow.",
                good: "Everything.",
                remedy: "Run the later version."
            )
        case .recordContested:
            DamageWords(
                "Two records have the same name, or two operators the same user.",
                lost: "Both, until one is gone: nobody can say which is meant.",
                good: "All other records.",
                remedy: Self.suspect + Self.restore
            )
        case .referenceBroken:
            DamageWords(
                "A tool names a server, or a grant a tool or a secret, that is not there.",
                lost: "What the tool or the grant allowed. It is refused.",
                good: "All other records.",
                remedy:
                    "Add what is missing again, or remove what names it. A server whose record is damaged may have been "
                    + "quarantined, and begins so when it is added again: warder server release NAME"
            )
        case .recordPutBack:
            DamageWords(
                "An older revision of a record was put back in place of the newest.",
                lost: "What changed since then. A grant or a quarantine may hold that should not, or not hold.",
                good: "The log: its events say what changed, and when.",
                remedy: Self.suspect + "Do the changes again that the log shows for this record, or restore a backup."
            )
        case .recordDeleted:
            DamageWords(
                "A record was deleted from the database, and not by Warder.",
                lost: "That record. The vault does without it.",
                good: "The log: its events name it. The values of a secret may lie there still, and need their record.",
                remedy: Self.suspect + Self.restore
            )
        case .recordRevived:
            DamageWords(
                "A record that was removed was put back.",
                lost: "Nothing. It may allow what was taken away.",
                good: "All other records.",
                remedy: Self.suspect + "Remove it again."
            )
        case .recordAheadOfLog:
            DamageWords(
                "A record is newer than every event about it: the log's end was cut off, or events of it are damaged.",
                lost: "The events that say who changed it.",
                good: "The record.",
                remedy: Self.suspect + "Compare the log with a checkpoint that was kept elsewhere."
            )
        case .recordUnlogged:
            DamageWords(
                "No event speaks of a record: events of it were cut off or damaged, or the row comes from elsewhere.",
                lost: "Who made it, and when. It may allow what nobody allowed.",
                good: "All other records.",
                remedy: Self.suspect + "Remove it, unless you know it."
            )
        default:
            DamageWords(
                "A record does not open: it was altered, moved to another place, or sealed with other keys.",
                lost: "That record. The vault does without it, and refuses what needs it.",
                good: "All other records. Of a secret its values, for whom has the record from a backup.",
                remedy: Self.restore
            )
        }
    }
}
