import Glibc

/// The processes that this one started, and those that they started: its tree.
///
/// Where this process adopts what loses its parent (``Descendants/adopt()``), nothing leaves the tree but by ending.
package enum ProcessesBelow {
    /// One process; the number alone may be another's tomorrow.
    package struct Identity: Hashable, Sendable {
        /// Its number.
        package let pid: Int32
        /// Clock ticks since boot.
        package let startTime: UInt64
    }

    /// Parents between a process and this one.
    private static let mostSteps = 64
    private static let mostProcesses = 4_096
    private static let mostDescriptors = 65_536

    /// A process of the tree that has this socket open; `nil` where none has, or its descriptors cannot be read.
    ///
    /// This process itself does not count.
    package static func holder(of socket: LoopbackConnection.Socket) -> Identity? {
        let target = "socket:[\(socket.inode)]"
        var waiting = children(of: getpid())
        var seen: Set<Int32> = []
        while let pid = waiting.popLast(), seen.count < mostProcesses {
            guard seen.insert(pid).inserted else { continue }
            if let before = identity(pid), hasOpen(target, pid), isBelow(before) { return before }
            waiting += children(of: pid)
        }
        return nil
    }

    /// Whether the process still is what it was, and its parents lead here: each was there before what it started.
    package static func isBelow(_ process: Identity) -> Bool {
        guard let own = identity(getpid()) else { return false }
        var chain = [process]
        for _ in 0..<mostSteps {
            guard let last = chain.last, let stat = stat(last.pid), stat.startTime == last.startTime else {
                return false
            }
            guard stat.parent > 0, let parent = identity(stat.parent), parent.startTime <= last.startTime else {
                return false
            }
            if parent == own {
                // Read again, now that the whole way is known: none may have ended and been replaced meanwhile.
                return chain.allSatisfy { identity($0.pid) == $0 }
            }
            chain.append(parent)
        }
        return false
    }

    private static func stat(_ pid: Int32) -> ProcessStat? {
        ProcFile.read("/proc/\(pid)/stat").flatMap { ProcessStat(parsing: $0) }
    }

    private static func identity(_ pid: Int32) -> Identity? {
        guard let stat = stat(pid), !stat.hasEnded else { return nil }
        return Identity(pid: pid, startTime: stat.startTime)
    }

    private static func children(of pid: Int32) -> [Int32] {
        names(in: "/proc/\(pid)/task", limit: mostProcesses).flatMap { thread in
            ListedChildren(reading: "/proc/\(pid)/task/\(thread)/children").pids
        }
    }

    private static func hasOpen(_ target: String, _ pid: Int32) -> Bool {
        guard let directory = try? Descriptor.open("/proc/\(pid)/fd", flags: O_RDONLY | O_DIRECTORY) else {
            return false
        }
        return names(in: "/proc/\(pid)/fd", limit: mostDescriptors).contains { name in
            (try? linkTarget(String(name), in: directory)) == target
        }
    }

    /// Entries of a directory whose names are numbers.
    private static func names(in path: String, limit: Int) -> [Int32] {
        guard let directory = unsafe opendir(path) else { return [] }
        defer { unsafe closedir(directory) }
        var numbers: [Int32] = []
        while numbers.count < limit, let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { unsafe Array($0.prefix { $0 != 0 }) }
            if let number: Int32 = decimal(name) { numbers.append(number) }
        }
        return numbers
    }
}
