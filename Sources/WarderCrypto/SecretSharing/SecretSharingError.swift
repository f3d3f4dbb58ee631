package import SecretMemory

/// Why a secret was not split, or points not combined. Associated values are counts and positions; nothing of secrets.
///
/// A position is a place in the list that was given, counted from 1.
package enum SecretSharingError: Error, Hashable, Sendable {
    /// A length, threshold, number or index outside of the ranges of ``SecretSharing``.
    case outOfRange
    /// A point whose length is not the first one's.
    case unequalLength(position: Int)
    /// A point with the index of an earlier one.
    case duplicateIndex(position: Int)
    /// Fewer points than the threshold.
    case tooFew(have: Int, need: Int)
    /// More points than the threshold, and not all on one polynomial. `position` is the one without which the others
    /// agree; `nil` when no single one is to blame, or when there is one point too few to tell. It is a hint: as many
    /// forgers as there are points beyond the threshold can have another one named.
    case disagreement(position: Int?)
    /// No secret memory for the result.
    case secretMemory(SecretMemoryError)
}
