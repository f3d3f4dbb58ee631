import SystemPackage
package import WarderModel

/// Whether a process that was attested once is still there.
package enum ProcessLife {
    /// `true` only for certain: its number is free, stands for another process, or it waits to be reaped.
    package static func hasEnded(_ process: ProcessIdentity) -> Bool {
        if !processExists(process.pid) { return true }
        guard process.startTime != 0, ProcessDirectory.isTrustworthy() else { return false }
        do throws(Errno) {
            let now = try ProcessDirectory(pid: process.pid, keepsStatus: true)
            if now.startTime != process.startTime { return true }
            return try now.status().hasEnded
        } catch {
            // It may have ended meanwhile, or `/proc` may hide it.
            return !processExists(process.pid)
        }
    }
}
