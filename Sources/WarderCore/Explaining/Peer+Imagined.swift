import WarderModel

extension Peer {
    /// A process as a server's conditions ask for, confirmed by the kernel as well as it can be: who would have to ask.
    ///
    /// Where the conditions name no user it has one that nobody has.
    static func imagined(as server: Server?, asking tool: ToolName) -> Peer {
        let conditions = server?.selectors ?? Selectors()
        var executable: Executable?
        if conditions.executable != nil || conditions.executableSHA256 != nil {
            executable = Executable(
                path: conditions.executable,
                device: 0,
                inode: 0,
                sha256: conditions.executableSHA256
            )
        }
        var peer = Peer(
            pid: 0,
            uid: conditions.uid ?? .max,
            gid: conditions.gid ?? .max,
            groups: conditions.group.map { [$0] } ?? [],
            startTime: 0,
            unit: conditions.unit,
            executable: executable,
            attestation: .pidfd
        )
        if let server, conditions.isLaunched {
            peer.launch = LaunchMembership(
                id: LaunchID(random: server.id),
                server: server.name,
                conditions: conditions,
                part: tool == .launch ? .launcher : .member
            )
        }
        return peer
    }
}
