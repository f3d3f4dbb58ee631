package import WarderModel
import SecretMemory
import WarderCrypto

/// The public facts of a set of shares that were made together. Every share carries them.
package struct ShareSet: Hashable, Sendable {
    /// Random for each splitting: shares of two splittings of one secret do not go together.
    package let id: RecordID
    /// How many shares give the secret back: 2 to 255.
    package let threshold: Int
    /// How many were made: from the threshold to 255.
    package let count: Int

    /// - Throws: ``ShareError/outOfRange``.
    package init(id: RecordID, threshold: Int, count: Int) throws(ShareError) {
        guard SecretSharing.thresholds.contains(threshold), SecretSharing.counts.contains(count), threshold <= count
        else { throw .outOfRange }
        self.id = id
        self.threshold = threshold
        self.count = count
    }

    /// A set of its own, with a random id.
    ///
    /// - Throws: ``ShareError/outOfRange``.
    init(threshold: Int, count: Int) throws(ShareError) {
        guard let id = RecordID(bytes: SecureRandom.bytes(count: RecordID.byteCount)) else { throw .outOfRange }
        try self.init(id: id, threshold: threshold, count: count)
    }
}
