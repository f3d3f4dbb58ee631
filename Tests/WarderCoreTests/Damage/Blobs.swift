import Sealing
import WarderModel

@testable import WarderCore

/// One column of one row that holds bytes.
struct BlobPlace {
    let read: (Rows) -> [UInt8]?
    /// Puts other bytes there, as a store would read them.
    let write: (inout Rows, [UInt8]) -> Void
}

extension Rows {
    /// Every column of every row that holds bytes.
    var blobs: [BlobPlace] {
        var places: [BlobPlace] = []
        for index in records.indices { places += Self.recordBlobs(index) }
        for index in values.indices { places += Self.valueBlobs(index) }
        for index in log.indices { places += Self.logBlobs(index) }
        for index in slots.indices { places += Self.slotBlobs(index) }
        for index in inbox.indices {
            places.append(BlobPlace(read: { $0.inbox[index].sealed }, write: { $0.inbox[index].sealed = $1 }))
        }
        return (places + signedBlobs + Self.foundationBlobs).filter { $0.read(self) != nil }
    }

    /// What says how the log was signed.
    private var signedBlobs: [BlobPlace] {
        checkpoints.indices.map(Self.noteBlob)
            + keyChanges.indices.map { index in
                BlobPlace(read: { $0.keyChanges[index] }, write: { $0.keyChanges[index] = $1 })
            }
            + hashes.indices.map { index in
                BlobPlace(read: { $0.hashes[index] }, write: { $0.hashes[index] = $1 })
            }
    }

    static func noteBlob(_ index: Int) -> BlobPlace {
        BlobPlace(
            read: { $0.checkpoints[index].checkpoint?.note },
            write: { rows, note in
                rows.checkpoints[index].checkpoint = rows.checkpoints[index].checkpoint.map {
                    StoredCheckpoint(size: $0.size, time: $0.time, note: note)
                }
            }
        )
    }

    static func recordBlobs(_ index: Int) -> [BlobPlace] {
        [
            BlobPlace(read: { $0.records[index].sealed }, write: { $0.records[index].sealed = $1 }),
            BlobPlace(read: { $0.records[index].id?.bytes }, write: { $0.records[index].id = RecordID(bytes: $1) }),
        ]
    }

    static func valueBlobs(_ index: Int) -> [BlobPlace] {
        [
            BlobPlace(
                read: { $0.values[index].secret?.bytes },
                write: { $0.values[index].secret = RecordID(bytes: $1) }
            ),
            BlobPlace(
                read: { $0.values[index].value?.wrappedKey },
                write: { rows, bytes in
                    rows.values[index].value = rows.values[index].value.map {
                        SealedValue(epoch: $0.epoch, wrappedKey: bytes, sealed: $0.sealed)
                    }
                }
            ),
            BlobPlace(
                read: { $0.values[index].value?.sealed },
                write: { rows, bytes in
                    rows.values[index].value = rows.values[index].value.map {
                        SealedValue(epoch: $0.epoch, wrappedKey: $0.wrappedKey, sealed: bytes)
                    }
                }
            ),
        ]
    }

    static func logBlobs(_ index: Int) -> [BlobPlace] {
        [
            BlobPlace(read: { $0.log[index].leafBytes }, write: { $0.log[index].leafBytes = $1 }),
            BlobPlace(
                read: { $0.log[index].content?.sealed },
                write: { $0.log[index].content?.sealed = $1 }
            ),
        ]
    }

    static func slotBlobs(_ index: Int) -> [BlobPlace] {
        [
            BlobPlace(
                read: { $0.slots[index].slot?.wrapped },
                write: { rows, bytes in
                    rows.slots[index].slot = rows.slots[index].slot.map {
                        KeySlot(id: $0.id, kind: $0.kind, created: $0.created, wrapped: bytes)
                    }
                }
            ),
            BlobPlace(
                read: { $0.slots[index].slot?.id.bytes },
                write: { rows, bytes in
                    rows.slots[index].slot = rows.slots[index].slot.flatMap { slot in
                        RecordID(bytes: bytes).map {
                            KeySlot(id: $0, kind: slot.kind, created: slot.created, wrapped: slot.wrapped)
                        }
                    }
                }
            ),
            BlobPlace(
                read: { rows in
                    if case .passphrase(let salt, _, _)? = rows.slots[index].slot?.kind { salt } else { nil }
                },
                write: { rows, salt in
                    guard let slot = rows.slots[index].slot, case .passphrase(_, let passes, let memory) = slot.kind
                    else { return }
                    let kind = KeySlot.Kind.passphrase(salt: salt, passes: passes, memoryBytes: memory)
                    rows.slots[index].slot = KeySlot(
                        id: slot.id,
                        kind: kind,
                        created: slot.created,
                        wrapped: slot.wrapped
                    )
                }
            ),
        ]
    }

    static var foundationBlobs: [BlobPlace] {
        [
            BlobPlace(read: { $0.foundation?.keyRing }, write: { $0.foundation?.keyRing = $1 }),
            BlobPlace(read: { $0.foundation?.inboxKey }, write: { $0.foundation?.inboxKey = $1 }),
            BlobPlace(read: { $0.foundation?.logKey }, write: { $0.foundation?.logKey = $1 }),
            BlobPlace(
                read: { $0.foundation?.vault.bytes },
                write: { rows, bytes in
                    if let id = RecordID(bytes: bytes) { rows.foundation?.vault = id } else { rows.foundation = nil }
                }
            ),
        ]
    }
}

extension ValueRow {
    var value: SealedValue? {
        get { if case .sealed(let value) = content { value } else { nil } }
        set { content = newValue.map { .sealed($0) } ?? .destroyed }
    }
}

extension LogRow {
    var leafBytes: [UInt8]? {
        get { if case .there(let leaf) = leaf { leaf } else { nil } }
        set { leaf = newValue.map { .there($0) } ?? .missing }
    }

    var content: Payload? {
        get { if case .there(let content) = payload { content } else { nil } }
        set { payload = newValue.map { .there($0) } ?? .missing }
    }
}
