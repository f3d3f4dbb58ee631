package import Sealing
package import TransparencyLog
package import WarderCrypto
package import WarderModel

/// Where the vault keeps what it must not lose. Everything that arrives here is sealed; the store sees ids, sizes and
/// times.
///
/// One process has the store for itself. Every change goes through `commit`, so that a change and its event are one
/// transaction.
package protocol VaultStore: RowStore {
    /// `nil` until the vault is initialised.
    func foundation() throws(StoreError) -> Foundation?
    func records() throws(StoreError) -> [SealedRecord]
    /// `nil` when there is no such version, or its values are destroyed.
    func value(of secret: RecordID, version: UInt32) throws(StoreError) -> SealedValue?
    /// Records that are sealed under an epoch before this one: at most `limit`, in the order of their positions, from the
    /// first behind `position` on.
    func recordRows(before epoch: UInt32, after position: Int64, limit: Int) throws(StoreError) -> [RecordRow]
    /// The same of values whose data keys are wrapped under an epoch before this one.
    func valueRows(before epoch: UInt32, after position: Int64, limit: Int) throws(StoreError) -> [ValueRow]
    /// The records and values that are sealed under an epoch before these. `damaged` where not all can be read.
    func rowsUnderOldKeys(metadata: UInt32, keyEncryption: UInt32) throws(StoreError) -> RowsUnderOldKeys
    /// Sequence number of the newest event; 0 in an empty log.
    func lastSequence() throws(StoreError) -> UInt64
    /// Events within `range` and `times`, at most `limit`, in the order of their numbers or backwards.
    func events(
        in range: ClosedRange<UInt64>,
        times: ClosedRange<Timestamp>,
        limit: Int,
        newestFirst: Bool
    ) throws(StoreError) -> [SealedEvent]
    /// The log's tree as of the last commit; `nil` when leaves or hashes are missing, so that there is none.
    func tree() -> Frontier?
    /// Hashes of leaves (level 0) or of nodes of levels 8, 16, …: fewer than asked for where some are missing.
    func treeHashes(level: Int, range: Range<UInt64>) throws(StoreError) -> [TreeHash]
    /// The last checkpoint of each hour, newest first, at most `limit`.
    func checkpoints(limit: Int) throws(StoreError) -> [StoredCheckpoint]
    /// How the log's key changed, oldest first: the signed notes.
    func logKeyChanges() throws(StoreError) -> [[UInt8]]
    /// Copies the database as it is now, beside it. Blocks for seconds for each GiB; commits go on meanwhile.
    ///
    /// `isCancelled`: asked many times a second; when it says so, the copy is given up and `unavailable` thrown.
    func snapshot(isCancelled: @escaping @Sendable () -> Bool) throws(StoreError) -> any StoreSnapshot
    /// Whether the disk has room for such a copy, and for as much again as commits may write meanwhile.
    func hasRoomForSnapshot() throws(StoreError) -> Bool
    /// Events from the time before unsealing, oldest first: a number and the sealed bytes.
    func inbox() throws(StoreError) -> [(number: Int64, sealed: [UInt8])]
    /// All of it on disk, or none of it.
    func commit(_ batch: Batch) throws(StoreError)
}

/// What a vault is built on. Public parts and wrapped keys.
package struct Foundation: Sendable {
    package var vault: RecordID
    package var created: Timestamp
    package var profile: Profile
    /// X25519 key that events are sealed to while the vault is sealed.
    package var inboxKey: [UInt8]
    /// Ed25519 key that the log is signed with.
    package var logKey: [UInt8]
    package var slots: [KeySlot]
    /// The keyring under the root key.
    package var keyRing: [UInt8]
    /// When the root key was made: a note for reminders, which nothing binds.
    package var rootCreated: Timestamp

    package init(
        vault: RecordID,
        created: Timestamp,
        profile: Profile,
        inboxKey: [UInt8],
        logKey: [UInt8],
        slots: [KeySlot],
        keyRing: [UInt8],
        rootCreated: Timestamp
    ) {
        self.vault = vault
        self.created = created
        self.profile = profile
        self.inboxKey = inboxKey
        self.logKey = logKey
        self.slots = slots
        self.keyRing = keyRing
        self.rootCreated = rootCreated
    }

    /// - Throws: `tampered` when the root key is not the one, or keyring, vault, profile or public keys were altered.
    package func openKeyRing(under root: AEADKey) throws(SealingError) -> KeyRing {
        let ring = try KeyRing.open(keyRing, under: root, vault: vault, profile: profile)
        let (inbox, signing): (BoxKeyPair, SigningKey)
        do {
            inbox = try BoxKeyPair(secretKey: ring.current(.inbox).key)
            signing = try SigningKey(seed: ring.current(.signing).key)
        } catch { throw .exhausted }
        guard inbox.publicKey.bytes == inboxKey, signing.verifyingKey.bytes == logKey else { throw .tampered }
        return ring
    }
}

/// One transaction.
package struct Batch: Sendable {
    /// The place of a version's values.
    package struct Place: Hashable, Sendable {
        package let secret: RecordID
        package let version: UInt32

        package init(secret: RecordID, version: UInt32) {
            self.secret = secret
            self.version = version
        }
    }

    /// What opens the vault, all of it, in place of what did.
    package struct Keys: Sendable {
        package var slots: [KeySlot]
        package var keyRing: [UInt8]
        package var inboxKey: [UInt8]
        package var rootCreated: Timestamp

        package init(_ foundation: Foundation) {
            slots = foundation.slots
            keyRing = foundation.keyRing
            inboxKey = foundation.inboxKey
            rootCreated = foundation.rootCreated
        }
    }

    /// Written by `init`, once.
    package var foundation: Foundation?
    package var keys: Keys?
    /// New records, and new revisions of old ones.
    package var records: [SealedRecord] = []
    package var removedRecords: [(kind: RecordKind, id: RecordID)] = []
    /// Records that cannot be read, and whose rows go where they can be found.
    package var unreadableRecords: [RecordID] = []
    package var values: [(place: Place, value: SealedValue)] = []
    /// Values that stay what they are; their data keys are wrapped anew.
    package var rewrappedValues: [(place: Place, value: SealedValue)] = []
    package var destroyedValues: [Place] = []
    package var events: [SealedEvent] = []
    /// Events of a sealed vault, sealed to its inbox key.
    package var inbox: [[UInt8]] = []
    /// The newest checkpoint of the log, which has all events that were there before this batch at most.
    package var checkpoint: StoredCheckpoint?
    package var logKeyChange: LogKeyChange?
    /// Inbox entries up to this number are in `events` now.
    package var inboxTakenThrough: Int64?
    /// Only where a vault is restored.
    package var logMending: LogMending?
    /// Events before the mark whose contents go; their leaves stay.
    package var prunedPayloads: ClosedRange<UInt64>?

    package init() {}

    /// Whether records or values are not what they were.
    package var changesRows: Bool {
        !(records.isEmpty && removedRecords.isEmpty && unreadableRecords.isEmpty && values.isEmpty
            && rewrappedValues.isEmpty && destroyedValues.isEmpty)
    }

    package var isEmpty: Bool {
        foundation == nil && keys == nil && records.isEmpty && removedRecords.isEmpty && unreadableRecords.isEmpty
            && values.isEmpty && rewrappedValues.isEmpty && destroyedValues.isEmpty && events.isEmpty
            && inbox.isEmpty && inboxTakenThrough == nil && checkpoint == nil && logKeyChange == nil
            && prunedPayloads == nil && logMending == nil
    }
}

/// Told of what the storage engine could not do, for the daemon's own log. From any thread.
package typealias StoreFaultReport = @Sendable (StoreError) -> Void

/// What is sealed under keys before the newest.
package struct RowsUnderOldKeys: Sendable, Equatable {
    /// Where the store cannot read all of them, each stretch that it cannot read counts as one.
    package var count: Int
    /// The epochs that something lies under, as far as it can be read.
    package var epochs: [KeyRing.Purpose: Set<UInt32>]
    /// Whether there is something that cannot be read, so that it can lie under any epoch.
    package var hasUnreadable = false

    package init(count: Int, epochs: [KeyRing.Purpose: Set<UInt32>]) {
        self.count = count
        self.epochs = epochs
    }
}

/// Why the store could not do it. Carries the storage engine's number, never its text.
package enum StoreError: Error, Hashable, Sendable {
    /// The disk is full or gone, or the engine failed. Trying again later can succeed.
    case unavailable(code: Int32)
    /// The bytes in the store do not make sense.
    case damaged(code: Int32)
    /// One change did not fit the store's rules; others of the batch may.
    case rejected(code: Int32)
    /// Made by a later version.
    case newer(found: Int, known: Int)
}
