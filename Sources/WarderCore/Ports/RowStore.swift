package import Sealing
package import WarderModel

/// The store's rows one by one, as they lie there: for the check of all of them. A row that does not have the shape of
/// its table says so, instead of failing the others.
///
/// Rows come in the order of their positions, at most `limit`, from the first behind `position` on; `.min` begins.
/// Every call reads the store as it is at that moment.
package protocol RowStore: Sendable {
    func rowCounts() throws(StoreError) -> RowCounts
    /// How many records there are, by what the store looks them up with: rows that are gone from their table still count.
    func recordCount() throws(StoreError) -> Int
    func recordRows(after position: Int64, limit: Int) throws(StoreError) -> [RecordRow]
    func valueRows(after position: Int64, limit: Int) throws(StoreError) -> [ValueRow]
    /// Leaves and payloads of the log, joined by their numbers; where one of the two is missing, the other comes alone.
    /// There can be a few more than `limit`.
    func logRows(after position: Int64, limit: Int) throws(StoreError) -> [LogRow]
    func spanRows(after position: Int64, limit: Int) throws(StoreError) -> [SpanRow]
    /// By hour.
    func checkpointRows(after position: Int64, limit: Int) throws(StoreError) -> [CheckpointRow]
    /// How many hashes of the log's tree there are, leaves aside.
    func treeHashCount() throws(StoreError) -> Int
    func inboxRows(after position: Int64, limit: Int) throws(StoreError) -> [InboxRow]
    func slotRows(after position: Int64, limit: Int) throws(StoreError) -> [SlotRow]
    /// The greatest version number that each secret has a row for, destroyed ones included.
    func newestVersions() throws(StoreError) -> [RecordID: UInt32]
    /// How many faults the storage engine itself finds in how its file is built; it stops at `limit`. Takes as long as
    /// reading the whole file.
    func structuralFaults(limit: Int) throws(StoreError) -> Int
}

/// How many rows there are.
package struct RowCounts: Sendable, Equatable {
    package var records: Int
    package var values: Int
    package var leaves: Int
    package var payloads: Int
    package var spans: Int
    package var inbox: Int
    package var slots: Int

    package init(records: Int, values: Int, leaves: Int, payloads: Int, spans: Int, inbox: Int, slots: Int) {
        self.records = records
        self.values = values
        self.leaves = leaves
        self.payloads = payloads
        self.spans = spans
        self.inbox = inbox
        self.slots = slots
    }
}

/// A row of the records, as far as it has the shape of one.
package struct RecordRow: Sendable, Equatable {
    package var position: Int64
    package var id: RecordID?
    /// As it stands there; it need not be a kind that there is.
    package var kind: String?
    package var revision: UInt64?
    package var epoch: UInt32?
    package var sealed: [UInt8]

    package init(
        position: Int64,
        id: RecordID?,
        kind: String?,
        revision: UInt64?,
        epoch: UInt32?,
        sealed: [UInt8]
    ) {
        self.position = position
        self.id = id
        self.kind = kind
        self.revision = revision
        self.epoch = epoch
        self.sealed = sealed
    }
}

/// A row of the versions' values.
package struct ValueRow: Sendable, Equatable {
    package enum Content: Sendable, Equatable {
        case destroyed
        case sealed(SealedValue)
        /// Neither of the two.
        case malformed
    }

    package var position: Int64
    package var secret: RecordID?
    package var version: UInt32?
    package var content: Content

    package init(position: Int64, secret: RecordID?, version: UInt32?, content: Content) {
        self.position = position
        self.secret = secret
        self.version = version
        self.content = content
    }
}

/// What the log has under one number.
package struct LogRow: Sendable, Equatable {
    package struct Payload: Sendable, Equatable {
        package var time: Timestamp
        package var epoch: UInt32
        package var sealed: [UInt8]

        package init(time: Timestamp, epoch: UInt32, sealed: [UInt8]) {
            self.time = time
            self.epoch = epoch
            self.sealed = sealed
        }
    }

    package enum Part<Content: Sendable & Equatable>: Sendable, Equatable {
        case missing
        case malformed
        case there(Content)
    }

    /// The event's number.
    package var position: Int64
    package var leaf: Part<[UInt8]>
    package var payload: Part<Payload>

    package init(position: Int64, leaf: Part<[UInt8]>, payload: Part<Payload>) {
        self.position = position
        self.leaf = leaf
        self.payload = payload
    }
}

/// Between which times the events (`position` − 1) · 1024 + 1 to `position` · 1024 lie; `nil` where the row does not
/// say.
package struct SpanRow: Sendable, Equatable {
    package var position: Int64
    package var times: ClosedRange<Timestamp>?

    package init(position: Int64, times: ClosedRange<Timestamp>?) {
        self.position = position
        self.times = times
    }
}

/// The last checkpoint of an hour; `nil` for a row that has none.
package struct CheckpointRow: Sendable, Equatable {
    package var position: Int64
    package var checkpoint: StoredCheckpoint?

    package init(position: Int64, checkpoint: StoredCheckpoint?) {
        self.position = position
        self.checkpoint = checkpoint
    }
}

/// An event that waits for the vault to be unsealed.
package struct InboxRow: Sendable, Equatable {
    package var position: Int64
    package var sealed: [UInt8]

    package init(position: Int64, sealed: [UInt8]) {
        self.position = position
        self.sealed = sealed
    }
}

/// A way to open the vault; `slot` is `nil` for a row that is none.
package struct SlotRow: Sendable {
    package var position: Int64
    package var slot: KeySlot?

    package init(position: Int64, slot: KeySlot?) {
        self.position = position
        self.slot = slot
    }
}
