import GRDB
import WarderCore

/// Lets the engine look through a whole database: its pages, its indexes, what its definitions promise of its rows.
enum DatabaseCheck {
    /// Calls `isGoingOn` many times a second.
    ///
    /// - Throws: `StoreError.damaged` when it finds something.
    static func run(_ database: Database, isGoingOn: @escaping @Sendable () -> Void) throws {
        try CancellationWatch.ticking(database, isGoingOn) {
            guard try String.fetchOne(database, sql: "PRAGMA integrity_check(1)") == "ok",
                try Row.fetchOne(database, sql: "PRAGMA foreign_key_check") == nil
            else { throw StoreError.corrupt }
        }
    }
}
