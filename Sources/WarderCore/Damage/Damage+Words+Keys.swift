/// What is wrong with keys and the file, in words.
extension Damage.Kind {
    var keyWords: DamageWords {
        switch self {
        case .slotMalformed:
            DamageWords(
                "A key slot was altered: what opened it does not any more.",
                lost: "This way to open the vault.",
                good: "The other slots.",
                remedy: "Add a slot anew while the vault is open, and remove this one."
            )
        case .slotRevived:
            DamageWords(
                "A key slot that was taken away was put back: what opened it then may open the vault now.",
                lost: "Nothing. Somebody may get in who should not.",
                good: "The other slots.",
                remedy: Self.suspect
                    + "What is in the vault by now stays open to whoever has what opened the slot, and a copy: rotate those "
                    + "secrets. Give the vault new keys, without this slot: warder key rotate --root --drop SLOT"
            )
        case .slotDeleted:
            DamageWords(
                "A key slot was deleted, and not by Warder.",
                lost: "This way to open the vault.",
                good: "The other slots.",
                remedy: Self.suspect
                    + "Add a slot anew while the vault is open. A new root key is wrapped by the slots that there are, and this "
                    + "one counts as gone then: warder key rotate --root"
            )
        case .slotUnlogged:
            DamageWords(
                "No event speaks of a key slot: events of it were cut off or damaged, or the row comes from elsewhere.",
                lost: "Nothing. Somebody may get in who should not.",
                good: "The other slots.",
                remedy: Self.suspect + "Remove the slot, unless you know it."
            )
        case .keyRingMalformed:
            DamageWords(
                "The stored keyring was altered.",
                lost: "Everything, as soon as the vault is sealed, unless a backup has the keyring.",
                good: "Everything, while the vault is open.",
                remedy:
                    "Do not seal the vault and do not stop the daemon. Save the secrets first: warder doctor --save FILE"
            )
        case .keyRingPutBack:
            DamageWords(
                "The keyring is older than the log: it has not the newest keys.",
                lost: "What is sealed under the newest keys, unless a backup has them.",
                good: "What is sealed under older keys.",
                remedy: Self.suspect + Self.restore
            )
        case .profileChanged:
            DamageWords(
                "The database says now that the vault is run by a team, or by one person, and said otherwise when it was "
                    + "opened.",
                lost: "Nothing while the vault is open. Once sealed, it does not open again.",
                good: "Everything that is sealed.",
                remedy: Self.suspect + Self.restore
            )
        case .publicKeyWrong:
            DamageWords(
                "A public key in the database does not belong to the vault's secret one: somebody put another there.",
                lost: "Events of the time when the vault was sealed, or the signature of the log.",
                good: "Everything that is sealed.",
                remedy: Self.suspect + Self.restore
            )
        case .keyMissing:
            DamageWords(
                "Something is sealed under a key that the keyring does not have.",
                lost: "What is sealed under it, unless a backup has the key.",
                good: "Everything else.",
                remedy: Self.restore
            )
        case .rowsUnreadable:
            DamageWords(
                "The database file is damaged: some rows cannot be read at all.",
                lost: "Those rows.",
                good: "What opens; the counts say how much.",
                remedy: "Check the disk, and restore a backup."
            )
        default:
            DamageWords(
                "The storage engine finds faults in how its file is built.",
                lost: "Perhaps nothing; what does not open is named by itself.",
                good: "What opens; the counts say how much.",
                remedy: "Check the disk. Save the secrets, and restore a backup."
            )
        }
    }
}
