import Foundation
import Glibc

/// A session that holds a lock.
package final class HeldSession {
    let process = Process()
    let input = Pipe()

    /// Ends it; what it did is taken back.
    package func release() {
        guard process.isRunning else { return }
        // The mask of the thread that started it may keep politer signals away.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    deinit { release() }
}
