import HashTreeCollections
package import WarderModel

/// Servers that are started by a launcher, which stays beside them.
///
/// Which processes belong to a launch, and that its launcher lives, whoever keeps the launches knows; here stands who
/// may launch what, and what the log says of it.
package enum Launches {
    /// Why a launch ended.
    package enum Ending: String, Sendable {
        /// The launcher closed the connection, or ended.
        case closed
        /// The launcher ended, and somebody else holds its connection.
        case launcherEnded = "launcher_ended"
        /// The launcher's process runs another program now.
        case launcherReplaced = "launcher_replaced"
        /// The server was removed, or is recognised otherwise.
        case serverChanged = "server_changed"
        /// The launcher turned out to be within another launch.
        case nested
        /// Nobody can tell whether it is: too many processes lie above it, or who they are cannot be read.
        case wayUpUnknown = "way_up_unknown"
    }

    /// Makes the process that asks the launcher of a server. Not one that a launcher has started: a server must not get
    /// by a launch of its own what its launcher keeps from it, and what an inner launcher leaves behind would be the
    /// outer server.
    ///
    /// `reserve`: takes a place for the launch, or says why there is none.
    package static func start(
        _ server: ServerName,
        by caller: Caller,
        reserve: @escaping @Sendable (LaunchMembership) throws(Refusal) -> Void
    ) -> Command<LaunchMembership> {
        Command(.launchStart, by: caller, describe: { $0.server = server }) { transaction, event throws(Refusal) in
            guard let peer = caller.peer, let found = transaction.state.servers[server],
                found.selectors.admitLauncher(peer)
            else { throw .unknownPeer }
            if peer.wayUp != .unknown, peer.isBelowLauncher { throw .launchNested }
            guard found.quarantine == nil else { throw .serverQuarantined }
            // The only one of these that passes by itself: whoever launches an honest server asks again.
            guard peer.wayUp != .unknown else { throw .wayUpUnknown }
            let membership = LaunchMembership(
                id: LaunchID(random: transaction.keys.newRecordID()),
                server: server,
                conditions: found.selectors,
                part: .launcher
            )
            try reserve(membership)
            event.launch = membership.id
            return membership
        }
    }

    /// Writes down that a launch has ended, and ends its tokens.
    package static func end(_ launch: LaunchMembership, of pid: Int32, _ ending: Ending) -> Command<Void> {
        Command(
            .launchEnd,
            by: .vault(),
            describe: {
                $0.server = launch.server
                $0.launch = launch.id
            }
        ) { transaction, event throws(Refusal) in
            event.changes = ["launcher=\(pid)", "reason=\(ending.rawValue)"]
            Tokens.end(&transaction, &event) { $0.launch == launch.id }
        }
    }
}
