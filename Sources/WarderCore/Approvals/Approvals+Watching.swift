import HashTreeCollections
package import WarderModel

/// What a server may ask about what it has asked for.
extension Approvals {
    /// Where a request stands. For the server that made it, under the user that made it; for everybody else there is no
    /// such approval. A process that asks again while nothing has happened is counted.
    package static func watch(_ id: ApprovalID, by caller: Caller) -> Command<ApprovalStatus> {
        Command(.approvalWatch, by: caller, describe: { $0.approval = id.text }) { transaction, event throws(Refusal) in
            guard let peer = caller.peer else { throw .unknownPeer }
            let status = try status(id, of: peer, in: transaction.state, at: transaction.now.wall)
            if let approval = transaction.state.approvals[id] { Tools.describe(approval.subject.tool, &event) }
            event.changes = ["standing=\(status.standing.rawValue)"]
            transaction.tellOnce(&event)
            return status
        }
    }

    /// - Throws: `notFound` for another's, `serverQuarantined`, `restoredVault`.
    static func status(
        _ id: ApprovalID,
        of peer: Peer,
        in state: VaultState,
        at now: Timestamp
    ) throws(Refusal) -> ApprovalStatus {
        guard !state.isQuarantined else { throw .restoredVault }
        guard let approval = state.approvals[id], approval.subject.uid == peer.uid,
            let server = state.servers[approval.subject.tool.server], server.id == approval.subject.serverRecord,
            server.selectors.recognise(peer, as: server.name)
        else { throw state.servers(matching: peer).isEmpty ? peer.refusalOfStranger : .notFound }
        guard server.quarantine == nil else { throw .serverQuarantined }
        return state.status(of: approval, at: now)
    }
}
