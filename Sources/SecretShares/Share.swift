package import SecretMemory
import WarderCrypto

/// One of n shares of a secret, k of which give it back. docs/formats/share.md.
///
/// A share holds no digest of the secret, and combining cannot tell a right result from a wrong one: whoever combines
/// tries the result on what it is to open, whose authentication says so.
package struct Share: Sendable {
    /// Number of the format, the first byte.
    package static let format: UInt8 = 1

    /// What the share has in common with the others.
    package let set: ShareSet
    /// Which one it is: 1 to `set.count`.
    package let index: Int
    /// The share itself, as long as the secret.
    package let bytes: SecretBytes

    /// A share of its parts.
    ///
    /// - Throws: ``ShareError/outOfRange`` for an index that the set does not have, or fewer than 16 or more than 64
    ///   bytes.
    package init(set: ShareSet, index: Int, bytes: SecretBytes) throws(ShareError) {
        guard (1...set.count).contains(index), SecretSharing.secretByteCounts.contains(bytes.count) else {
            throw .outOfRange
        }
        self.set = set
        self.index = index
        self.bytes = bytes
    }
}

extension Share {
    /// Splits a secret of 16 to 64 bytes into `count` shares, any `threshold` of which give it back.
    ///
    /// Every call makes a new set, for the same secret too.
    ///
    /// - Throws: ``ShareError/outOfRange`` unless 2 ≤ threshold ≤ count ≤ 255; ``ShareError/exhausted``.
    package static func split(
        _ secret: SecretBytes,
        threshold: Int,
        count: Int
    ) throws(ShareError) -> [Share] {
        let set = try ShareSet(threshold: threshold, count: count)
        let points: [SecretSharing.Point]
        do throws(SecretSharingError) {
            points = try SecretSharing.split(secret, threshold: threshold, count: count)
        } catch { throw ShareError(error) }
        var shares: [Share] = []
        for point in points {
            shares.append(try Share(set: set, index: Int(point.index), bytes: point.bytes))
        }
        return shares
    }

    /// The secret of at least as many shares as the set's threshold, in any order.
    ///
    /// With more than the threshold, all of them have to agree. With exactly the threshold a forged share gives a wrong
    /// secret, which only shows where the secret is used. Shares must belong to the set `wanted`; to that of the first
    /// one when it is left out.
    ///
    /// - Throws: ``ShareError``: first `foreign` and `inconsistent`, then `duplicate`, then `tooFew`, each before any
    ///   arithmetic; then `disagreement`. ``ShareError/exhausted``.
    package static func combine(_ shares: [Share], of wanted: ShareSet? = nil) throws(ShareError) -> SecretBytes {
        guard let set = wanted ?? shares.first?.set else {
            throw .tooFew(have: 0, need: SecretSharing.thresholds.lowerBound)
        }
        for (offset, share) in shares.enumerated() {
            guard share.set.id == set.id else { throw .foreign(share: offset + 1) }
            guard share.set == set, share.bytes.count == shares[0].bytes.count else {
                throw .inconsistent(share: offset + 1)
            }
        }
        do throws(SecretSharingError) {
            var points: [SecretSharing.Point] = []
            for share in shares {
                points.append(try SecretSharing.Point(index: UInt8(share.index), bytes: share.bytes))
            }
            return try SecretSharing.combine(points, threshold: set.threshold)
        } catch { throw ShareError(error) }
    }
}
