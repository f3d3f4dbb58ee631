/// What is wrong with the log, in words.
extension Damage.Kind {
    var logWords: DamageWords {
        switch self {
        case .eventMissing:
            DamageWords(
                "Events were deleted from the log.",
                lost: "What happened then. An export shows the gap.",
                good: "All other events.",
                remedy: Self.suspect + "Take the events from an export or a backup, which has their leaves too."
            )
        case .eventContentMissing:
            DamageWords(
                "The contents of events were deleted; their leaves are there.",
                lost: "What the events say.",
                good:
                    "The proof of all events, these too: a copy from an export or a backup can be checked against its leaf.",
                remedy: Self.suspect + "Take the events from an export or a backup."
            )
        case .eventLeafMissing:
            DamageWords(
                "The leaves of events were deleted; their contents are there.",
                lost: "The proof that these events are the ones that were written, and of the log from there on.",
                good: "What the events say.",
                remedy: Self.suspect + "Check the log against a checkpoint that was kept elsewhere."
            )
        case .eventMisplaced:
            DamageWords(
                "The log has a row with a number that no event can have.",
                lost: "Nothing.",
                good: "All events with numbers of their own.",
                remedy: Self.suspect + "Nothing needs mending."
            )
        case .originBroken:
            DamageWords(
                "A restore says that the log before it ended elsewhere than it does.",
                lost: "The certainty that the events before the restore are those of its backup.",
                good: "Every event by itself.",
                remedy: Self.suspect + "Compare with the backup that was restored: warder backup verify PATH"
            )
        case .spanWrong:
            DamageWords(
                "The index of times is wrong: a search by time can pass over events.",
                lost: "Nothing.",
                good: "The events themselves, and every search that names no times.",
                remedy: "Search without times, or restore a backup."
            )
        case .treeHashWrong:
            DamageWords(
                "A hash of the log's tree is not the one that the events give: it was altered or deleted, or is too much.",
                lost: "Nothing. The log may not be signed any more, and no proof of these events can be made.",
                good: "The events and their leaves, from which a restore computes all hashes.",
                remedy: Self.suspect + Self.restoreThis
            )
        case .checkpointDamaged:
            DamageWords(
                "What lies in a checkpoint's place is none that a key of this log signed.",
                lost: "That checkpoint. If it is the newest, the log is not signed any more.",
                good: "All events, and every other checkpoint. A restore does without this one.",
                remedy: Self.suspect + Self.restoreThis
            )
        case .checkpointContradicted:
            DamageWords(
                "The log does not begin with what was signed of it: events were altered or cut off.",
                lost: "The proof of the log from there on. It is not signed any more.",
                good: "Every event by itself, up to the last checkpoint before this one.",
                remedy: Self.suspect
                    + "Restore a backup from before, of which this finds nothing: warder backup verify PATH"
            )
        case .logKeysBroken:
            DamageWords(
                "What is stored of the log's keys and names does not lead to those that the vault has.",
                lost: "Nothing, if the events of these changes are there. The log may not be signed any more.",
                good: "All events. A restore takes the changes of keys and names from them.",
                remedy: Self.suspect + Self.restoreThis
            )
        case .inboxMissing:
            DamageWords(
                "An event that was written while the vault was sealed was deleted.",
                lost: "That event.",
                good: "All other events.",
                remedy: Self.suspect + "Nothing mends it."
            )
        case .inboxDoubled:
            DamageWords(
                "An event that was written while the vault was sealed lies there twice.",
                lost: "Nothing.",
                good: "All events.",
                remedy: Self.suspect + "Nothing needs mending: both have one id in the log."
            )
        case .inboxUnreadable:
            DamageWords(
                "An event that was written while the vault was sealed does not open.",
                lost: "That event. Unsealing drops it and says so in the log.",
                good: "All other events.",
                remedy: "Unseal the vault."
            )
        default:
            DamageWords(
                "Events do not open, or do not give their leaves: they were altered or moved.",
                lost: "What they say, and what they prove.",
                good: "All other events.",
                remedy: Self.suspect + "Take the events from an export or a backup."
            )
        }
    }
}
