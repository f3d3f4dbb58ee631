import Glibc
import SystemPackage
import WarderStoreSQLite

/// The first page of the copy that is looked at: what is known of it without the file is put right.
enum FirstPage {
    /// Makes the file where there is none; the write-ahead log may have all of its pages.
    ///
    /// - Parameters:
    ///   - path: The copy, in a directory of this user's alone.
    ///   - trustsSchema: Whether a schema is believed that is newer by a little.
    /// - Returns: what it was, and is now.
    /// - Throws: `failed`.
    @discardableResult
    static func mend(_ path: String, trustsSchema: Bool = true) throws(BackupStop) -> DatabaseHeader {
        do {
            let file = try FileDescriptor.open(
                FilePath(path),
                .readWrite,
                options: [.create, .noFollow, .closeOnExec],
                permissions: .ownerReadWrite
            )
            defer { try? file.close() }
            let header = DatabaseHeader(
                try FileImage.read(file.rawValue, 0, DatabaseHeader.pageBytes),
                newest: Daemon.migrations.last?.number ?? 0,
                trustsSchema: trustsSchema
            )
            try file.writeAll(toAbsoluteOffset: 0, header.page)
            return header
        } catch { throw FileImage.unwritable((error as? Errno)?.rawValue ?? EIO) }
    }

    /// What has to be known of it, for people.
    ///
    /// `byteCount`: how long the file is. `hasLog`: whether a write-ahead log has what is newer than the file.
    static func remarks(on header: DatabaseHeader, byteCount: Int, hasLog: Bool) -> [String] {
        guard byteCount > 1 else {
            return ["The database is empty or gone: what there is comes from its write-ahead log alone, vault.db-wal."]
        }
        var remarks: [String] = []
        if header.isDamaged {
            remarks.append("The database's header is damaged; what every one has there was put right in the copy.")
        }
        let pages = (byteCount + DatabaseHeader.pageBytes - 1) / DatabaseHeader.pageBytes
        if !hasLog, pages < header.pageCount {
            remarks.append("Its header says that it has \(header.pageCount) pages; the file ends after \(pages).")
        }
        return remarks
    }
}
