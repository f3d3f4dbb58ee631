import CWarderLinux
import Glibc
package import SystemPackage

/// Processes below this one, whoever started them.
package enum Descendants {
    /// From now on, whatever loses its parent below this process becomes its child, and can be found.
    package static func adopt() throws(Errno) {
        try checked(warder_become_subreaper())
    }

    /// The processes whose parent this process is, those included that have ended and were not waited for.
    package static func children() -> ListedChildren {
        var found = ListedChildren()
        for thread in threads() { found.add(ListedChildren(reading: "/proc/self/task/\(thread)/children")) }
        return found
    }

    /// Kills and waits for every child but those named, until there is none.
    ///
    /// A process that is killed leaves its own children to this one, so that after enough rounds nothing is left, not
    /// even of what had made itself independent. What forks faster than it is killed is given up on after `rounds`.
    ///
    /// - Returns: Whether there is none any more; not where it cannot be known.
    @discardableResult
    package static func end(sparing spared: Set<Int32> = [], rounds: Int = 10_000) -> Bool {
        for _ in 0..<rounds {
            let listed = children()
            let others = listed.pids.filter { !spared.contains($0) }
            if others.isEmpty && listed.isWhole { return true }
            // First all of them stop, so that few are left that can go on forking.
            for pid in others { kill(pid, SIGSTOP) }
            for pid in others { kill(pid, SIGKILL) }
            for pid in others {
                var status: Int32 = 0
                while unsafe waitpid(pid, &status, 0) < 0, errno == EINTR {}
            }
        }
        return false
    }

    private static func threads() -> [Int32] {
        guard let directory = unsafe opendir("/proc/self/task") else { return [] }
        defer { unsafe closedir(directory) }
        var numbers: [Int32] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { unsafe Array($0.prefix { $0 != 0 }) }
            if let number: Int32 = decimal(name) { numbers.append(number) }
        }
        return numbers
    }
}
