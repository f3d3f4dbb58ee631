import Glibc

/// The file that SQLite will open. SQLite itself would take any file that it may open, and make one that the whole
/// world can read.
enum DatabaseFile {
    /// Makes the file where it is missing, and makes sure that it is its owner's alone.
    ///
    /// Looks at names only and opens nothing that is there already: to close a descriptor of a database would release
    /// the locks that the process holds on it (https://www.sqlite.org/howtocorrupt.html, 2.2).
    ///
    /// - Returns: whether there is something in its write-ahead log.
    static func prepare(at path: String) throws(OpeningError) -> Bool {
        guard path.hasPrefix("/"), !path.utf8.contains(0), let slash = path.lastIndex(of: "/"), path.last != "/" else {
            throw .unusablePath
        }
        let directory = try status(of: slash == path.startIndex ? "/" : String(path[..<slash]), followingLinks: true)
        guard let directory, directory.st_mode & S_IFMT == S_IFDIR else { throw .noDirectory }
        guard directory.st_mode & 0o077 == 0 else { throw .openDirectory(mode: directory.st_mode & 0o7777) }
        guard try !hasLogAlone(path) else { throw .logAlone }
        try create(path)
        // SQLite gives the two others the mode of the first.
        for suffix in ["", "-wal", "-shm"] {
            if let file = try status(of: path + suffix, followingLinks: false) { try check(file) }
        }
        return try status(of: path + "-wal", followingLinks: false).map { $0.st_size > 0 } ?? false
    }

    /// Whether nothing is left of a database but its write-ahead log. The engine takes that for the log of another, and
    /// removes it. A file of one byte is empty to it as well.
    static func hasLogAlone(_ path: String) throws(OpeningError) -> Bool {
        let database = try status(of: path, followingLinks: false)
        let log = try status(of: path + "-wal", followingLinks: false)
        return (database?.st_size ?? 0) <= 1 && (log?.st_size ?? 0) > LogFile.headerBytes
    }

    private static func create(_ path: String) throws(OpeningError) {
        let file = unsafe open(path, O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0o600)
        if file >= 0 {
            _ = Glibc.close(file)
        } else if errno != EEXIST {
            throw .kernel(code: errno)
        }
    }

    private static func check(_ file: stat) throws(OpeningError) {
        guard file.st_mode & S_IFMT == S_IFREG else { throw .notAFile }
        guard file.st_uid == geteuid() else { throw .foreignFile(uid: file.st_uid) }
        guard file.st_mode & 0o177 == 0 else { throw .openFile(mode: file.st_mode & 0o7777) }
    }

    /// `nil` when there is nothing of that name.
    private static func status(of path: String, followingLinks: Bool) throws(OpeningError) -> stat? {
        var status = stat()
        let result = unsafe followingLinks ? stat(path, &status) : lstat(path, &status)
        if result == 0 { return status }
        guard errno == ENOENT else { throw .kernel(code: errno) }
        return nil
    }
}
