package import Sealing
package import WarderModel

/// One thing that is wrong with what lies in the store.
///
/// Says what by kind, id and number, and by name where something that can be trusted has the name. Never by anything
/// that a damaged row holds.
package struct Damage: Hashable, Sendable {
    package let kind: Kind
    package let subject: Subject
    /// From a record that opened, or from the log.
    package let name: String?

    package init(_ kind: Kind, _ subject: Subject, name: String? = nil) {
        self.kind = kind
        self.subject = subject
        self.name = name
    }

    /// Where it is.
    package enum Subject: Hashable, Sendable {
        case record(RecordKind?, RecordID?)
        case value(secret: RecordID?, version: UInt32?)
        /// Consecutive events that have the same thing wrong with them.
        case events(ClosedRange<UInt64>)
        case span(Int64)
        /// A hash of the log's tree, by the events that it stands for.
        case hash(over: ClosedRange<UInt64>)
        /// A row of the checkpoints.
        case checkpoint(Int64)
        case inbox(Int64)
        case slot(RecordID?)
        case key(KeyRing.Purpose?)
        /// Rows of a table that cannot even be read.
        case rows(Table, after: Int64)
        /// What the vault is built on.
        case foundation
        /// The database as a whole.
        case database
    }

    package enum Table: String, Hashable, Sendable, CaseIterable {
        case records, values, log, spans, inbox, slots, hashes, checkpoints
    }

    /// What is wrong. The raw value is its stable name.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        // MARK: Records

        /// Altered, moved to another place, or sealed by other keys.
        case recordUnreadable = "record_unreadable"
        /// Its row is none that Warder writes.
        case recordShapeless = "record_shapeless"
        /// Opens, and is not what it should be.
        case recordMalformed = "record_malformed"
        /// A later version wrote it.
        case recordNewer = "record_newer"
        /// Another record of the kind has the same name.
        case recordContested = "record_contested"
        /// Names a tool, a secret or a server that is not there.
        case referenceBroken = "reference_broken"
        /// An older revision than the log's newest.
        case recordPutBack = "record_put_back"
        /// The log knows it, and it is gone.
        case recordDeleted = "record_deleted"
        /// The log says that it was removed, and it is there.
        case recordRevived = "record_revived"
        /// A newer revision than the log's newest.
        case recordAheadOfLog = "record_ahead_of_log"
        /// The log does not know it.
        case recordUnlogged = "record_unlogged"

        // MARK: Values

        case valueUnreadable = "value_unreadable"
        /// Opens to other fields than its secret says.
        case valueFieldsWrong = "value_fields_wrong"
        /// A version that should have a value has none.
        case valueMissing = "value_missing"
        /// A destroyed version has a value.
        case valueRevived = "value_revived"
        /// There is no such secret or version.
        case valueOrphaned = "value_orphaned"
        /// The row that keeps a destroyed version's number is gone.
        case tombstoneMissing = "tombstone_missing"

        // MARK: The log

        /// Does not open, or does not give its leaf.
        case eventUnreadable = "event_unreadable"
        /// Neither leaf nor content.
        case eventMissing = "event_missing"
        /// The leaf alone.
        case eventContentMissing = "event_content_missing"
        /// The content alone.
        case eventLeafMissing = "event_leaf_missing"
        /// A number that no event can have.
        case eventMisplaced = "event_misplaced"
        /// A restore that does not begin where the log before it ended.
        case originBroken = "origin_broken"
        /// A search by time would pass over events.
        case spanWrong = "span_wrong"
        /// A hash of the log's tree is not the one that the leaves give.
        case treeHashWrong = "tree_hash_wrong"
        /// What lies in a checkpoint's place is none that a key of this log signed.
        case checkpointDamaged = "checkpoint_damaged"
        /// The log does not begin with what a checkpoint says that was signed.
        case checkpointContradicted = "checkpoint_contradicted"
        /// What is stored of the log's keys and names does not lead to the vault's.
        case logKeysBroken = "log_keys_broken"
        case inboxUnreadable = "inbox_unreadable"
        /// A number between others is not there.
        case inboxMissing = "inbox_missing"
        /// The same event twice.
        case inboxDoubled = "inbox_doubled"

        // MARK: Keys

        /// Has not the shape of a slot, or is another than when the vault was opened.
        case slotMalformed = "slot_malformed"
        /// The log says that it was taken away, and it is there.
        case slotRevived = "slot_revived"
        case slotDeleted = "slot_deleted"
        /// The log does not know it.
        case slotUnlogged = "slot_unlogged"
        /// Has not the shape of the keyring, or is another than when the vault was opened.
        case keyRingMalformed = "keyring_malformed"
        /// Team or single user: another than when the vault was opened.
        case profileChanged = "profile_changed"
        /// Has not the newest keys that the log speaks of.
        case keyRingPutBack = "keyring_put_back"
        /// A public key that does not belong to the keyring's secret one.
        case publicKeyWrong = "public_key_wrong"
        /// Something is sealed under a key that the keyring does not have.
        case keyMissing = "key_missing"

        // MARK: The file

        case rowsUnreadable = "rows_unreadable"
        case structureBroken = "structure_broken"
    }
}
