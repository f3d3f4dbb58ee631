import WarderCrypto

/// What a backup says about the database in it. Sealed. docs/formats/backup.md.
package struct BackupManifest: Hashable, Sendable {
    /// Length of the database in bytes.
    package let databaseBytes: UInt64
    /// Number of the database's schema.
    package let schema: UInt32
    /// Number of the newest event in the log; 0 when there is none.
    package let newestEvent: UInt64
    /// Records: nouns, without values.
    package let records: UInt64
    /// Values that are not destroyed.
    package let values: UInt64
    /// Events that retention has left.
    package let events: UInt64
    /// Version of the program that wrote the backup: 1 to 64 printable characters of ASCII, no space.
    package let program: String

    /// - Throws: ``BackupError/malformed`` for another spelling of `program`, and for a database that no backup can
    ///   hold.
    package init(
        databaseBytes: UInt64,
        schema: UInt32,
        newestEvent: UInt64,
        records: UInt64,
        values: UInt64,
        events: UInt64,
        program: String
    ) throws(BackupError) {
        guard (1...64).contains(program.utf8.count), program.utf8.allSatisfy({ (0x21...0x7e).contains($0) }),
            databaseBytes <= BackupFormat.maximumDatabaseBytes
        else { throw .malformed }
        self.databaseBytes = databaseBytes
        self.schema = schema
        self.newestEvent = newestEvent
        self.records = records
        self.values = values
        self.events = events
        self.program = program
    }

    /// Length of the sealed content: manifest, database, digest.
    var contentBytes: UInt64 { UInt64(encoded.count) + databaseBytes + UInt64(SHA256Digest.byteCount) }

    var encoded: [UInt8] {
        bigEndianBytes(databaseBytes) + bigEndianBytes(schema) + bigEndianBytes(newestEvent) + bigEndianBytes(records)
            + bigEndianBytes(values) + bigEndianBytes(events) + [UInt8(program.utf8.count)] + Array(program.utf8)
    }

    /// Reads the manifest that the cursor stands before, and no further.
    init(_ cursor: inout ByteCursor) throws(BackupError) {
        let databaseBytes: UInt64 = try cursor.number()
        let schema: UInt32 = try cursor.number()
        let newestEvent: UInt64 = try cursor.number()
        let records: UInt64 = try cursor.number()
        let values: UInt64 = try cursor.number()
        let events: UInt64 = try cursor.number()
        try self.init(
            databaseBytes: databaseBytes,
            schema: schema,
            newestEvent: newestEvent,
            records: records,
            values: values,
            events: events,
            program: try cursor.text()
        )
    }
}
