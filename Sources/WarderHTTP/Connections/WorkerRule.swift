import Glibc
import WarderLinux

/// Which processes may ask for steps of rotations, and be handed the values in them.
///
/// Sharing a user is not enough: what a worker starts runs as the same one, and so may servers.
package enum WorkerRule: Sendable {
    case nobody
    /// A service manager starts the worker under a user that is nobody else's. What the worker starts in turn has a
    /// parent of that user, and is turned away; as long as a worker lives it adopts what its children leave.
    ///
    /// Where it is the daemon's own user, nobody's parent tells anything, and whoever sets that trusts the user.
    case user(UInt32)
    /// Processes that this one started, and nobody they start in turn. Its number must be nobody else's for as long as
    /// the rule holds: the daemon waits for it at its own end alone.
    case children(of: Int32)

    func admits(_ peer: AttestedPeer) -> Bool {
        switch self {
        case .nobody: false
        case .user(let uid):
            peer.credentials.uid == uid && (uid == geteuid() || Self.wasNotStarted(by: uid, peer))
        case .children(let parent): (try? peer.parent()) == parent
        }
    }

    private static func wasNotStarted(by uid: UInt32, _ peer: AttestedPeer) -> Bool {
        guard let parent = try? peer.parent() else { return false }
        // The service manager may lie outside this namespace.
        if parent == 0 { return true }
        guard let user = ProcessUser.effective(of: parent), (try? peer.parent()) == parent else { return false }
        return user != uid
    }
}
