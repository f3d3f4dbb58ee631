import GRDB

/// Connections of the kinds that the store needs, each set up alike wherever they must agree.
enum Connection {
    enum Role: String {
        case writer, checkpointer, reader
    }

    /// - Throws: `DatabaseError`; its code is `SQLITE_NOTADB` for a file that is none.
    static func open(_ path: String, as role: Role) throws -> DatabaseQueue {
        try DatabaseQueue(path: path, configuration: configuration(role))
    }

    private static func configuration(_ role: Role) -> Configuration {
        var configuration = Configuration()
        configuration.label = "warder.database.\(role.rawValue)"
        configuration.readonly = role == .reader
        configuration.foreignKeysEnabled = true
        // Nobody else uses the database, so that waiting helps against chance visitors only, such as a copying sqlite3.
        configuration.busyMode = .timeout(1)
        // A transaction that cannot be ended, because the disk is gone, must not end the process.
        configuration.allowsUnsafeTransactions = true
        let pragmas = pragmas(role)
        configuration.prepareDatabase { database in try database.execute(sql: pragmas) }
        return configuration
    }

    private static func pragmas(_ role: Role) -> String {
        // A negative cache size is in KiB. Pages are read into the cache, never mapped: a file that shrinks or a disk
        // that fails is an error then, and not a signal.
        let common = """
            PRAGMA trusted_schema = OFF;
            PRAGMA cell_size_check = ON;
            PRAGMA mmap_size = 0;
            PRAGMA temp_store = MEMORY;
            PRAGMA cache_size = \(role == .writer ? -2048 : -1024);
            """
        guard role != .reader else { return common }
        return common + """
            PRAGMA secure_delete = ON;
            PRAGMA synchronous = FULL;
            PRAGMA wal_autocheckpoint = 0;
            PRAGMA journal_size_limit = \(WriteAheadLog.byteLimit);
            """
    }
}
