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
    /// What is sealed under keys before the newest. One damaged page must neither keep the vault sealed nor its keys in
    /// use: where the store cannot read all of it, what it can read is counted.
    func rowsUnderOldKeys(of ring: KeyRing) throws -> RowsUnderOldKeys {
        guard ring.hasOldEpochs(of: Keys.rewrapped) else { return RowsUnderOldKeys(count: 0, epochs: [:]) }
        let metadata = try ring.current(.metadata).epoch
        let keyEncryption = try ring.current(.keyEncryption).epoch
        do throws(StoreError) {
            return try rowsUnderOldKeys(metadata: metadata, keyEncryption: keyEncryption)
        } catch .damaged {
            let records = try Self.count(RowScan<RecordRow>(slice: 64, position: \.position, read: recordRows)) { row in
                row.epoch.map { $0 < metadata } ?? true
            }
            let values = try Self.count(RowScan<ValueRow>(slice: 64, position: \.position, read: valueRows)) { row in
                switch row.content {
                case .destroyed: false
                case .sealed(let value): value.epoch < keyEncryption
                case .malformed: true
                }
            }
            var rows = RowsUnderOldKeys(count: max(1, records + values), epochs: [:])
            rows.hasUnreadable = true
            return rows
        }
    }

    /// Rows of a table that are old, and stretches of it that cannot be read.
    private static func count<Row>(_ scan: RowScan<Row>, where isOld: (Row) -> Bool) throws -> Int {
        var count = 0
        do throws(DeepCheck.Stop) {
            try scan.run(
                unreadable: { _ throws(DeepCheck.Stop) in count += 1 },
                body: { rows throws(DeepCheck.Stop) in count += rows.count(where: isOld) }
            )
        } catch .store(let error) { throw error }
        return count
    }
}
