import WarderCrypto

/// Why shares were not made, read or combined.
///
/// A share is named by its position in what was entered, counted from 1, and never quoted: part of a share is part of
/// a secret.
package enum ShareError: Error, Hashable, Sendable {
    /// A secret, threshold, number or index that shares cannot have.
    case outOfRange
    /// Not spelled like a share, or with contents that no share has.
    case malformed(share: Int)
    /// The checksum is wrong: a typing mistake, most likely.
    case mistyped(share: Int)
    /// Written by a later version of Warder.
    case unsupportedFormat(UInt8, share: Int)
    /// Of another set than the one that is wanted, or than the first share.
    case foreign(share: Int)
    /// Of the same set, but with another threshold, number of shares or length: one of the two was forged.
    case inconsistent(share: Int)
    /// An index that an earlier share has.
    case duplicate(share: Int)
    /// Fewer shares than the threshold.
    case tooFew(have: Int, need: Int)
    /// More shares than the threshold, and they do not all agree. `share` is the one without which the others do; `nil`
    /// when that cannot be told. A hint: as many forgers as there are shares beyond the threshold can have another one
    /// named.
    case disagreement(share: Int?)
    /// Secret memory ran out.
    case exhausted

    init(_ error: SecretSharingError) {
        switch error {
        case .outOfRange: self = .outOfRange
        case .unequalLength(let position): self = .inconsistent(share: position)
        case .duplicateIndex(let position): self = .duplicate(share: position)
        case .tooFew(let have, let need): self = .tooFew(have: have, need: need)
        case .disagreement(let position): self = .disagreement(share: position)
        case .secretMemory: self = .exhausted
        }
    }
}

extension ShareError {
    /// What happened, for people: which share it is, by its place among those that were brought, and never its text.
    package var words: String {
        switch self {
        case .outOfRange: "there are no such shares"
        case .malformed(let place):
            "share \(place) is not one, or not all of one: it begins with wdr_s_, in small letters, without blanks"
        case .mistyped(let place): "share \(place) has a typing mistake"
        case .unsupportedFormat(_, let place): "share \(place) was made by a later version of Warder"
        case .foreign(let place): "share \(place) is of another set"
        case .inconsistent(let place): "share \(place) contradicts the others of its set: somebody made it up"
        case .duplicate(let place): "share \(place) is one that was brought before"
        case .tooFew(let have, let need): "there are \(have) shares, and it takes \(need)"
        case .disagreement(.some(let place)): "share \(place) does not go with the others"
        case .disagreement(.none): "the shares do not go together"
        case .exhausted: "there is no locked memory left for shares"
        }
    }
}
