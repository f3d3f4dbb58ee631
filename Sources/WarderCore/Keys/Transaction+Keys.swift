import Sealing
import WarderCrypto
import WarderModel

/// Changes of what opens the vault, and of what its contents are sealed under.
extension Transaction {
    /// Other slots for the same root key.
    mutating func replace(slots: [KeySlot]) {
        foundation.slots = slots
        batch.keys = Batch.Keys(foundation)
    }

    /// Another root key; every slot has to wrap it.
    mutating func replace(root: AEADKey, slots: [KeySlot]) throws(Refusal) {
        foundation.slots = slots
        foundation.rootCreated = now.wall
        try adopt(keys.ring, under: root)
    }

    /// Another keyring under the same root key. What is sealed from here on, this transaction's events included, is
    /// sealed under its newest keys.
    mutating func replace(ring: KeyRing) throws(Refusal) { try adopt(ring, under: keys.root) }

    /// The same with another key for the log, which the one before has signed.
    mutating func replace(ring: KeyRing, _ change: LogKeyChange) throws(Refusal) {
        foundation.logKey = change.key
        try adopt(ring, under: keys.root)
        batch.logKeyChange = change
    }

    private mutating func adopt(_ ring: KeyRing, under root: AEADKey) throws(Refusal) {
        do {
            foundation.inboxKey = try BoxKeyPair(secretKey: ring.current(.inbox).key).publicKey.bytes
            foundation.keyRing = try ring.sealed(under: root, profile: foundation.profile)
            keys = try keys.replacing(ring: ring, root: root)
        } catch { throw Refusal(error) }
        batch.keys = Batch.Keys(foundation)
    }
}

/// Rows that stay what they are, under newer keys.
extension Transaction {
    mutating func reseal(_ record: SealedRecord) {
        batch.records.append(record)
        countRewrapped()
    }

    mutating func rewrap(_ value: SealedValue, at place: Batch.Place) {
        batch.rewrappedValues.append((place, value))
        countRewrapped()
    }

    /// What was written anew by somebody else meanwhile is counted until the end.
    private mutating func countRewrapped() { state.rowsUnderOldKeys = max(0, state.rowsUnderOldKeys - 1) }

    func rowsUnderOldKeys() throws(Refusal) -> RowsUnderOldKeys {
        do { return try store.rowsUnderOldKeys(of: keys.ring) } catch { throw Refusal(error) }
    }
}

extension VaultStore {
    /// What is sealed under keys before the newest.
    func rowsUnderOldKeys(of ring: KeyRing) throws -> RowsUnderOldKeys {
        guard ring.hasOldEpochs(of: Keys.rewrapped) else { return RowsUnderOldKeys(count: 0, epochs: [:]) }
        return try rowsUnderOldKeys(
            metadata: ring.current(.metadata).epoch,
            keyEncryption: ring.current(.keyEncryption).epoch
        )
    }
}
