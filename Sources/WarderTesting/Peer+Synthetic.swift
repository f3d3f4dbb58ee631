package import WarderModel

extension Peer {
    /// A process as the kernel might describe it; every part can be another.
    package static func synthetic(
        uid: UInt32 = 2000,
        pid: Int32 = 4711,
        gid: UInt32? = nil,
        groups: [UInt32] = [],
        startTime: UInt64 = 88_000,
        pidfdInode: UInt64? = 555,
        unit: String? = nil,
        executable: Executable? = nil,
        attestation: Attestation = .pidfd
    ) -> Peer {
        Peer(
            pid: pid,
            uid: uid,
            gid: gid ?? uid,
            groups: groups,
            startTime: startTime,
            pidfdInode: pidfdInode,
            unit: unit,
            executable: executable,
            attestation: attestation
        )
    }
}
