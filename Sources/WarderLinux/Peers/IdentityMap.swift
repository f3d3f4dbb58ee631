/// Which user and group numbers of peers mean something in the daemon's user namespace.
///
/// The kernel shows every id that the namespace does not map as the overflow id, 65534. In the initial namespace that
/// number is a real user; anywhere else it stands for everybody.
package struct IdentityMap: Hashable, Sendable {
    /// Never a user or group: what the kernel gives where there is none.
    static let invalid = UInt32.max

    private let meaninglessUser: UInt32?
    private let meaninglessGroup: UInt32?

    /// - Parameters:
    ///   - userMap: Text of `/proc/self/uid_map`; `nil` when unreadable, which counts as a namespace that maps nothing.
    ///   - groupMap: Text of `/proc/self/gid_map`, likewise.
    ///   - overflowUser: `/proc/sys/kernel/overflowuid`.
    ///   - overflowGroup: `/proc/sys/kernel/overflowgid`.
    package init(
        userMap: [UInt8]?,
        groupMap: [UInt8]?,
        overflowUser: UInt32 = 65534,
        overflowGroup: UInt32 = 65534
    ) {
        meaninglessUser = Self.mapsEveryID(userMap ?? []) ? nil : overflowUser
        meaninglessGroup = Self.mapsEveryID(groupMap ?? []) ? nil : overflowGroup
    }

    /// The map of this process; does not change while it runs.
    package static func ofThisProcess() -> IdentityMap {
        func number(_ path: String) -> UInt32 {
            ProcFile.read(path).flatMap { decimal($0.prefix { $0 != UInt8(ascii: "\n") }) } ?? 65534
        }
        return IdentityMap(
            userMap: ProcFile.read("/proc/self/uid_map"),
            groupMap: ProcFile.read("/proc/self/gid_map"),
            overflowUser: number("/proc/sys/kernel/overflowuid"),
            overflowGroup: number("/proc/sys/kernel/overflowgid")
        )
    }

    /// Lets credentials through that name one process, one user and one group.
    ///
    /// - Throws: `.noPeerProcess` for a process number of 0 or less, `.unmappedIdentity` for a user or group without
    ///   meaning.
    package func admit(_ credentials: PeerCredentials) throws(AttestationError) {
        guard credentials.pid > 0 else { throw .noPeerProcess }
        guard credentials.uid != Self.invalid, credentials.uid != meaninglessUser else { throw .unmappedIdentity }
        guard credentials.gid != Self.invalid, credentials.gid != meaninglessGroup else { throw .unmappedIdentity }
    }

    /// The groups that mean something, ascending, each once. The others are left out: a group that nobody can name
    /// grants nothing.
    package func confirmed(_ groups: [UInt32]) -> [UInt32] {
        Set(groups).subtracting([Self.invalid]).filter { $0 != meaninglessGroup }.sorted()
    }

    /// Whether the lines `inside outside count` leave no number unmapped; 4294967295 is none.
    private static func mapsEveryID(_ map: [UInt8]) -> Bool {
        var total: UInt64 = 0
        for line in map.split(separator: UInt8(ascii: "\n")) {
            let fields = line.split(separator: UInt8(ascii: " "))
            guard fields.count == 3, let count = decimal(fields[2], as: UInt32.self) else { return false }
            total += UInt64(count)
        }
        return total == UInt64(UInt32.max)
    }
}
