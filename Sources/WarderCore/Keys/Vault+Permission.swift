import HashTreeCollections
package import WarderModel

extension Vault {
    /// Whether an operator's command would be refused as things stand now: for routes that do slow work first. The
    /// command itself decides, and writes it down.
    package func wouldRefuse(_ action: Action, by caller: Caller) -> Bool {
        guard let uid = caller.peer?.uid, let state, let person = state.operators[uid] else { return true }
        if case .roles(let roles) = action.permission, person.roles.isDisjoint(with: roles) { return true }
        guard Policy.needsPresence(action, by: person, in: state) else { return false }
        guard let proof = caller.presenceProof, let process = caller.peer?.process else { return true }
        return !presence.holds(proof, from: process, at: clock.now())
    }

    /// Lets the proof of presence that a request came with hold until its slow work is done and the command decided: the
    /// person was there when it arrived.
    ///
    /// `seconds`: how long that work may take.
    package func holdProof(of caller: Caller, seconds: Int64) {
        guard let proof = caller.presenceProof, let process = caller.peer?.process else { return }
        presence.hold(proof, from: process, at: clock.now(), seconds: seconds)
    }
}
