package import SecretMemory
package import WarderModel

/// The vault's keys, each of one purpose and one epoch. New things are sealed under the newest epoch, old ones open
/// under theirs.
package struct KeyRing: Sendable {
    /// What a key is for. The raw values stand in the stored keyring (docs/formats/keyring.md).
    package enum Purpose: UInt8, CaseIterable, Sendable {
        /// Wraps one data key per secret version.
        case keyEncryption = 1
        /// Seals records: names, descriptions, selectors, states.
        case metadata = 2
        /// Fingerprints values and arguments for the log.
        case fingerprint = 3
        /// Seals events.
        case log = 4
        /// Signs the log (Ed25519 seed).
        case signing = 5
        /// Opens events that were written while the vault was sealed (X25519 secret key).
        case inbox = 6
    }

    /// One key.
    package struct Entry: Sendable {
        package let purpose: Purpose
        package let epoch: UInt32
        package let created: Timestamp
        package let key: SecretBytes
    }

    /// Length of every key in bytes.
    package static let keyByteCount = 32

    package let vault: RecordID
    package let entries: [Entry]
    private let newest: [Purpose: Entry]

    /// - Throws: `malformed` unless every purpose has a key, every key 32 bytes, and no two keys share purpose and
    ///   epoch.
    package init(vault: RecordID, entries: [Entry]) throws(SealingError) {
        self.vault = vault
        self.entries = entries
        var newest: [Purpose: Entry] = [:]
        var seen: Set<[UInt32]> = []
        for entry in entries {
            guard entry.key.count == Self.keyByteCount else { throw .malformed }
            guard seen.insert([UInt32(entry.purpose.rawValue), entry.epoch]).inserted else { throw .malformed }
            if let other = newest[entry.purpose], other.epoch > entry.epoch { continue }
            newest[entry.purpose] = entry
        }
        guard Purpose.allCases.allSatisfy({ newest[$0] != nil }) else { throw .malformed }
        self.newest = newest
    }

    /// A first epoch of every key.
    package static func random(vault: RecordID, at time: Timestamp) throws(SealingError) -> KeyRing {
        var entries: [Entry] = []
        for purpose in Purpose.allCases {
            let key: SecretBytes
            do { key = try SecretBytes.random(count: keyByteCount) } catch { throw .exhausted }
            entries.append(Entry(purpose: purpose, epoch: 1, created: time, key: key))
        }
        return try KeyRing(vault: vault, entries: entries)
    }

    /// The key that new things are made with.
    package func current(_ purpose: Purpose) throws(SealingError) -> Entry {
        guard let entry = newest[purpose] else { throw .malformed }
        return entry
    }

    /// - Throws: `unknownEpoch`.
    package func key(_ purpose: Purpose, epoch: UInt32) throws(SealingError) -> SecretBytes {
        if let entry = newest[purpose], entry.epoch == epoch { return entry.key }
        guard let entry = entries.first(where: { $0.purpose == purpose && $0.epoch == epoch }) else {
            throw .unknownEpoch(epoch)
        }
        return entry.key
    }
}
