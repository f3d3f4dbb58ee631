/// What is wrong with values, in words.
extension Damage.Kind {
    var valueWords: DamageWords {
        switch self {
        case .valueFieldsWrong:
            DamageWords(
                "A version's values open to other fields than its secret says.",
                lost: "The fields that are not there.",
                good: "Other versions, and the fields that both name.",
                remedy: "Report it: Warder itself wrote this. Put the secret in again."
            )
        case .valueMissing:
            DamageWords(
                "A version that should have values has none: its row was deleted or emptied, and not by Warder.",
                lost: "The values of this version, unless a backup has them.",
                good: "Other versions of the secret.",
                remedy: Self.suspect + "Put the secret in again, or restore a backup."
            )
        case .valueRevived:
            DamageWords(
                "Values that were destroyed were put back.",
                lost: "Nothing. The vault does not serve them.",
                good: "Everything else.",
                remedy: Self.suspect + "Revoke the credential where it came from: it lies about in an older copy."
            )
        case .valueOrphaned:
            DamageWords(
                "There are values of a version or a secret that is not there: the secret's record was put back or deleted.",
                lost: "Nothing by this. See what is said about the secret.",
                good: "The values, for whom has the record.",
                remedy: Self.restore
            )
        case .tombstoneMissing:
            DamageWords(
                "The row that keeps a destroyed version's number was deleted, and not by Warder.",
                lost: "Nothing.",
                good: "The secret and its other versions.",
                remedy: Self.suspect + "Nothing needs mending."
            )
        default:
            DamageWords(
                "A version's values do not open: they were altered, moved to another place, or sealed with other keys.",
                lost: "The values of this version, unless a backup has them. They are refused.",
                good: "Other versions of the secret.",
                remedy: "Put the secret in again, or restore a backup."
            )
        }
    }
}
