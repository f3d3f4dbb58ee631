import Foundation
import Glibc
import WarderLinux

/// Why the worker cannot begin.
struct WorkerStartError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// What the worker and the processes of its jobs do first.
enum WorkerProcess {
    /// Keeps secrets out of core files and away from other processes of the user; adopts what its hooks leave behind.
    static func harden() throws(WorkerStartError) {
        do throws(ProcessHardening.Failure) { _ = try ProcessHardening.apply() } catch {
            throw WorkerStartError("the process cannot be hardened (\(error.measure.rawValue): \(error.reason))")
        }
        // A hook that does not read, and a daemon that goes away, are no reason to end.
        signal(SIGPIPE, SIG_IGN)
        do { try Descendants.adopt() } catch {
            throw WorkerStartError("the process cannot adopt what its hooks leave behind (\(error))")
        }
    }

    /// When this process is told to end, as by its parent's death, everything below it ends first, what has made itself
    /// independent included. To be called before there are other threads, which begin with the same mask.
    static func endWithDescendantsWhenTold(status: Int32) {
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe sigaddset(&signals, SIGTERM)
        unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
        let awaited = signals
        Thread {
            var (set, number) = (awaited, Int32(0))
            while unsafe sigwait(&set, &number) != 0 {}
            Descendants.end()
            _exit(status)
        }
        .start()
    }

    /// One line for the journal.
    static func say(_ text: String) {
        FileHandle.standardError.write(Data("warder-worker: \(text)\n".utf8))
    }
}
