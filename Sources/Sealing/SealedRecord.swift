import WarderCrypto
package import WarderModel

/// A noun as it lies in the database: sealed, and bound to its vault, kind, id and revision.
/// docs/formats/sealed-record.md.
package struct SealedRecord: Sendable, Equatable {
    package static let format: UInt8 = 1

    package let kind: RecordKind
    package let id: RecordID
    /// Counts the record's changes from 1; an older copy put back opens, but its number is behind the log's.
    package let revision: UInt64
    package let epoch: UInt32
    /// format (1), nonce (24), ciphertext, tag (16)
    package let sealed: [UInt8]

    package init(kind: RecordKind, id: RecordID, revision: UInt64, epoch: UInt32, sealed: [UInt8]) {
        self.kind = kind
        self.id = id
        self.revision = revision
        self.epoch = epoch
        self.sealed = sealed
    }
}

extension KeyRing {
    /// Seals a noun's encoding under the newest metadata key.
    package func seal(
        _ content: [UInt8],
        kind: RecordKind,
        id: RecordID,
        revision: UInt64
    ) throws(SealingError) -> SealedRecord {
        let entry = try current(.metadata)
        var padded = content
        Padding.add(to: &padded)
        let key: AEADKey
        do { key = try AEADKey(entry.key) } catch { throw SealingError(error) }
        let binding = binding(kind: kind, id: id, revision: revision, epoch: entry.epoch)
        return SealedRecord(
            kind: kind,
            id: id,
            revision: revision,
            epoch: entry.epoch,
            sealed: [SealedRecord.format] + AEAD.seal(padded, key: key, associatedData: binding)
        )
    }

    /// - Throws: `tampered` when the bytes were altered, or lie under another kind, id, revision or vault than they
    ///   were sealed for.
    package func open(_ record: SealedRecord) throws(SealingError) -> [UInt8] {
        guard let format = record.sealed.first else { throw .malformed }
        guard format == SealedRecord.format else { throw .unknownFormat(format) }
        let secret = try key(.metadata, epoch: record.epoch)
        var plain: [UInt8]
        do {
            plain = try AEAD.openPlain(
                record.sealed.dropFirst(),
                key: AEADKey(secret),
                associatedData: binding(
                    kind: record.kind,
                    id: record.id,
                    revision: record.revision,
                    epoch: record.epoch
                )
            )
        } catch { throw SealingError(error) }
        guard let count = unsafe plain.withUnsafeBytes({ unsafe Padding.contentCount($0) }) else { throw .malformed }
        plain.removeSubrange(count...)
        return plain
    }

    private func binding(kind: RecordKind, id: RecordID, revision: UInt64, epoch: UInt32) -> [UInt8] {
        Binding("record", vault: vault).adding(fixed: [SealedRecord.format]).adding(kind.rawValue).adding(id)
            .adding(revision).adding(epoch).bytes
    }
}
