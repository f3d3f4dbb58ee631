import Logging
import SystemPackage
import WarderLinux
import WarderStoreSQLite

/// Opens the database: makes it, or migrates it, where that is needed.
struct DatabaseOpening {
    let path: String
    let migrations: [Migration]
    let logger: Logger
    let notification: ServiceNotification?

    /// - Throws: `StartError`.
    func open() throws(StartError) -> SQLiteStore {
        // What a killed daemon left of a copy is as large as the database, and takes the room that the next one needs.
        // That it stays is no reason not to start.
        try? SQLiteStore.removeLeftSnapshots(in: FilePath(path).removingLastComponent().string)
        let narrator = OpeningNarrator(logger: logger, notification: notification)
        let store: SQLiteStore
        do throws(OpeningError) {
            store = try SQLiteStore(path: path, migrations: migrations) { narrator.tell($0) }
        } catch .store(let error) {
            throw StartError(starting: error, path)
        } catch {
            throw StartError(error, path)
        }
        for copy in CopiesBeforeMigrations.list(of: path) {
            logger.notice(
                "a copy of the database from before an upgrade is kept; remove it when you will not go back",
                metadata: ["copy": "\(copy)"]
            )
        }
        return store
    }
}
