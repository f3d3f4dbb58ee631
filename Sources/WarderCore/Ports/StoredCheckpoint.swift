package import WarderModel

/// A signed checkpoint of the log as it is kept. docs/formats/transparency-log.md.
package struct StoredCheckpoint: Sendable, Equatable {
    /// Events that it speaks of.
    package let size: UInt64
    /// When it was signed.
    package let time: Timestamp
    /// The signed note.
    package let note: [UInt8]

    /// The root of the log's tree, in base64, as it stands in the note.
    package var rootText: String {
        let lines = note.split(separator: UInt8(ascii: "\n"), maxSplits: 3, omittingEmptySubsequences: false)
        return lines.count > 2 ? String(decoding: lines[2], as: UTF8.self) : ""
    }

    package init(size: UInt64, time: Timestamp, note: [UInt8]) {
        self.size = size
        self.time = time
        self.note = note
    }
}

/// The log is signed with another key from now on.
package struct LogKeyChange: Sendable, Equatable {
    /// Of the new key; 2 for the first change.
    package let epoch: UInt32
    /// The new Ed25519 public key.
    package let key: [UInt8]
    /// The note in which the key before signs the new one.
    package let note: [UInt8]

    package init(epoch: UInt32, key: [UInt8], note: [UInt8]) {
        self.epoch = epoch
        self.key = key
        self.note = note
    }
}
