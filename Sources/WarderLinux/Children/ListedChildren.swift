import Glibc

/// Numbers of children, as the kernel lists them below `/proc`: where it does not, or there are more of them than fit,
/// that is not the same as none.
package struct ListedChildren {
    /// Of one list, in bytes: some ten thousand numbers.
    private static let maximumBytes = 1 << 18

    /// Each is a whole number; what was cut off is left out.
    package private(set) var pids: [Int32] = []
    /// Whether there are no others.
    package private(set) var isWhole = true

    init() {}

    /// Those of one thread.
    init(reading path: String) {
        guard let bytes = try? Descriptor.open(path, flags: O_RDONLY).prefix(Self.maximumBytes + 1) else {
            self.init()
            isWhole = false
            return
        }
        self.init(parsing: bytes)
    }

    /// The numbers of a list, each with a space behind it (proc_pid_task_tid_children(5)).
    init(parsing bytes: [UInt8]) {
        let isCut = bytes.count > Self.maximumBytes
        let end = isCut ? bytes.lastIndex(of: UInt8(ascii: " ")) ?? 0 : bytes.count
        let words = bytes[..<end].split(separator: UInt8(ascii: " "))
        // 0 is a process that has no number here; a signal to it would go to this process and its whole group.
        pids = words.compactMap { decimal($0) }.filter { $0 > 0 }
        isWhole = !isCut && pids.count == words.count
    }

    mutating func add(_ other: ListedChildren) {
        pids += other.pids
        isWhole = isWhole && other.isWhole
    }
}
