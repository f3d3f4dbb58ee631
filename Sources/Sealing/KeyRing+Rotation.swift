import SecretMemory
import WarderCrypto
package import WarderModel

/// New epochs, and what was sealed under old ones.
extension KeyRing {
    /// The same keys and, for each of `purposes`, a new one that new things are sealed under.
    package func adding(epochsOf purposes: Set<Purpose>, at time: Timestamp) throws(SealingError) -> KeyRing {
        var entries = entries
        for purpose in purposes.sorted(by: { $0.rawValue < $1.rawValue }) {
            let (epoch, overflow) = try current(purpose).epoch.addingReportingOverflow(1)
            guard !overflow else { throw .exhausted }
            let key: SecretBytes
            do { key = try SecretBytes.random(count: Self.keyByteCount) } catch { throw .exhausted }
            entries.append(Entry(purpose: purpose, epoch: epoch, created: time, key: key))
        }
        return try KeyRing(vault: vault, entries: entries)
    }

    /// Without the keys of `purposes` that are not the newest. What is still sealed under them is lost.
    ///
    /// `needed`: epochs of these purposes that stay all the same.
    package func dropping(
        oldEpochsOf purposes: Set<Purpose>,
        but needed: [Purpose: Set<UInt32>] = [:]
    ) throws(SealingError) -> KeyRing {
        var kept: [Entry] = []
        for entry in entries {
            let isNewest = try current(entry.purpose).epoch == entry.epoch
            let isNeeded = needed[entry.purpose]?.contains(entry.epoch) ?? false
            if isNewest || isNeeded || !purposes.contains(entry.purpose) { kept.append(entry) }
        }
        return try KeyRing(vault: vault, entries: kept)
    }

    /// Whether there are keys of `purposes` besides the newest.
    package func hasOldEpochs(of purposes: Set<Purpose>) -> Bool {
        purposes.contains { purpose in entries.count { $0.purpose == purpose } > 1 }
    }

    /// The same record, of the same revision, under the newest metadata key.
    package func reseal(_ record: SealedRecord) throws(SealingError) -> SealedRecord {
        try seal(open(record), kind: record.kind, id: record.id, revision: record.revision)
    }

    /// The same sealed fields, their data key under the newest key-encryption key.
    package func rewrap(
        _ value: SealedValue,
        secret: RecordID,
        version: UInt32
    ) throws(SealingError) -> SealedValue {
        let entry = try current(.keyEncryption)
        let dataKey = try dataKey(of: value, secret: secret, version: version)
        let wrapped = try sealing { () throws(CryptoError) in
            try wrap(dataKey, under: entry, secret: secret, version: version)
        }
        return SealedValue(epoch: entry.epoch, wrappedKey: wrapped, sealed: value.sealed)
    }
}
