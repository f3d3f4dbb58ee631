import Dispatch
import Synchronization
package import WarderCore

extension SQLiteStore {
    /// Maintains the database whenever it needs it, and at least every `seconds`, until `stopKeeping`. Blocks: give
    /// it a thread of its own.
    ///
    /// - Parameters:
    ///   - seconds: how long it may rest while there is nothing to do.
    ///   - report: told of each failure; the log goes on growing then, and nothing is lost.
    package func keep(atLeastEvery seconds: Int, report: (StoreError) -> Void) {
        while !isKeepingOver.load(ordering: .acquiring) {
            // What could not be done is tried again soon, and not with each commit: a reader or the disk holds it up.
            _ = log.becameLong.wait(timeout: .now() + .seconds(needsMaintenance ? min(1, seconds) : seconds))
            guard !isKeepingOver.load(ordering: .acquiring) else { return }
            do throws(StoreError) { try maintain() } catch { report(error) }
            if !log.isLong { log.forgetAnnouncement() }
        }
    }

    /// Lets `keep` return.
    package func stopKeeping() {
        isKeepingOver.store(true, ordering: .releasing)
        log.becameLong.signal()
    }
}
