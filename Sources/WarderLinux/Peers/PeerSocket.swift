import CWarderLinux
package import SystemPackage

/// What `SO_PEERCRED` says: the process that called connect(2), as it was then.
package struct PeerCredentials: Hashable, Sendable {
    package var pid: Int32
    package var uid: UInt32
    package var gid: UInt32

    package init(pid: Int32, uid: UInt32, gid: UInt32) {
        self.pid = pid
        self.uid = uid
        self.gid = gid
    }
}

/// The questions that the kernel answers about the other end of a connected Unix socket.
enum PeerSocket {
    /// More supplementary groups than any real process has; the kernel's own limit is 65,536.
    private static let mostGroups: UInt32 = 65536

    static func credentials(of socket: Int32) throws(AttestationError) -> PeerCredentials {
        var found = warder_peer_credentials()
        do throws(Errno) {
            try checked(unsafe warder_peer_credentials(socket, &found))
        } catch {
            throw AttestationError(.credentials, error)
        }
        return PeerCredentials(pid: found.pid, uid: found.uid, gid: found.gid)
    }

    static func groups(of socket: Int32) throws(AttestationError) -> [UInt32] {
        var room: UInt32 = 64
        while true {
            var groups = [UInt32](repeating: 0, count: Int(room))
            var count = room
            let result = unsafe warder_peer_groups(socket, &groups, &count)
            if result == 0 {
                groups.removeSubrange(Int(min(count, room))...)
                return groups
            }
            let reason = Errno(rawValue: -result)
            // Groups of a peer do not change, so the second try fits.
            guard reason == .outOfRange, count > room, count <= mostGroups else {
                throw AttestationError(.groups, reason)
            }
            room = count
        }
    }

    /// A pidfd of the peer; `nil` on kernels before 6.5.
    static func pidfd(of socket: Int32) throws(AttestationError) -> Descriptor? {
        let result = warder_peer_pidfd(socket)
        if result >= 0 { return Descriptor(adopting: result) }
        switch PidfdRefusal(Errno(rawValue: -result)) {
        case .unsupported: return nil
        case .error(let error): throw error
        }
    }
}

/// What it means when the kernel gives no pidfd for a peer.
package enum PidfdRefusal: Hashable, Sendable {
    /// The kernel cannot: go one rung down the ladder.
    case unsupported
    /// The kernel can, but not for this peer: refuse it.
    case error(AttestationError)

    package init(_ reason: Errno) {
        self =
            switch reason {
            case .protocolNotAvailable: .unsupported
            case .noData: .error(.noPeerProcess)
            // Kernels up to 6.15 say that the peer has been reaped by one of these two. Newer ones hand out a pidfd of
            // the dead process, which the first look at its liveness refuses.
            case .invalidArgument, .noSuchProcess: .error(.processEnded)
            default: .error(AttestationError(.pidfd, reason))
            }
    }
}
