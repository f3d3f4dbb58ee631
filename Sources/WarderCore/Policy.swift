import HashTreeCollections
import WarderModel

/// Who may ask for what. Everything not allowed here is refused.
enum Policy {
    /// - Returns: the actor as the log shall name them.
    /// - Throws: the reason why this caller may not.
    static func authorise(
        _ action: Action, _ caller: Caller, in state: VaultState, proofs: inout PresenceProofs, at now: Moment
    ) throws(Refusal) -> Actor {
        guard !state.isSealing else { throw .sealed }
        switch (action.permission, caller.door) {
        case (.vault, .inside): return .vault
        case (.server, .client):
            guard let peer = caller.peer else { throw .unknownPeer }
            return .process(peer)
        case (.operatorSocket, .operator):
            guard let peer = caller.peer else { throw .notAnOperator }
            return state.operators[peer.uid].map { .person($0.name, peer) } ?? .uid(peer)
        case (.anyOperator, .operator):
            return try person(caller, anyOf: nil, for: action, in: state, proofs: &proofs, at: now)
        case (.roles(let roles), .operator):
            return try person(caller, anyOf: roles, for: action, in: state, proofs: &proofs, at: now)
        case (.vault, _), (.server, _), (.operatorSocket, _), (.anyOperator, _), (.roles, _):
            // An action that lies behind another door.
            throw .notAnOperator
        }
    }

    private static func person(
        _ caller: Caller, anyOf roles: Set<Role>?, for action: Action, in state: VaultState,
        proofs: inout PresenceProofs, at now: Moment
    ) throws(Refusal) -> Actor {
        guard let peer = caller.peer, let person = state.operators[peer.uid] else { throw .notAnOperator }
        if let roles, person.roles.isDisjoint(with: roles) { throw .roleMissing }
        if needsPresence(action, by: person, in: state) {
            guard person.presence != nil else { throw .presenceNotSet }
            guard let proof = caller.presenceProof,
                proofs.use(proof, from: peer.process, at: now)
            else { throw .presenceRequired }
        }
        return .person(person.name, peer)
    }

    /// With one user there is always a server that could run as them, registered yet or not.
    private static func needsPresence(_ action: Action, by person: Operator, in state: VaultState) -> Bool {
        guard action.needsPresence || (action == .presenceSet && person.presence != nil) else { return false }
        switch state.profile {
        case .singleUser: return true
        case .team: return state.sharesUserWithServer(person.uid)
        }
    }
}
