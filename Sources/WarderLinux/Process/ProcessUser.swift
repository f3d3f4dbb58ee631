/// Whose processes are.
package enum ProcessUser {
    /// Effective user of a process; `nil` when it has ended or the kernel hides it. Its number may have become another
    /// process's meanwhile: whoever asks looks after that whether it still stands for the one that was meant.
    package static func effective(of pid: Int32) -> UInt32? {
        ProcFile.read("/proc/\(pid)/status").flatMap { ProcessStat.effectiveUser(inStatus: $0) }
    }
}
