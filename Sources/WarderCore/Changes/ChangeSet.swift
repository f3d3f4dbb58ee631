import HashTreeCollections
import WarderModel

/// What a commit changed for servers: secrets that resolve to another version now, or to none, and what servers may or
/// may not have from now on, or not in the same way.
struct ChangeSet: Sendable, Equatable {
    /// What one grant gives, or gave, to whom.
    struct Access: Hashable, Sendable {
        let secret: SecretName
        let server: ServerName
        /// By what the server was known then: it may be known otherwise by now, or not at all.
        let selectors: Selectors
        let minimumAttestation: Peer.Attestation

        /// Whether the process had it, or has it.
        func concerns(_ peer: Peer) -> Bool {
            peer.attestation >= minimumAttestation && selectors.recognise(peer, as: server)
        }
    }

    var secrets: Set<SecretName> = []
    /// Given or taken back, or for calls that are judged otherwise now.
    var accesses: Set<Access> = []

    var isEmpty: Bool { secrets.isEmpty && accesses.isEmpty }

    /// Takes down that a secret was written, if servers get something else now.
    mutating func note(_ before: Secret?, _ after: Secret) {
        // Of one that is new nobody holds anything.
        if let before, before.standing != after.standing { secrets.insert(after.name) }
    }

    /// Takes down that a server was written, or removed, if other processes than before may have what it is granted.
    mutating func note(_ before: Server?, _ after: Server?, in state: VaultState) {
        let admitted = [before, after].map { $0?.quarantine == nil ? $0?.selectors : nil }
        guard admitted[0] != admitted[1], let name = (before ?? after)?.name else { return }
        for grant in state.grants.values where grant.tool.server == name {
            for selectors in admitted.compactMap(\.self) { note(grant, of: selectors) }
        }
    }

    /// Takes down that a tool was written, if its calls are judged otherwise now: what was kept for one may be more than
    /// it would get.
    mutating func note(_ before: Tool?, _ after: Tool, in state: VaultState) {
        guard let before, ToolStanding(before) != ToolStanding(after) else { return }
        for grant in state.grants(of: after.name) { note(grant, of: state.servers[after.name.server]) }
    }

    /// Takes down that the rules of approvals were changed, for the tools whose calls wait for people from now on.
    mutating func note(rulesFrom before: VaultState, to after: VaultState) {
        for grant in after.grants.values where grant.approval == .byClass {
            guard let tool = after.tools[grant.tool], after.needsApproval(tool), !before.needsApproval(tool)
            else { continue }
            note(grant, of: after.servers[grant.tool.server])
        }
    }

    /// Takes down that a grant was given or taken back.
    mutating func note(_ grant: Grant, of server: Server?) {
        if let server, server.quarantine == nil { note(grant, of: server.selectors) }
    }

    private mutating func note(_ grant: Grant, of selectors: Selectors) {
        accesses.insert(
            Access(
                secret: grant.secret,
                server: grant.tool.server,
                selectors: selectors,
                minimumAttestation: grant.minimumAttestation
            )
        )
    }
}

/// What the calls of a tool are judged by.
private struct ToolStanding: Equatable {
    let risk: Tool.Risk
    let category: Tool.Category
    let definitionDigest: String?
    let pin: Tool.Pin?
    let isHeldBack: Bool

    init(_ tool: Tool) {
        risk = tool.risk
        category = tool.category
        definitionDigest = tool.definitionDigest
        pin = tool.pin
        isHeldBack = tool.offer != nil
    }
}

extension Secret {
    /// The version that servers get; `nil` while they get none.
    var standing: UInt32? { deleted == nil ? current?.number : nil }
}
