import GRDB
import GRDBSQLite

/// Asks, while the engine is busy with a long statement, whether anybody still wants it.
final class CancellationWatch {
    /// Steps of the engine between two questions: a hundred rows.
    private static let stride: Int32 = 500

    private let isCancelled: @Sendable () -> Bool

    init(_ isCancelled: @escaping @Sendable () -> Bool) { self.isCancelled = isCancelled }

    /// Runs what may take one long statement, and calls `tick` many times a second meanwhile.
    ///
    /// - Throws: what `body` throws.
    static func ticking(
        _ database: Database,
        _ tick: @escaping @Sendable () -> Void,
        _ body: () throws -> Void
    ) throws {
        let watch = CancellationWatch {
            tick()
            return false
        }
        try watch.during(database, body)
    }

    /// - Throws: what `body` throws: `SQLITE_INTERRUPT` when the answer was yes.
    func during(_ database: Database, _ body: () throws -> Void) throws {
        unsafe sqlite3_progress_handler(
            database.sqliteConnection,
            Self.stride,
            { context in
                guard let context = unsafe context else { return 0 }
                return unsafe Unmanaged<CancellationWatch>.fromOpaque(context).takeUnretainedValue().isCancelled()
                    ? 1 : 0
            },
            unsafe Unmanaged.passUnretained(self).toOpaque()
        )
        defer {
            unsafe sqlite3_progress_handler(database.sqliteConnection, 0, nil, nil)
            withExtendedLifetime(self) {}
        }
        try body()
    }
}
