import CWarderLinux
import Glibc
import SystemPackage

/// Handles into `/proc/PID`, all opened at once and bound to that process: when it has gone they fail, even if another
/// process has its number by then.
struct ProcessDirectory: Sendable {
    let root: Descriptor
    /// Start of the process in clock ticks since boot.
    let startTime: UInt64
    // Kept open: reading again costs half of opening again, and fails all the same when the process has gone.
    private let controlGroup: Descriptor
    private let stat: Descriptor?

    private static let controlGroupLimit = 8192
    static let statLimit = 4096

    /// `status()` works only if `keepsStatus`.
    ///
    /// - Throws: `ENOENT` or `ESRCH` when there is no such process, or `/proc` hides it; `EACCES` or `EPERM` when it
    ///   hides the contents.
    init(pid: Int32, keepsStatus: Bool) throws(Errno) {
        root = try Descriptor.open("/proc/\(pid)", flags: WARDER_O_PATH | O_DIRECTORY | O_NOFOLLOW)
        controlGroup = try Descriptor.open("cgroup", in: root, flags: O_RDONLY)
        let stat = try Descriptor.open("stat", in: root, flags: O_RDONLY)
        startTime = try Self.status(from: stat).startTime
        self.stat = keepsStatus ? stat : nil
    }

    /// Whether `/proc` is the kernel's and speaks of this process's own PID namespace.
    static func isTrustworthy() -> Bool {
        guard let proc = try? Descriptor.open("/proc", flags: WARDER_O_PATH | O_DIRECTORY) else { return false }
        guard warder_is_procfs(proc.number) == 1 else { return false }
        return (try? linkTarget("self", in: proc)) == String(getpid())
    }

    /// The process's state now.
    ///
    /// - Throws: `ESRCH` when it has gone.
    func status() throws(Errno) -> ProcessStat {
        guard let stat else { throw .badFileDescriptor }
        return try Self.status(from: stat)
    }

    /// The parent of the process now.
    ///
    /// - Throws: `ESRCH` when it has gone.
    func parent() throws(Errno) -> Int32 {
        try Self.status(from: Descriptor.open("stat", in: root, flags: O_RDONLY)).parent
    }

    /// Effective user of the process now; `nil` when the file is odd.
    func effectiveUser() throws(Errno) -> UInt32? {
        // The line comes early; behind it there may be thousands of groups.
        let text = try Descriptor.open("status", in: root, flags: O_RDONLY).beginning(limit: Self.statLimit)
        return ProcessStat.effectiveUser(inStatus: text)
    }

    /// Text of `/proc/PID/cgroup`; `nil` when it is longer than any that names a unit.
    ///
    /// - Throws: `ESRCH` when the process has gone.
    func controlGroups() throws(Errno) -> [UInt8]? {
        let text = try controlGroup.beginning(limit: Self.controlGroupLimit)
        return text.count < Self.controlGroupLimit ? text : nil
    }

    private static func status(from stat: Descriptor) throws(Errno) -> ProcessStat {
        guard let parsed = ProcessStat(parsing: try stat.beginning(limit: statLimit)) else { throw .noSuchProcess }
        return parsed
    }
}
