package import Sealing
package import WarderCore

/// A copy of the database as it was at one moment, in a file that goes when this goes.
package struct DatabaseSnapshot: ~Copyable, Sendable {
    /// What the vault in the copy is built on: whose key slots a backup has to carry.
    package let foundation: Foundation
    /// Length of the copy in bytes.
    package let byteCount: UInt64
    private let facts: SnapshotFacts
    private let file: SnapshotFile
    private var offset: UInt64 = 0

    init(_ file: consuming SnapshotFile, _ facts: SnapshotFacts) throws(SnapshotError) {
        byteCount = try file.byteCount()
        foundation = facts.foundation
        self.facts = facts
        self.file = file
    }

    /// Where the copy lies, for as long as this lives. It needs no other file beside it.
    package var path: String { file.path }

    /// What a backup of the copy says about it.
    ///
    /// - Parameter program: version of this program.
    /// - Returns: the manifest.
    /// - Throws: ``BackupError/malformed`` for a version that no manifest can hold.
    package func manifest(program: String) throws(BackupError) -> BackupManifest {
        try BackupManifest(
            databaseBytes: byteCount,
            schema: facts.schema,
            newestEvent: facts.newestEvent,
            records: facts.records,
            values: facts.values,
            events: facts.events,
            program: program
        )
    }

    /// The next bytes of the copy, at most 64 KiB; `nil` at its end.
    package mutating func nextPiece() throws(SnapshotError) -> [UInt8]? {
        // Whoever asks for the next piece has handed the one before on.
        if offset > 0 { file.reached(.handed) }
        let piece = try file.bytes(at: offset, count: 1 << 16)
        offset += UInt64(piece.count)
        return piece.isEmpty ? nil : piece
    }
}
