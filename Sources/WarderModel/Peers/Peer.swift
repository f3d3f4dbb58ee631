/// A process on the other end of a Unix socket, as the kernel describes it. Nothing in it comes from the peer's own
/// words.
package struct Peer: Hashable, Sendable {
    /// How much the kernel could confirm, weakest first.
    package enum Attestation: String, Comparable, Codable, Sendable, CaseIterable {
        /// User and groups only.
        case uid
        /// The process, by its directory in `/proc` and its start time, checked again after use.
        case starttime
        /// The process, by a pidfd taken from the socket (Linux 6.5 and later).
        case pidfd

        package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

        private var rank: Int {
            switch self {
            case .uid: 0
            case .starttime: 1
            case .pidfd: 2
            }
        }
    }

    /// What is known of the launchers above a process.
    package enum WayUp: Hashable, Sendable {
        /// Whether there is one, and which.
        case known
        /// Nothing at this moment: who lies above could not be read. Asked again, it may be known.
        case unknown
        /// Nothing, now and later: more processes lie above than are looked at.
        case tooLong
    }

    package var pid: Int32
    package var uid: UInt32
    package var gid: UInt32
    /// Supplementary groups from the socket (`SO_PEERGROUPS`), ascending.
    package var groups: [UInt32]
    /// Start of the process in clock ticks since boot (`/proc/PID/stat`, field 22); with `pid` it names a process once
    /// per boot.
    package var startTime: UInt64
    /// Inode of the pidfd where there is one: unique for a process within a boot since Linux 6.9.
    package var pidfdInode: UInt64?
    /// First `.service` or `.scope` of the control group, unescaped never; `nil` outside systemd and below
    /// `user@UID.service`.
    package var unit: String?
    /// Executable, where the kernel lets the daemon read it.
    package var executable: Executable?
    package var attestation: Attestation
    /// The launch that the process belongs to: that of the nearest launcher above it.
    package var launch: LaunchMembership?
    /// Where that is not known, it belongs to no launch, and starts none.
    package var wayUp: WayUp

    package init(
        pid: Int32,
        uid: UInt32,
        gid: UInt32,
        groups: [UInt32] = [],
        startTime: UInt64,
        pidfdInode: UInt64? = nil,
        unit: String? = nil,
        executable: Executable? = nil,
        attestation: Attestation,
        launch: LaunchMembership? = nil,
        wayUp: WayUp = .known
    ) {
        self.pid = pid
        self.uid = uid
        self.gid = gid
        self.groups = groups
        self.startTime = startTime
        self.pidfdInode = pidfdInode
        self.unit = unit
        self.executable = executable
        self.attestation = attestation
        self.launch = launch
        self.wayUp = wayUp
    }

    /// Whether a launcher started it, or nobody can tell: then it starts no launch itself.
    package var isBelowLauncher: Bool { wayUp != .known || (launch.map { $0.part != .launcher } ?? false) }

    /// Why a process that is found to speak for no server gets nothing: it may well be in a launch that nobody can see.
    package var refusalOfStranger: Refusal { wayUp == .unknown ? .wayUpUnknown : .unknownPeer }

    /// An executable file as seen through `/proc/PID/exe`.
    package struct Executable: Hashable, Sendable {
        /// Path, only where the same file lies at that path for the daemon too (device and inode agree): a peer in its
        /// own mount namespace chooses its path string freely.
        package var path: String?
        package var device: UInt64
        package var inode: UInt64
        /// Lowercase hex; `nil` unless a registered server asks for a hash, or when the file is larger than the limit.
        package var sha256: String?

        package init(path: String?, device: UInt64, inode: UInt64, sha256: String?) {
            self.path = path
            self.device = device
            self.inode = inode
            self.sha256 = sha256
        }
    }

    /// The process, whatever it has become since: what tokens are bound to.
    package var process: ProcessIdentity {
        ProcessIdentity(pid: pid, startTime: startTime, pidfdInode: pidfdInode, uid: uid, unit: unit)
    }
}

/// What a token is bound to: one process of one boot, with its user and unit.
package struct ProcessIdentity: Hashable, Sendable, Codable {
    package var pid: Int32
    package var startTime: UInt64
    package var pidfdInode: UInt64?
    package var uid: UInt32
    package var unit: String?

    package init(pid: Int32, startTime: UInt64, pidfdInode: UInt64?, uid: UInt32, unit: String?) {
        self.pid = pid
        self.startTime = startTime
        self.pidfdInode = pidfdInode
        self.uid = uid
        self.unit = unit
    }
}
