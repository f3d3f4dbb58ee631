import CWarderLinux
import Glibc
package import SystemPackage

/// Takes from this process what would let its memory leak. The first thing the daemon does.
///
/// Being not dumpable is lost at execve(2), and whoever executes the daemon cannot set it for it: every program applies
/// it anew, before the first secret is in memory. Best from the main thread before there are others.
package enum ProcessHardening {
    /// One measure.
    package enum Measure: String, Hashable, Sendable, CaseIterable {
        /// No mapping is written, should a core file be written after all.
        case coreDumpFilter
        /// A crash ends the process. Swift's runtime would run a program that prints stack, registers and memory of
        /// this one; and because that program may not look at a process that is not dumpable, the crashed daemon would
        /// hang for ever.
        case crashHandlers
        /// Soft and hard limit of core files are 0.
        case coreFileLimit
        /// Nothing is executed any more, nobody connected to, no socket made but Unix ones, and no other process looked
        /// into.
        case confinement
        /// Files are created for their owner alone.
        case fileCreationMask
        /// Nothing executed from here gains privileges.
        case noNewPrivileges
        /// No core file, no ptrace and no `/proc/PID/mem` for other processes of the same user.
        case notDumpable
    }

    /// A measure that the kernel refused; the process should not go on.
    package struct Failure: Error, Hashable, Sendable {
        package var measure: Measure
        package var reason: Errno
    }

    /// Applies every measure.
    ///
    /// - Returns: What could not be had and can be done without: `.coreDumpFilter`, where `/proc` is read-only.
    /// - Throws: The first measure that failed and is required.
    package static func apply() throws(Failure) -> Set<Measure> {
        var missing: Set<Measure> = []
        // First, because the file belongs to root as soon as the process is not dumpable.
        if !clearCoreDumpFilter() { missing.insert(.coreDumpFilter) }
        try require(.crashHandlers, warder_reset_crash_handlers())
        try require(.coreFileLimit, warder_forbid_core_files())
        umask(0o077)
        try renouncePrivileges()
        try require(.notDumpable, warder_clear_dumpable())
        return missing
    }

    /// Gives up executing programs, reaching networks, connecting to other programs and looking into them, for good, on
    /// every thread. After ``apply()``, and after the last program was started. Whoever connects to this process is still
    /// served, and datagrams go where they went.
    ///
    /// - Throws: where the kernel, or a service manager's own filter of system calls, does not allow it.
    package static func confine() throws(Failure) {
        try require(.confinement, warder_confine())
    }

    private static func require(_ measure: Measure, _ result: Int32) throws(Failure) {
        do throws(Errno) {
            try checked(result)
        } catch {
            throw Failure(measure: measure, reason: error)
        }
    }

    /// Whoever was started without the means to gain privileges has handed that down to every thread. It is what the
    /// daemon's unit does, and its system call filter refuses what would spread the attribute: systemd's
    /// `@system-service` has no seccomp(2).
    private static func renouncePrivileges() throws(Failure) {
        let isInherited = warder_has_no_new_privileges() == 1
        try require(.noNewPrivileges, warder_set_no_new_privileges())
        guard !isOnlyThread() else { return }
        let result = warder_spread_no_new_privileges()
        if result != -EPERM || !isInherited { try require(.noNewPrivileges, result) }
    }

    /// The attribute belongs to a thread, and is handed down to those that it starts.
    private static func isOnlyThread() -> Bool {
        ProcFile.read("/proc/self/status")?.split(separator: UInt8(ascii: "\n"))
            .contains { $0.elementsEqual("Threads:\t1".utf8) } ?? false
    }

    private static func clearCoreDumpFilter() -> Bool {
        guard let file = try? Descriptor.open("/proc/self/coredump_filter", flags: O_WRONLY) else { return false }
        return unsafe write(file.number, "0", 1) == 1
    }
}
