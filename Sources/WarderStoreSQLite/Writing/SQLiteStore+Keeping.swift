import Dispatch
import Synchronization
package import WarderCore

extension SQLiteStore {
    /// Maintains the database whenever it needs it, and at least every `seconds`, until `stopKeeping`. Blocks: give it a thread of its own.
    ///
    /// - Parameter report: told of each failure; the log goes on growing then, and nothing is lost.
    package func keep(atLeastEvery seconds: Int, report: (StoreError) -> Void) {
        while !isKeepingOver.load(ordering: .acquiring) {
            _ = log.becameLong.wait(timeout: .now() + .seconds(seconds))
            guard !isKeepingOver.load(ordering: .acquiring) else { return }
            do throws(StoreError) { try maintain() } catch { report(error) }
            log.forgetAnnouncement()
        }
    }

    /// Lets `keep` return.
    package func stopKeeping() {
        isKeepingOver.store(true, ordering: .releasing)
        log.becameLong.signal()
    }
}
