import Foundation
import Glibc
import Locking

/// What a rehearsal must not leave behind: the daemon of its vault, and the folder. They go once, whichever way it ends.
final class Leftovers: Sendable {
    private struct State {
        var folder: String?
        /// The daemon's number, and a descriptor that is readable once it has ended. While it stands here nobody has waited
        /// for it, so that the number is no other process's.
        var daemon: (pid: Int32, ended: Int32)?
        var isInterrupted = false
    }

    private let state = Locked(State())

    func watch(folder: String) { state.withLock { $0.folder = folder } }

    func watch(daemon pid: Int32, ended: Int32) { state.withLock { $0.daemon = (pid, ended) } }

    /// The daemon has ended and is about to be waited for.
    func forgetDaemon() { state.withLock { $0.daemon = nil } }

    /// In the thread that awaits signals, right before one ends this process.
    func clearBeforeSignal() {
        state.withLock { state in
            state.isInterrupted = true
            Self.clear(&state)
        }
    }

    /// Ends the daemon and takes the folder away. Does not return where a signal is about to end this process, so that
    /// nothing is said of a vault that went away meanwhile.
    func clear() {
        let isInterrupted = state.withLock { state in
            if !state.isInterrupted { Self.clear(&state) }
            return state.isInterrupted
        }
        while isInterrupted { sleep(1) }
    }

    private static func clear(_ state: inout State) {
        if let daemon = state.daemon {
            kill(daemon.pid, SIGKILL)
            var entry = pollfd(fd: daemon.ended, events: Int16(POLLIN), revents: 0)
            while unsafe poll(&entry, 1, -1) < 0, errno == EINTR {}
        }
        state.daemon = nil
        if let folder = state.folder { try? FileManager.default.removeItem(atPath: folder) }
        state.folder = nil
    }
}
