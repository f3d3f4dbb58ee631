/// Where the log begins anew: a backup became a vault. The first origin is the vault's `init` and has no record.
///
/// The numbers of events go on from the backup's newest, so that two logs may have the same numbers behind it: the one
/// that was lost, and this one. The origin's id tells them apart.
package struct LogOrigin: Sendable, Codable, Hashable, Identifiable {
    /// How the log before ended, as the backup has it.
    package struct Previous: Sendable, Codable, Hashable {
        /// The origin before: its id, or the vault's for the first.
        package let origin: RecordID
        /// Number of its newest event.
        package let size: UInt64
        /// Leaf of that event, lowercase hex; `nil` where the backup had lost it.
        package let leaf: String?
        /// Root of the log's tree at that size, lowercase hex; `nil` where nobody had computed it.
        package let root: String?

        package init(origin: RecordID, size: UInt64, leaf: String?, root: String? = nil) {
            self.origin = origin
            self.size = size
            self.leaf = leaf
            self.root = root
        }
    }

    /// The file that it came from.
    package struct Backup: Sendable, Codable, Hashable {
        package let created: Timestamp
        /// SHA-256 of the file's header, lowercase hex.
        package let header: String

        package init(created: Timestamp, header: String) {
            self.created = created
            self.header = header
        }
    }

    /// The end of the quarantine.
    package struct Release: Sendable, Codable, Hashable {
        package let time: Timestamp
        package let by: OperatorName

        package init(time: Timestamp, by: OperatorName) {
            self.time = time
            self.by = by
        }
    }

    /// Sixteen random bytes that no other log has.
    package let id: RecordID
    /// 2 for the first restore, and so on.
    package let number: UInt32
    package let began: Timestamp
    package let previous: Previous
    package let backup: Backup
    /// The note in which the log's key goes on under this origin's name, base64; `nil` where the backup's tree was
    /// damaged.
    package let note: String?
    /// `nil` while the vault is in quarantine.
    package var released: Release?

    package init(
        id: RecordID,
        number: UInt32,
        began: Timestamp,
        previous: Previous,
        backup: Backup,
        note: String? = nil
    ) {
        self.id = id
        self.number = number
        self.began = began
        self.previous = previous
        self.backup = backup
        self.note = note
    }

    /// Number of its first event.
    package var first: UInt64 { previous.size + 1 }

    /// Whether it is something that the vault can have written.
    package var isCoherent: Bool { number >= 2 && previous.size < UInt64(Int64.max) }
}
