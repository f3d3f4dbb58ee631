import HashTreeCollections
import WarderModel

/// Who may ask for what. Everything not allowed here is refused.
enum Policy {
    /// The caller as the log shall name them, whether they may or not.
    static func actor(_ caller: Caller, in state: VaultState) -> Actor {
        guard case .operator = caller.door, let peer = caller.peer, let person = state.operators[peer.uid] else {
            return caller.unverifiedActor
        }
        return .person(person.name, peer)
    }

    /// - Throws: the reason why this caller may not.
    static func authorise(
        _ action: Action,
        _ caller: Caller,
        in state: VaultState,
        proofs: inout PresenceProofs,
        at now: Moment
    ) throws(Refusal) {
        guard !state.isSealing else { throw .sealed }
        switch (action.permission, caller.door) {
        case (.vault, .inside), (.rolesOrVault, .inside): return
        case (.server, .client):
            guard caller.peer != nil else { throw .unknownPeer }
            try checkRelease(of: state)
        case (.operatorSocket, .operator):
            guard caller.peer != nil else { throw .notAnOperator }
        case (.anyOperator, .operator):
            try admit(caller, anyOf: nil, for: action, in: state, proofs: &proofs, at: now)
        case (.roles(let roles), .operator), (.rolesOrVault(let roles), .operator):
            try admit(caller, anyOf: roles, for: action, in: state, proofs: &proofs, at: now)
        case (.rolesOrOwner(let roles), .operator):
            guard !caller.isOwner else { return }
            try admit(caller, anyOf: roles, for: action, in: state, proofs: &proofs, at: now)
        case (.rolesOrOwner, _), (.rolesOrVault, _), (.vault, _), (.server, _), (.operatorSocket, _), (.anyOperator, _),
            (.roles, _):
            // An action that lies behind another door.
            throw .notAnOperator
        }
    }

    private static func admit(
        _ caller: Caller,
        anyOf roles: Set<Role>?,
        for action: Action,
        in state: VaultState,
        proofs: inout PresenceProofs,
        at now: Moment
    ) throws(Refusal) {
        guard let peer = caller.peer, let person = state.operators[peer.uid] else {
            throw state.hasLostAdmins ? .databaseDamaged : .notAnOperator
        }
        if let roles, person.roles.isDisjoint(with: roles) {
            throw state.hasLostAdmins ? .databaseDamaged : .roleMissing
        }
        if needsPresence(action, by: person, in: state) {
            guard person.presence != nil else { throw .presenceNotSet }
            guard let proof = caller.presenceProof,
                proofs.use(proof, from: peer.process, at: now)
            else { throw .presenceRequired }
        }
    }

    /// Whether servers get anything at all: a copy of a backup may give away what was taken back since.
    static func checkRelease(of state: VaultState) throws(Refusal) {
        guard !state.isQuarantined else { throw .restoredVault }
    }

    /// With one user there is always a server that could run as them, registered yet or not.
    static func needsPresence(_ action: Action, by person: Operator, in state: VaultState) -> Bool {
        // Whoever changes a passphrase knows the old one, shared user or not: a server may come to share it later.
        // And whoever decides alone is there, whatever user they work as.
        if action == .presenceSet || action == .approvalBreakGlass { return true }
        guard action.needsPresence else { return false }
        // On another machine the users of a backup may be other people.
        if state.isQuarantined { return true }
        switch state.profile {
        case .singleUser: return true
        case .team: return state.sharesUserWithServer(person.uid)
        }
    }
}
