import CWarderLinux
import SystemPackage
import WarderModel

/// Finds out from the kernel who is on the other end of a Unix socket.
///
/// The level reached is the highest of: a pidfd taken from the socket; handles into `/proc/PID` whose start time is
/// checked again after use; the user alone.
package struct Attestor: Sendable {
    private let options: AttestationOptions
    private let identities: IdentityMap
    private let procIsTrustworthy: Bool
    private let inspector: ExecutableInspector

    /// Reads once how this process sees the ids of others; nothing of that changes while it runs.
    package init(options: AttestationOptions) {
        self.init(
            options: options,
            identities: .ofThisProcess(),
            procIsTrustworthy: ProcessDirectory.isTrustworthy()
        )
    }

    /// For tests of namespaces that the test itself does not live in.
    init(options: AttestationOptions, identities: IdentityMap, procIsTrustworthy: Bool) {
        self.options = options
        self.identities = identities
        self.procIsTrustworthy = procIsTrustworthy
        inspector = ExecutableInspector(options: options)
    }

    /// Who connected, by the cheapest question there is: for whoever is turned away before anything is opened for them.
    ///
    /// - Throws: `.noPeerProcess` and `.unmappedIdentity` where the daemon cannot see who it is.
    package func credentials(of socket: Int32) throws(AttestationError) -> PeerCredentials {
        let credentials = try PeerSocket.credentials(of: socket)
        try identities.admit(credentials)
        return credentials
    }

    /// Takes hold of the peer of a socket that was just accepted. The socket stays the caller's.
    ///
    /// - Throws: `.noPeerProcess` and `.unmappedIdentity` where the daemon cannot see who it is, `.processEnded` when
    ///   the process that connected has gone, `.outOfDescriptors` when the connection should be dropped and accepting
    ///   go on.
    package func open(socket: Int32) throws(AttestationError) -> AttestedPeer {
        let credentials = try credentials(of: socket)
        let groups = identities.confirmed(try PeerSocket.groups(of: socket))
        let pidfd = options.maximumLevel >= .pidfd ? try PeerSocket.pidfd(of: socket) : nil
        let process = options.maximumLevel >= .starttime ? try directory(credentials, pidfd: pidfd) : nil
        var identity = Peer(
            pid: credentials.pid,
            uid: credentials.uid,
            gid: credentials.gid,
            groups: groups,
            startTime: process?.startTime ?? 0,
            attestation: process == nil ? .uid : .starttime
        )
        if let pidfd {
            identity.pidfdInode = try uniqueInode(of: pidfd)
            // With neither a start time nor an inode of its own, a token bound to this process would fit a later one.
            if process != nil || identity.pidfdInode != nil { identity.attestation = .pidfd }
        }
        let peer = AttestedPeer(
            credentials: credentials,
            identity: identity,
            pidfd: pidfd,
            process: process,
            inspector: inspector
        )
        // Alive now means that the directory opened above, found by number, belongs to the process of the pidfd.
        try peer.confirmAlive()
        return peer
    }

    /// Handles into the peer's directory, or `nil` where `/proc` does not show it or cannot be tied to the socket.
    private func directory(
        _ credentials: PeerCredentials,
        pidfd: Descriptor?
    ) throws(AttestationError) -> ProcessDirectory? {
        guard procIsTrustworthy else { return nil }
        do throws(Errno) {
            let found = try ProcessDirectory(pid: credentials.pid, keepsStatus: pidfd == nil)
            if pidfd != nil { return found }
            // Without a pidfd another process may have got the number between connecting and here. One of another user
            // gives itself away; then only the user from the socket counts.
            return try found.effectiveUser() == credentials.uid ? found : nil
        } catch {
            switch error {
            case .noSuchFileOrDirectory, .noSuchProcess, .permissionDenied, .notPermitted:
                guard processExists(credentials.pid) else { throw .processEnded }
                return nil
            default: throw AttestationError(.processDirectory, error)
            }
        }
    }

    private func uniqueInode(of pidfd: Descriptor) throws(AttestationError) -> UInt64? {
        guard warder_is_pidfs(pidfd.number) == 1 else { return nil }
        do throws(Errno) {
            return try FileStatus(of: pidfd.number).inode
        } catch {
            throw AttestationError(.pidfd, error)
        }
    }
}
