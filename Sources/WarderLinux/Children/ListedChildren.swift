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
            isWhole = false
            return
        }
        isWhole = bytes.count <= Self.maximumBytes
        let end = isWhole ? bytes.count : bytes.lastIndex(of: UInt8(ascii: " ")) ?? 0
        pids = bytes[..<end].split(separator: UInt8(ascii: " ")).compactMap { decimal($0) }
    }

    mutating func add(_ other: ListedChildren) {
        pids += other.pids
        isWhole = isWhole && other.isWhole
    }
}
